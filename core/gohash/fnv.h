// Fnv32: the FNV-1a hash of 32 bits, fed piece by piece. A plain value.
#pragma once

#include <cstdint>
#include <string_view>

namespace graylane::gohash {

class Fnv32 {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) value_ = (value_ ^ static_cast<uint8_t>(c)) * 0x01000193U;
  }
  uint32_t value() const { return value_; }

 private:
  uint32_t value_ = 0x811c9dc5U;
};

}  // namespace graylane::gohash
