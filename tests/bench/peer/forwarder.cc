#include "forwarder.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "net/socket.h"

namespace graylane::bench {

namespace {

std::array<char, 256 * 1024> shared_buffer;  // what is read is sent on before anything else is read

}  // namespace

/// Both connections, and what could not be sent at once.
class Forwarder::Pair {
 public:
  Pair(Forwarder& owner, net::Fd client, net::Fd backend)
      : owner_(owner), client_(*this, std::move(client)), backend_(*this, std::move(backend)) {}

  bool open() {
    return owner_.loop_.add(client_.fd.get(), client_).has_value() && owner_.loop_.add(backend_.fd.get(), backend_).has_value();
  }

 private:
  struct Side final : net::Handler {
    Side(Pair& of, net::Fd socket) : pair(of), fd(std::move(socket)) {}
    void on_events(uint32_t epoll_events) override { pair.on_events(*this, epoll_events); }

    Pair& pair;
    net::Fd fd;
    std::string unsent;  // to this side
  };

  void on_events(Side& side, uint32_t epoll_events) {
    Side& other = &side == &client_ ? backend_ : client_;
    bool alive = true;
    if ((epoll_events & EPOLLOUT) != 0 && !side.unsent.empty())
      alive = flush(side) && (!side.unsent.empty() || pump(other, side, true));
    if (alive && (epoll_events & ~EPOLLOUT) != 0) alive = pump(side, other, (epoll_events & ~(EPOLLIN | EPOLLOUT)) != 0);
    if (alive) return;
    owner_.loop_.forget(client_);
    owner_.loop_.forget(backend_);
    owner_.pairs_.erase(this);
  }

  /// False at the end of the stream. `to_the_end`: a short read does not mean that there is nothing more.
  bool pump(Side& from, Side& to, bool to_the_end) {
    while (to.unsent.empty()) {
      const ssize_t got = recv(from.fd.get(), shared_buffer.data(), shared_buffer.size(), 0);
      if (got == 0) return false;
      if (got < 0) return errno == EAGAIN;
      const ssize_t sent = send(to.fd.get(), shared_buffer.data(), static_cast<size_t>(got), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent < got) to.unsent.assign(shared_buffer.data() + std::max<ssize_t>(sent, 0), shared_buffer.data() + got);
      if (static_cast<size_t>(got) < shared_buffer.size() && !to_the_end) return true;
    }
    return true;
  }

  static bool flush(Side& side) {
    const ssize_t sent = send(side.fd.get(), side.unsent.data(), side.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    side.unsent.erase(0, static_cast<size_t>(sent));
    return true;
  }

  Forwarder& owner_;
  Side client_;
  Side backend_;
};

Result<std::unique_ptr<Forwarder>> Forwarder::start(net::EventLoop& loop, uint16_t target_port) {
  auto listener = net::listen(net::SocketAddress::loopback());
  if (!listener) return std::unexpected(listener.error());
  std::unique_ptr<Forwarder> forwarder(new Forwarder(loop, std::move(*listener), target_port));
  if (auto added = loop.add_level(forwarder->listener_.get(), *forwarder); !added) return std::unexpected(added.error());
  return forwarder;
}

Forwarder::Forwarder(net::EventLoop& loop, net::Fd listener, uint16_t target_port)
    : loop_(loop), listener_(std::move(listener)), target_port_(target_port) {}

Forwarder::~Forwarder() = default;

uint16_t Forwarder::port() const { return net::local_address(listener_.get()).port(); }

void Forwarder::on_events(uint32_t) {
  net::SocketAddress peer;
  while (net::Fd client = net::accept(listener_.get(), peer)) {
    auto backend = net::connect(net::SocketAddress::loopback(target_port_));
    if (!backend) return;
    auto pair = std::make_unique<Pair>(*this, std::move(client), std::move(*backend));
    if (!pair->open()) return;
    const Pair* key = pair.get();
    pairs_.emplace(key, std::move(pair));
  }
}

}  // namespace graylane::bench
