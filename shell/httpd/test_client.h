// For tests: a server on a loop in a thread of its own, and a client with a blocking socket.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "httpd/server.h"
#include "net/event_loop.h"

namespace graylane::httpd {

class TestServer {
 public:
  explicit TestServer(RequestHandler handler, Limits limits = {}, std::shared_ptr<const TlsContext> tls = nullptr,
                      EarlyAnswers early = {}) {
    loop_ = std::move(*net::EventLoop::create());
    auto server =
        Server::start(*loop_, net::SocketAddress::loopback(), std::move(handler), limits, std::move(tls), std::move(early));
    if (!server) ADD_FAILURE() << server.error().to_string();
    server_ = std::move(*server);
    address_ = server_->address();
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~TestServer() {
    in_loop([this] { server_.reset(); });
    loop_->stop();
    thread_.join();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  const net::SocketAddress& address() const { return address_; }
  Server& server() { return *server_; }  // in_loop() only

  /// Runs `work` in the loop's thread and waits for it.
  void in_loop(const std::function<void()>& work) {
    std::promise<void> done;
    loop_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Server> server_;
  net::SocketAddress address_;
  std::thread thread_;
};

class TestClient {
 public:
  /// `receive_bytes`: of the kernel's buffer; 0: its default.
  explicit TestClient(const TestServer& server, int receive_bytes = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_bytes != 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    EXPECT_EQ(::connect(fd_.get(), server.address().data(), server.address().size()), 0);
  }

  /// False: the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  /// Closes so that the server cannot take it for a closed sending side only.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  bool was_reset() const { return reset_; }

  /// Everything up to and including `end`; what there is when the server closes first.
  std::string read_until(std::string_view end) {
    while (true) {
      const size_t found = buffer_.find(end);
      if (found != buffer_.npos) return take(found + end.size());
      if (!receive()) return take(buffer_.size());
    }
  }
  std::string read_to_end() {
    while (receive()) {}
    return take(buffer_.size());
  }
  std::string read_bytes(size_t count) {
    while (buffer_.size() < count && receive()) {}
    return take(std::min(count, buffer_.size()));
  }
  /// One answer with Content-Length, or without a body; head and body.
  std::string read_answer() {
    std::string answer = read_until("\r\n\r\n");
    const size_t length = answer.find("Content-Length: ");
    if (length != answer.npos) answer += read_bytes(std::stoul(answer.substr(length + 16)));
    return answer;
  }
  std::string ask(std::string_view request) {
    send(request);
    return read_answer();
  }

 private:
  bool receive() {
    char bytes[16 * 1024];
    const ssize_t got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (got > 0) buffer_.append(bytes, static_cast<size_t>(got));
    EXPECT_FALSE(got < 0 && errno == EAGAIN) << "the server neither answered nor closed";
    reset_ = reset_ || (got < 0 && errno == ECONNRESET);
    return got > 0;
  }
  std::string take(size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  net::Fd fd_;
  std::string buffer_;
  bool reset_ = false;
};

}  // namespace graylane::httpd
