// Where in field lines something ends: all of it found at once, 64 bytes at a time, as bits, so that no line has to wait for
// the one before it. Inside this folder only. The widest way that the machine has is chosen when the program starts.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace graylane::http {

/// Of 64 bytes; the first byte is the lowest bit.
struct Marks {
  uint64_t controls;   // what ends a value: controls other than TAB, and DEL
  uint64_t not_plain;  // what ends most names: no letter, digit or '-'
  bool operator==(const Marks&) const = default;
};

/// Marks `blocks` of 64 bytes each.
using MarkBlocks = void (*)(const char* at, size_t blocks, Marks* marks);

/// Those that this machine has, the best one last.
std::span<const MarkBlocks> ways_to_mark_blocks();

/// A view of bytes in which places are asked for in rising order.
class MarkedBytes {
 public:
  explicit MarkedBytes(std::string_view bytes) : bytes_(bytes) { go_to(0); }

  /// The first such byte from `at` on; size() if there is none. `at` is at most size(), and not before the last answer.
  size_t find_control(size_t at) { return find<&Marks::controls>(at); }
  size_t find_not_plain(size_t at) { return find<&Marks::not_plain>(at); }

 private:
  static constexpr size_t kBlocks = 32;

  template <uint64_t Marks::* kKind>
  [[gnu::always_inline]] size_t find(size_t at) {
    if (at - begin_ < 64) [[likely]] {
      const uint64_t bits = now_.*kKind >> (at - begin_);
      if (bits != 0) [[likely]]
        return at + static_cast<size_t>(std::countr_zero(bits));
    }
    return find_later<kKind>(at);
  }
  /// In the blocks behind the present one.
  template <uint64_t Marks::* kKind>
  size_t find_later(size_t at) {
    go_to(at / 64 == begin_ / 64 ? at / 64 + 1 : at / 64);
    uint64_t bits = at > begin_ ? now_.*kKind >> (at - begin_) : now_.*kKind;
    if (bits != 0) return (at > begin_ ? at : begin_) + static_cast<size_t>(std::countr_zero(bits));
    do go_to(begin_ / 64 + 1);
    while (now_.*kKind == 0);
    return begin_ + static_cast<size_t>(std::countr_zero(now_.*kKind));
  }
  void go_to(size_t block) {
    if (block - first_ >= count_) mark_from(block);
    begin_ = block * 64;
    now_ = marks_[block - first_];
  }
  void mark_from(size_t block);
  Marks mark_rest(size_t at) const;

  std::string_view bytes_;
  size_t begin_ = 0;  // of the present block, which now_ is of: found again without a load that waits for an address
  Marks now_{};
  size_t first_ = 0;  // block of marks_[0]
  size_t count_ = 0;
  std::array<Marks, kBlocks> marks_;  // behind the last byte everything is marked
};

}  // namespace graylane::http
