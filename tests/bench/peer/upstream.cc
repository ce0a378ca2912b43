#include "upstream.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "fields.h"
#include "net/socket.h"

namespace graylane::bench {

namespace {

std::string answer_of(std::string_view version, size_t body_bytes) {
  return fmt::format(
             "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
             "Cache-Control: no-store\r\nX-Version: {}\r\nContent-Length: {}\r\n\r\n",
             version, body_bytes) +
         std::string(body_bytes, 'x');
}

size_t content_length(std::string_view head) {
  const std::string_view text = field_of(head, "content-length");
  size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

}  // namespace

/// One connection of a proxy. Requests are answered one after the other.
class Upstream::Connection final : public net::Handler {
 public:
  Connection(Upstream& owner, net::Fd fd) : owner_(owner), fd_(std::move(fd)) {}
  Result<void> open() { return owner_.loop_.add(fd_.get(), *this); }

 private:
  void on_events(uint32_t epoll_events) override {
    if (serve((epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)) return;
    owner_.loop_.forget(*this);
    owner_.connections_.erase(this);
  }

  /// False when the connection is done with. `hangup`: there is an end to be read.
  bool serve(bool hangup) {
    bool drained = false;  // a short read: epoll will tell of more
    for (;;) {
      if (!flush()) return false;
      if (!unsent_.empty()) return true;
      if (take_request()) continue;
      if (drained || filled_ == buffer_.size()) return drained;
      const size_t room = buffer_.size() - filled_;
      const ssize_t got = body_left_ > 0 ? recv(fd_.get(), buffer_.data(), body_left_, MSG_TRUNC)
                                         : recv(fd_.get(), buffer_.data() + filled_, room, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got < 0) return true;
      const auto bytes = static_cast<size_t>(got);
      drained = !hangup && bytes < (body_left_ > 0 ? body_left_ : room);
      body_left_ > 0 ? body_left_ -= bytes : filled_ += bytes;
    }
  }

  /// True when a request is complete; its answer is then to be sent.
  bool take_request() {
    if (answer_.empty()) {
      const std::string_view text(buffer_.data(), filled_);
      const size_t end = text.find("\r\n\r\n");
      if (end == std::string_view::npos) return false;
      const std::string_view head = text.substr(0, end + 4);
      answer_ = owner_.answer_to(head);
      body_left_ = head.starts_with("POST") ? content_length(head) : 0;
      drop(head.size());
      const size_t have = std::min(body_left_, filled_);
      body_left_ -= have;
      drop(have);
    }
    if (body_left_ > 0) return false;
    unsent_ = std::exchange(answer_, {});
    return true;
  }

  void drop(size_t bytes) {
    filled_ -= bytes;
    if (filled_ > 0) std::memmove(buffer_.data(), buffer_.data() + bytes, filled_);
  }

  bool flush() {
    while (!unsent_.empty()) {
      const ssize_t sent = send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      unsent_.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  Upstream& owner_;
  net::Fd fd_;
  std::array<char, 16 * 1024> buffer_;
  size_t filled_ = 0;
  size_t body_left_ = 0;     // of the request whose answer waits
  std::string_view answer_;  // of a request whose body is not here yet
  std::string_view unsent_;
};

Result<std::unique_ptr<Upstream>> Upstream::start(net::EventLoop& loop, std::string_view version) {
  auto listener = net::listen(net::SocketAddress::loopback());
  if (!listener) return std::unexpected(listener.error());
  std::unique_ptr<Upstream> upstream(new Upstream(loop, std::move(*listener), version));
  if (auto added = loop.add_level(upstream->listener_.get(), *upstream); !added) return std::unexpected(added.error());
  return upstream;
}

Upstream::Upstream(net::EventLoop& loop, net::Fd listener, std::string_view version)
    : loop_(loop),
      listener_(std::move(listener)),
      small_(answer_of(version, kSmallBytes)),
      medium_(answer_of(version, kMediumBytes)),
      large_(answer_of(version, kLargeBytes)) {}

Upstream::~Upstream() = default;

uint16_t Upstream::port() const { return net::local_address(listener_.get()).port(); }

void Upstream::on_events(uint32_t) {
  net::SocketAddress peer;
  while (net::Fd fd = net::accept(listener_.get(), peer)) {
    auto connection = std::make_unique<Connection>(*this, std::move(fd));
    if (!connection->open()) return;
    const Connection* key = connection.get();
    connections_.emplace(key, std::move(connection));
  }
}

std::string_view Upstream::answer_to(std::string_view head) {
  ++requests_;
  if (std::exchange(sampling_, false)) sampled_head_ = head;
  const size_t path = head.find('/');
  const char kind = path + 1 < head.size() ? head[path + 1] : 's';
  return kind == 'l' ? large_ : kind == 'm' ? medium_ : small_;
}

}  // namespace graylane::bench
