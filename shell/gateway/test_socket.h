// A blocking socket for tests: raw bytes in and out, with a time limit instead of waiting for ever.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include "net/socket.h"

namespace graylane::gateway::test {

inline constexpr int kPatienceMs = 20'000;  // far more than anything here takes

class Socket {
 public:
  Socket() = default;
  explicit Socket(net::Fd fd) : fd_(std::move(fd)) {}
  static Socket to(const net::SocketAddress& address) {
    Socket socket(std::move(*net::connect(address)));
    EXPECT_TRUE(socket.ready(POLLOUT));
    return socket;
  }

  explicit operator bool() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  void close() { fd_.reset(); }
  void finish() { shutdown(fd_.get(), SHUT_WR); }
  /// RST.
  void reset() {
    const linger at_once{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
  }

  bool ready(short events, int timeout_ms = kPatienceMs) const {
    pollfd wait{fd_.get(), events, 0};
    return poll(&wait, 1, timeout_ms) == 1;
  }

  /// False: the other side does not take it any more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN && ready(POLLOUT)) continue;
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }
  /// What the socket takes at once.
  size_t send_some(std::string_view bytes) {
    const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return count > 0 ? static_cast<size_t>(count) : 0;
  }

  /// Reads more into text; false at the end, at an error, or when patience ends.
  bool receive() {
    char buffer[64 * 1024];
    for (;;) {
      if (!ready(POLLIN)) return false;
      const ssize_t count = recv(fd_.get(), buffer, sizeof buffer, 0);
      if (count < 0 && errno == EAGAIN) continue;
      broken_ = count < 0;
      if (count <= 0) return false;
      text.append(buffer, static_cast<size_t>(count));
      return true;
    }
  }
  bool receive_until(std::string_view what) {
    while (text.find(what) == std::string::npos) {
      if (!receive()) return false;
    }
    return true;
  }
  bool receive_bytes(size_t size) {
    while (text.size() < size) {
      if (!receive()) return false;
    }
    return true;
  }
  std::string receive_all() {
    while (receive()) {}
    return text;
  }
  bool broken() const { return broken_; }  // the end was an error, not FIN
  std::string take(size_t size) {
    std::string taken = text.substr(0, size);
    text.erase(0, taken.size());
    return taken;
  }

  std::string text;  // received and not taken

 private:
  net::Fd fd_;
  bool broken_ = false;
};

/// One response with a Content-Length, or without a body.
struct Response {
  int status = 0;
  bool whole = false;
  std::string head;
  std::string body;
  std::string field(std::string_view name) const {
    const std::string line = "\r\n" + std::string(name) + ": ";
    const size_t at = head.find(line);
    if (at == std::string::npos) return {};
    const size_t begin = at + line.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  bool has(std::string_view name) const { return head.find("\r\n" + std::string(name) + ": ") != std::string::npos; }
};

/// Status 0: the connection ended before it was complete.
inline Response read_response(Socket& socket, bool to_head_request = false) {
  Response response;
  if (!socket.receive_until("\r\n\r\n")) return response;
  response.head = socket.take(socket.text.find("\r\n\r\n") + 4);
  const int status = std::atoi(response.head.c_str() + 9);
  if (response.field("Transfer-Encoding") == "chunked" && !to_head_request) {
    for (;;) {
      if (!socket.receive_until("\r\n")) return response;
      const size_t size = std::strtoul(socket.text.c_str(), nullptr, 16);
      socket.take(socket.text.find("\r\n") + 2);
      if (size == 0) break;
      if (!socket.receive_bytes(size + 2)) return response;
      response.body += socket.take(size);
      socket.take(2);
    }
    if (!socket.receive_until("\r\n")) return response;
    while (!socket.text.starts_with("\r\n")) {  // trailers
      response.head += socket.take(socket.text.find("\r\n") + 2);
      if (!socket.receive_until("\r\n")) return response;
    }
    socket.take(2);
  } else if (!to_head_request && status != 304) {
    const size_t size = std::strtoul(response.field("Content-Length").c_str(), nullptr, 10);
    if (!socket.receive_bytes(size)) return response;
    response.body = socket.take(size);
  }
  response.status = status;
  response.whole = true;
  return response;
}

}  // namespace graylane::gateway::test
