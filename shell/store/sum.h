// Sum: FNV-1a, 64 bits. Finds what flipped on the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace graylane::store {

class Sum {
 public:
  void add(int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) add_byte(static_cast<uint64_t>(number) >> shift & 0xff);
  }
  void add(std::string_view text) {
    add(static_cast<int64_t>(text.size()));
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  template <class T>
  void add(const std::optional<T>& value) {
    add(int64_t{value.has_value()});
    if (value) add(*value);
  }
  int64_t value() const { return static_cast<int64_t>(sum_); }

 private:
  void add_byte(uint64_t byte) { sum_ = (sum_ ^ byte) * 0x100000001b3U; }

  uint64_t sum_ = 0xcbf29ce484222325U;
};

}  // namespace graylane::store
