#include "local/real_ports.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "net/address.h"
#include "net/fd.h"

namespace graylane::local {

namespace {

constexpr int32_t kUnprivileged = 1024;
constexpr int32_t kPortMax = 65'535;

int32_t shifted(int32_t port, const std::vector<int32_t>& declared) {
  for (int32_t candidate = port + kPortShift; candidate <= kPortMax; candidate += kPortShift) {
    if (std::ranges::find(declared, candidate) == declared.end()) return candidate;
  }
  return 0;
}

}  // namespace

std::map<int32_t, int32_t> real_ports(const std::vector<int32_t>& declared, const std::function<bool(uint16_t)>& may_bind) {
  std::map<int32_t, int32_t> changed;
  for (const int32_t port : declared) {
    if (port <= 0 || port >= kUnprivileged || changed.contains(port)) continue;
    if (!may_bind(static_cast<uint16_t>(port))) changed.emplace(port, shifted(port, declared));
  }
  return changed;
}

bool may_bind(const std::string& ip, uint16_t port) {
  const auto address = net::SocketAddress::from_ip(ip, port);
  const net::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!address || !socket) return true;
  return ::bind(socket.get(), address->data(), address->size()) == 0 || errno != EACCES;
}

}  // namespace graylane::local
