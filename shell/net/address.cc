#include "net/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace graylane::net {

namespace {

std::unexpected<Error> bad(std::string_view text, const char* why) {
  return fail(ErrorCode::kInvalid, "\"" + std::string(text.substr(0, 100)) + "\" is not an address with a port: " + why, {},
              "write it like 127.0.0.1:8080 or [::1]:8080");
}

}  // namespace

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad(text, "there is no port");
  std::string_view ip = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (code != std::errc() || end != digits.data() + digits.size()) return bad(text, "the port is not a number from 0 to 65535");
  const bool brackets = ip.size() >= 2 && ip.front() == '[' && ip.back() == ']';
  if (brackets) ip = ip.substr(1, ip.size() - 2);
  auto address = from_ip(ip, port);
  if (!address) return bad(text, "the part before the port is not an IP address");
  if (address->is_v6() != brackets) return bad(text, "an IPv6 address stands in brackets, an IPv4 address does not");
  return address;
}

Result<SocketAddress> SocketAddress::from_ip(std::string_view ip, uint16_t port) {
  char text[INET6_ADDRSTRLEN] = {};
  SocketAddress address;
  if (ip.size() < sizeof text) {
    ip.copy(text, ip.size());
    if (inet_pton(AF_INET, text, &address.raw_.v4.sin_addr) == 1) {
      address.set_port(port);
      return address;
    }
    address.raw_.v6 = {};
    address.raw_.v6.sin6_family = AF_INET6;
    if (inet_pton(AF_INET6, text, &address.raw_.v6.sin6_addr) == 1) {
      address.set_port(port);
      return address;
    }
  }
  return fail(ErrorCode::kInvalid, "\"" + std::string(ip.substr(0, 100)) + "\" is not an IP address");
}

SocketAddress SocketAddress::from(const sockaddr_storage& from) {
  SocketAddress address;
  if (from.ss_family == AF_INET) std::memcpy(&address.raw_.v4, &from, sizeof address.raw_.v4);
  if (from.ss_family == AF_INET6) std::memcpy(&address.raw_.v6, &from, sizeof address.raw_.v6);
  return address;
}

SocketAddress SocketAddress::loopback(uint16_t port) {
  SocketAddress address;
  address.raw_.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.set_port(port);
  return address;
}

uint16_t SocketAddress::port() const { return ntohs(is_v6() ? raw_.v6.sin6_port : raw_.v4.sin_port); }

void SocketAddress::set_port(uint16_t port) { (is_v6() ? raw_.v6.sin6_port : raw_.v4.sin_port) = htons(port); }

std::array<uint8_t, 16> SocketAddress::ip_bytes() const {
  std::array<uint8_t, 16> bytes{};
  if (is_v6()) {
    std::memcpy(bytes.data(), &raw_.v6.sin6_addr, 16);
  } else {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &raw_.v4.sin_addr, 4);
  }
  return bytes;
}

std::string SocketAddress::ip() const {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = is_v6() ? static_cast<const void*>(&raw_.v6.sin6_addr) : &raw_.v4.sin_addr;
  inet_ntop(family(), bytes, text, sizeof text);
  return text;
}

std::string SocketAddress::to_string() const {
  const std::string port_text = std::to_string(port());
  return is_v6() ? "[" + ip() + "]:" + port_text : ip() + ":" + port_text;
}

SocketAddress SocketAddress::reachable() const {
  SocketAddress result = *this;
  if (is_v6() && IN6_IS_ADDR_UNSPECIFIED(&raw_.v6.sin6_addr)) result.raw_.v6.sin6_addr = in6addr_loopback;
  if (!is_v6() && raw_.v4.sin_addr.s_addr == 0) result.raw_.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return result;
}

size_t SocketAddressHash::operator()(const SocketAddress& address) const {
  const auto bytes = address.ip_bytes();
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, bytes.data(), 8);
  std::memcpy(&low, bytes.data() + 8, 8);
  uint64_t hash = (high * 0x9e3779b97f4a7c15ULL) ^ (low + address.port());
  hash *= 0xbf58476d1ce4e5b9ULL;
  return hash ^ (hash >> 31);
}

}  // namespace graylane::net
