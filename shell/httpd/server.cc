#include "httpd/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "httpd/connection.h"
#include "httpd/response_text.h"
#include "net/socket.h"

namespace graylane::httpd {

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};

/// Finds out when the other machine is gone without a word. A watch that has nothing to tell would wait for it for ever.
void probe_when_silent(int fd) {
  constexpr int kOn = 1, kIdleSeconds = 60, kIntervalSeconds = 15, kProbes = 4;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &kOn, sizeof kOn);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &kIdleSeconds, sizeof kIdleSeconds);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &kIntervalSeconds, sizeof kIntervalSeconds);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &kProbes, sizeof kProbes);
}

std::string too_many() {
  const Response response = text_response(503, "503 Service Unavailable: too many connections are open");
  std::string bytes;
  append_head(bytes, response, {.keep_alive = false}, http::Framing::kLength);
  return bytes + response.body;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(net::EventLoop& loop, const net::SocketAddress& address, RequestHandler handler,
                                              Limits limits, std::shared_ptr<const TlsContext> tls, EarlyAnswers early) {
  auto listener = net::listen(address);
  if (!listener) return std::unexpected(listener.error());
  std::unique_ptr<Server> server(
      new Server(loop, std::move(*listener), std::move(handler), limits, std::move(tls), std::move(early)));
  if (auto added = loop.add_level(server->listener_.get(), *server); !added) return std::unexpected(added.error());
  return server;
}

Server::Server(net::EventLoop& loop, net::Fd listener, RequestHandler handler, Limits limits,
               std::shared_ptr<const TlsContext> tls, EarlyAnswers early)
    : loop_(loop),
      listener_(std::move(listener)),
      address_(net::local_address(listener_.get())),
      handler_(std::move(handler)),
      early_(std::move(early)),
      limits_(limits),
      tls_(std::move(tls)) {}

Server::~Server() {
  *alive_ = false;
  stop_accepting();
  while (!connections_.empty()) connections_.begin()->second->close();
}

void Server::stop_accepting() {
  draining_ = true;
  accept_again_.cancel();
  if (listener_) loop_.remove(listener_.get(), *this);
  listener_.reset();
  std::vector<std::shared_ptr<Connection>> all;  // closing takes them out of the map
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->close_when_idle();
}

void Server::on_events(uint32_t) {
  while (listener_) {
    if (tls_ && connections_.size() >= limits_.connections_max) return wait_for_room();
    net::SocketAddress peer;
    net::Fd fd = net::accept(listener_.get(), peer);
    if (!fd) return pause_if_out_of_resources(errno);
    admit(std::move(fd), peer);
  }
}

void Server::pause_if_out_of_resources(int error) {
  if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) return;
  // Nothing can be accepted, and the loop would tell of the listener again at once: look again in a while.
  loop_.remove(listener_.get(), *this);
  loop_.arm(accept_again_, kAcceptPause);
}

/// The kernel keeps who comes now: its client waits for a moment, or says by itself that nobody shakes hands with it.
void Server::wait_for_room() {
  loop_.remove(listener_.get(), *this);
  waits_for_room_ = true;
}

void Server::accept_again() {
  if (!loop_.add_level(listener_.get(), *this)) loop_.arm(accept_again_, kAcceptPause);
}

void Server::admit(net::Fd fd, const net::SocketAddress& peer) {
  if (connections_.size() >= limits_.connections_max) {
    const std::string answer = too_many();
    ::send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    return;
  }
  probe_when_silent(fd.get());
  const auto connection = std::make_shared<Connection>(loop_, *this, std::move(fd), peer);
  connections_.emplace(connection.get(), connection);
  if (!connection->start()) connection->close();
}

void Server::forget(Connection& connection) {
  connections_.erase(&connection);
  if (listener_ && std::exchange(waits_for_room_, false)) accept_again();
}

void Server::hold(size_t before, size_t now) {
  held_bytes_ += now - before;
  if (held_bytes_ <= limits_.held_bytes_max || std::exchange(closing_largest_, true)) return;
  loop_.at_end_of_turn([this, alive = alive_] {
    if (*alive) close_the_largest();
  });
}

void Server::close_the_largest() {
  closing_largest_ = false;
  while (held_bytes_ > limits_.held_bytes_max && !connections_.empty()) {
    const auto held = [](const auto& entry) { return entry.second->held_bytes(); };
    std::ranges::max_element(connections_, {}, held)->second->close();
  }
}

}  // namespace graylane::httpd
