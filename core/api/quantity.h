// Quantity: an amount of memory, CPU or anything else as Kubernetes writes it ("100m", "1.5Gi", "2e3"): the exact value and the
// notation it came in. A plain value. Pure functions; safe from any thread.
//
// Limits: a text of 256 bytes, an exponent of 1,000 either way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace graylane::api {

struct Quantity {
  enum class Notation : uint8_t { kDecimal, kBinary, kExponent };

  Notation notation = Notation::kDecimal;
  bool negative = false;
  bool is_wide = false;             // too many digits for Kubernetes' 64-bit form, or not whole in it
  std::vector<uint64_t> magnitude;  // lowest word first, the highest is not 0; times 10^exponent is the amount. 0: empty
  int32_t exponent = 0;
  std::string as_written;  // the text it came from where that will do as canonical; else empty
};

/// As Kubernetes reads it: binary amounts end at 2^63-1, and what is finer than 10^-9 is rounded away from zero. Nothing for a
/// text that is no quantity or over the limits.
std::optional<Quantity> parse_quantity(std::string_view text);

/// Below 0, 0 or above 0, as `a` is less than, equal to or more than `b`.
int compare(const Quantity& a, const Quantity& b);
/// Whether it has no fraction.
bool is_whole(const Quantity& quantity);

/// The text that the API server stores and shows: "1500m" for 1.5, "1536Mi" for 1.5Gi.
std::string canonical_text(const Quantity& quantity);

}  // namespace graylane::api
