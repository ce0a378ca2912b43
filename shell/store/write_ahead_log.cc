#include "store/write_ahead_log.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>

#include "store/database.h"

namespace graylane::store {

namespace {

// The format: sqlite.org/fileformat2.html, "The Write-Ahead Log". Numbers are big-endian; the checksums are of words in the byte
// order that the magic number tells, and each goes on from that of the frame before.
constexpr size_t kHeaderBytes = 32;
constexpr size_t kFrameHeaderBytes = 24;
constexpr uint32_t kMagic = 0x377f0682;  // one more: big-endian words
constexpr int kCommitsMax = 1;           // behind the end: each is synced before the next one begins

uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (const char c : bytes.substr(at, 4)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

struct Sums {
  uint32_t first = 0, second = 0;
  bool operator==(const Sums&) const = default;

  void add(std::string_view bytes, bool big_endian) {
    const bool swaps = big_endian != (std::endian::native == std::endian::big);
    for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      std::array<uint32_t, 2> words;
      std::memcpy(words.data(), bytes.data() + at, sizeof words);
      first += (swaps ? __builtin_bswap32(words[0]) : words[0]) + second;
      second += (swaps ? __builtin_bswap32(words[1]) : words[1]) + first;
    }
  }
};

struct Header {
  explicit Header(std::string_view bytes)
      : big_endian(number_at(bytes, 0) == kMagic + 1),
        salts(bytes.substr(16, 8)),
        sums{number_at(bytes, 24), number_at(bytes, 28)} {
    Sums found;
    found.add(bytes.substr(0, 24), big_endian);
    good = (big_endian || number_at(bytes, 0) == kMagic) && number_at(bytes, 8) == kPageBytes && found == sums;
  }

  bool big_endian;
  std::string salts;  // of all frames since the log began anew
  Sums sums;
  bool good = false;
};

struct Frame {
  std::array<char, kFrameHeaderBytes + kPageBytes> bytes;

  std::string_view part(size_t at, size_t size) const { return std::string_view(bytes.data(), bytes.size()).substr(at, size); }
  bool commits() const { return number_at(part(4, 4), 0) != 0; }
  std::string_view salts() const { return part(8, 8); }
  Sums sums() const { return {number_at(part(16, 4), 0), number_at(part(20, 4), 0)}; }

  bool follows(Sums before, bool big_endian) const {
    before.add(part(0, 8), big_endian);
    before.add(part(kFrameHeaderBytes, kPageBytes), big_endian);
    return before == sums();
  }
};

}  // namespace

// Behind the end may be what was never synced: of one transaction, or of more if several were cut short, but then none of them goes
// on from another. Two commits of which one goes on from the other were synced, so the frame that ends the log was, too.
Result<void> check_write_ahead_log(const std::string& path) {
  std::ifstream file(path + "-wal", std::ios::binary);
  std::array<char, kHeaderBytes> bytes{};
  if (!file.read(bytes.data(), bytes.size())) return {};
  const Header header(std::string_view(bytes.data(), bytes.size()));
  bool readable = header.good;
  Sums last = header.sums;
  int commits = 0;
  for (Frame frame; file.read(frame.bytes.data(), frame.bytes.size()); last = frame.sums()) {
    const bool is_of_now = !header.good || frame.salts() == header.salts;
    const bool follows = is_of_now && frame.follows(last, header.big_endian);
    readable = readable && follows;
    if (readable) continue;
    if (!follows) commits = 0;
    if (is_of_now && frame.commits()) ++commits;
    if (commits > kCommitsMax)
      return std::unexpected(damage(path, "its log " + path + "-wal is not as it was written, and changes would be lost"));
  }
  return {};
}

}  // namespace graylane::store
