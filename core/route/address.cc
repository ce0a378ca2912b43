#include "route/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace graylane::route {

namespace {

constexpr size_t kAddressBytesMax = 45;  // the longest textual IPv6 address

bool is_ipv4_text(std::string_view text) { return text.find(':') == std::string_view::npos; }

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > kAddressBytesMax) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would stop there and accept the rest
  const std::string terminated(text);
  Address address;
  if (is_ipv4_text(text)) {
    address.bytes[10] = address.bytes[11] = 0xff;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + 12) != 1) return std::nullopt;
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

bool Cidr::contains(const Address& address) const {
  const size_t whole = bits / 8;
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + static_cast<std::ptrdiff_t>(whole), address.bytes.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xffU << (8 - rest);
  return (base.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto address = parse_address(host);
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr{*address, 128};
  const std::string_view bits_text = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(bits_text.data(), bits_text.data() + bits_text.size(), bits);
  const unsigned most = is_ipv4_text(host) ? 32 : 128;
  if (error != std::errc() || end != bits_text.data() + bits_text.size() || bits > most) return std::nullopt;
  return Cidr{*address, static_cast<uint8_t>(bits + (128 - most))};
}

}  // namespace graylane::route
