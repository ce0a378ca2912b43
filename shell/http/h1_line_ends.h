// Whether lines end as they must, and where a head ends: 64 bytes at a time, as bits, the first byte the lowest. Inside this
// folder only. The widest way that the machine has is chosen when the program starts; all ways find the same.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace graylane::http {

/// Goes from block to block until a head's end or a wrong byte is found. Plain value.
class LineEnds {
 public:
  /// Goes on behind these two bytes; other than CR and LF: none.
  LineEnds(char before_last, char last)
      : cr_before_(last == '\r'), lf_before_(uint64_t{before_last == '\n'} | uint64_t{last == '\n'} << 1) {}

  /// The next block, by where its LFs, CRs and NULs are; `valid`: which bits are bytes. True: found.
  bool add(uint64_t lf, uint64_t cr, uint64_t nul, uint64_t valid) {
    // Each LF stands behind a CR, each CR before an LF; two LFs with one byte, a CR, between them end the head.
    wrong_ = ((lf ^ (cr << 1 | cr_before_)) & valid) | nul;
    found_ = wrong_ | (lf & (lf << 2 | lf_before_));
    cr_before_ = cr >> 63;
    lf_before_ = lf >> 62;
    return found_ != 0;
  }
  /// Where in the block; after add() found something.
  unsigned place() const { return static_cast<unsigned>(std::countr_zero(found_)); }
  bool is_wrong() const { return (wrong_ >> place() & 1) != 0; }

 private:
  uint64_t cr_before_;
  uint64_t lf_before_;
  uint64_t wrong_ = 0;
  uint64_t found_ = 0;
};

/// Adds `blocks` of 64 bytes each. Returns the block where something was found, or `blocks`.
using AddBlocks = size_t (*)(const char* at, size_t blocks, LineEnds& ends);

/// Those that this machine has, the best one last.
std::span<const AddBlocks> ways_to_add_blocks();

/// Adds `count` bytes, 1 to 63; the `before` bytes in front of them may be read. True: found.
bool add_rest(const char* at, size_t count, size_t before, LineEnds& ends);

}  // namespace graylane::http
