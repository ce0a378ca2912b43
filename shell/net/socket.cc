#include "net/socket.h"

#include <dirent.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace graylane::net {

namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn

void set_option(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

std::string fix_for(const SocketAddress& address, int error) {
  if (error == EADDRNOTAVAIL) return "no interface of this machine has it; 127.0.0.1 is always there, see: ip addr";
  if (error != EACCES || address.port() >= 1024) return {};
  return "ports below 1024 are root's: choose another, such as " + std::to_string(address.port() + 8000) +
         ", or allow them to all: sysctl net.ipv4.ip_unprivileged_port_start=" + std::to_string(address.port());
}

std::unexpected<Error> cannot_listen(const SocketAddress& address, int error) {
  const std::string where = address.to_string();
  if (error != EADDRINUSE)
    return fail(ErrorCode::kUnavailable, "cannot listen on " + where + ": " + std::strerror(error), {}, fix_for(address, error));
  const int pid = process_listening_on(address);
  const std::string who = pid != 0 ? " by pid " + std::to_string(pid) : ::geteuid() != 0 ? " by a process of another user" : "";
  return fail(ErrorCode::kUnavailable, "cannot listen on " + where + ": address in use" + who, {},
              "stop that process, or choose another address");
}

Result<Fd> bound(const SocketAddress& address, bool shared) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return cannot_listen(address, errno);
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.is_v6()) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);  // accepted connections inherit it
  if (bind(fd.get(), address.data(), address.size()) != 0) return cannot_listen(address, errno);
  if (::listen(fd.get(), kBacklog) != 0) return cannot_listen(address, errno);
  return fd;
}

template <class GetName>
SocketAddress name_of(int fd, GetName get_name) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  get_name(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return SocketAddress::from(name);
}

/// "0100007F:1F90" of /proc/net/tcp: the words of the address in the host's order, each in hexadecimal.
bool line_is_of(const char* hex_address, unsigned port, const SocketAddress& address) {
  if (port != address.port()) return false;
  std::array<uint32_t, 4> words{};
  const size_t count = std::strlen(hex_address) / 8;
  for (size_t i = 0; i < count && i < words.size(); ++i) {
    words[i] = static_cast<uint32_t>(std::strtoul(std::string(hex_address + i * 8, 8).c_str(), nullptr, 16));
  }
  const bool any = words == std::array<uint32_t, 4>{};
  std::array<uint32_t, 4> wanted{};
  const auto bytes = address.ip_bytes();
  std::memcpy(wanted.data(), bytes.data() + (count == 1 ? 12 : 0), count == 1 ? 4 : 16);
  const bool wants_any = address.reachable().ip_bytes() != bytes;
  return any || wants_any || words == wanted;  // an address for all conflicts with every one
}

constexpr unsigned kStateListen = 0x0a;

/// The inode of a listening socket; 0: none.
unsigned long listening_inode(const SocketAddress& address) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(address.is_v6() ? "/proc/net/tcp6" : "/proc/net/tcp", "re"), fclose);
  if (!file) return 0;
  char line[512];
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    char local[64];
    unsigned port = 0;
    unsigned state = 0;
    unsigned long inode = 0;
    const int fields = sscanf(line, " %*d: %63[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*d %lu", local, &port, &state, &inode);
    if (fields == 4 && state == kStateListen && line_is_of(local, port, address)) return inode;
  }
  return 0;
}

bool has_socket(const std::string& process, const std::string& link_wanted) {
  const std::string folder = "/proc/" + process + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> files(opendir(folder.c_str()), closedir);
  if (!files) return false;
  while (const dirent* entry = readdir(files.get())) {
    char link[64];
    const ssize_t size = readlink((folder + "/" + entry->d_name).c_str(), link, sizeof link);
    if (size > 0 && std::string_view(link, static_cast<size_t>(size)) == link_wanted) return true;
  }
  return false;
}

}  // namespace

Result<Fd> listen(const SocketAddress& address) { return bound(address, false); }

Result<std::vector<Fd>> listen_shared(const SocketAddress& address, size_t count) {
  std::vector<Fd> listeners;
  auto first = listen(address);
  if (!first) return std::unexpected(first.error());
  listeners.push_back(std::move(*first));
  // Only now that nobody else can hold the address may others of ours come to it.
  set_option(listeners[0].get(), SOL_SOCKET, SO_REUSEPORT, 1);
  const SocketAddress exact = local_address(listeners[0].get());
  while (listeners.size() < count) {
    auto next = bound(exact, true);
    if (!next) return std::unexpected(next.error());
    listeners.push_back(std::move(*next));
  }
  return listeners;
}

Result<Fd> connect(const SocketAddress& address) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd) {
    set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (::connect(fd.get(), address.data(), address.size()) == 0 || errno == EINPROGRESS) return fd;
  }
  return fail(ErrorCode::kUnavailable, "cannot connect to " + address.to_string() + ": " + std::strerror(errno));
}

int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

SocketAddress local_address(int fd) { return name_of(fd, getsockname); }

SocketAddress peer_address(int fd) { return name_of(fd, getpeername); }

Fd accept(int listener, SocketAddress& peer) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  Fd fd(accept4(listener, reinterpret_cast<sockaddr*>(&name), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd) peer = SocketAddress::from(name);
  return fd;
}

int process_listening_on(const SocketAddress& address) {
  const unsigned long inode = listening_inode(address);
  if (inode == 0) return 0;
  const std::string link = "socket:[" + std::to_string(inode) + "]";
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(opendir("/proc"), closedir);
  if (!processes) return 0;
  while (const dirent* entry = readdir(processes.get())) {
    const int pid = std::atoi(entry->d_name);
    if (pid > 0 && has_socket(entry->d_name, link)) return pid;
  }
  return 0;
}

}  // namespace graylane::net
