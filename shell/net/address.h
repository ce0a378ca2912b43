// SocketAddress: an IP address and a port, as the kernel takes it. A plain value.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::net {

class SocketAddress {
 public:
  SocketAddress() = default;  // 0.0.0.0:0

  /// "127.0.0.1:8080", "[::1]:8080". Names are not looked up.
  static Result<SocketAddress> parse(std::string_view text);
  /// "127.0.0.1" or "::1", without brackets.
  static Result<SocketAddress> from_ip(std::string_view ip, uint16_t port);
  static SocketAddress from(const sockaddr_storage& from);
  static SocketAddress loopback(uint16_t port = 0);  // 127.0.0.1

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&raw_); }
  socklen_t size() const { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }
  int family() const { return data()->sa_family; }
  bool is_v6() const { return family() == AF_INET6; }
  uint16_t port() const;
  void set_port(uint16_t port);
  /// IPv4 as an IPv4-mapped IPv6 address.
  std::array<uint8_t, 16> ip_bytes() const;
  std::string ip() const;         // without brackets and port
  std::string to_string() const;  // as parse() reads it
  /// The address that reaches a listener bound here: loopback for 0.0.0.0 and [::].
  SocketAddress reachable() const;

  bool operator==(const SocketAddress& other) const { return ip_bytes() == other.ip_bytes() && port() == other.port(); }

 private:
  union Raw {
    sockaddr_in v4;
    sockaddr_in6 v6;
  } raw_{.v4 = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}}};
};

struct SocketAddressHash {
  size_t operator()(const SocketAddress& address) const;
};

}  // namespace graylane::net
