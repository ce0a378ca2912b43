// IP addresses and CIDR ranges as plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace graylane::route {

/// An IPv4 or IPv6 address; IPv4 is kept as an IPv4-mapped IPv6 address, so that one comparison serves both.
struct Address {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const Address&) const = default;
};

/// "192.0.2.7", "2001:db8::1". No zones, no ports, no brackets.
std::optional<Address> parse_address(std::string_view text);

struct Cidr {
  Address base;
  uint8_t bits = 128;  // of the 128; an IPv4 /24 is 120
  bool contains(const Address& address) const;
  bool operator==(const Cidr&) const = default;
};

/// "192.0.2.0/24", "2001:db8::/32" or a single address. Host bits may be set; they do not count.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace graylane::route
