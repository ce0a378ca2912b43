// A backend for tests: accepts connections, reads requests and answers as it is told. One thread per connection; everything
// ends with the object.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/test_socket.h"

namespace graylane::gateway::test {

struct Request {
  std::string line;
  std::string head;
  std::string body;
  int connection = 0;  // counted from 0
  int number = 0;      // on that connection, from 0
  std::string field(std::string_view name) const {
    Response same;
    same.head = head;
    return same.field(name);
  }
  bool has(std::string_view name) const { return head.find("\r\n" + std::string(name) + ": ") != std::string::npos; }
};

inline std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

class Upstream {
 public:
  /// What to do on a new connection; returns when it is to be closed.
  using Serve = std::function<void(Socket&, int connection)>;
  /// Answers one request; false: close.
  using Answer = std::function<bool(Socket&, const Request&)>;

  explicit Upstream(Serve serve) : serve_(std::move(serve)) { start(); }
  explicit Upstream(const std::string& body = "hello")
      : serve_([this, body](Socket& socket, int connection) {
          answer_all(socket, connection, [body](Socket& to, const Request&) { return to.send(ok(body)); });
        }) {
    start();
  }
  static std::unique_ptr<Upstream> answering(Answer answer) {
    auto upstream = std::unique_ptr<Upstream>(new Upstream(nullptr));
    Upstream* raw = upstream.get();
    upstream->serve_ = [raw, answer = std::move(answer)](Socket& socket, int connection) {
      raw->answer_all(socket, connection, answer);
    };
    upstream->start();
    return upstream;
  }
  ~Upstream() {
    stopping_ = true;
    shutdown(listener_.get(), SHUT_RDWR);
    if (acceptor_.joinable()) acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }

  const net::SocketAddress& address() const { return address_; }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  Request last() const {
    const std::lock_guard lock(mutex_);
    return requests_.empty() ? Request() : requests_.back();
  }
  size_t count() const {
    const std::lock_guard lock(mutex_);
    return requests_.size();
  }
  int connections() const { return connections_; }

  void answer_all(Socket& socket, int connection, const Answer& answer) {
    for (int number = 0;; ++number) {
      Request request;
      request.connection = connection;
      request.number = number;
      if (!read_request(socket, request)) return;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      if (!answer(socket, request)) return;
    }
  }
  static bool read_head(Socket& socket, Request& request) {
    if (!socket.receive_until("\r\n\r\n")) return false;
    request.head = socket.take(socket.text.find("\r\n\r\n") + 4);
    request.line = request.head.substr(0, request.head.find("\r\n"));
    return true;
  }
  /// Bodies as read_response() reads them: trailers go to the head.
  static bool read_request(Socket& socket, Request& request) {
    if (!read_head(socket, request)) return false;
    socket.text.insert(0, request.head);
    Response as_response = read_response(socket);
    request.head = as_response.head;
    request.body = as_response.body;
    return as_response.whole;
  }

 private:
  explicit Upstream(std::nullptr_t) {}
  void start() {
    listener_ = std::move(*net::listen(net::SocketAddress::loopback()));
    address_ = net::local_address(listener_.get());
    acceptor_ = std::thread([this] { accept_all(); });
  }
  void accept_all() {
    while (!stopping_) {
      pollfd wait{listener_.get(), POLLIN, 0};
      if (poll(&wait, 1, 1000) != 1) continue;
      net::SocketAddress peer;
      net::Fd fd = net::accept(listener_.get(), peer);
      if (!fd) continue;
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      open_.push_back(fd.get());
      const int connection = connections_++;
      threads_.emplace_back([this, connection, raw = fd.release()] { serve_one(raw, connection); });
    }
  }
  void serve_one(int fd, int connection) {
    Socket socket{net::Fd(fd)};
    serve_(socket, connection);
    const std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    socket.close();
  }

  Serve serve_;
  net::Fd listener_;
  net::SocketAddress address_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::vector<int> open_;
  std::vector<Request> requests_;
  std::list<std::thread> threads_;
};

}  // namespace graylane::gateway::test
