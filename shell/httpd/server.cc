#include "httpd/server.h"

#include <sys/socket.h>

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

std::string too_many() {
  const Response response = text_response(503, "503 Service Unavailable: too many connections are open");
  std::string bytes;
  append_head(bytes, response, {.keep_alive = false}, http::Framing::kLength);
  return bytes + response.body;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(net::EventLoop& loop, const net::SocketAddress& address, RequestHandler handler,
                                              Limits limits, std::shared_ptr<const TlsContext> tls) {
  auto listener = net::listen(address);
  if (!listener) return std::unexpected(listener.error());
  std::unique_ptr<Server> server(new Server(loop, std::move(*listener), std::move(handler), limits, std::move(tls)));
  if (auto added = loop.add_level(server->listener_.get(), *server); !added) return std::unexpected(added.error());
  return server;
}

Server::Server(net::EventLoop& loop, net::Fd listener, RequestHandler handler, Limits limits,
               std::shared_ptr<const TlsContext> tls)
    : loop_(loop),
      listener_(std::move(listener)),
      address_(net::local_address(listener_.get())),
      handler_(std::move(handler)),
      limits_(limits),
      tls_(std::move(tls)) {}

Server::~Server() {
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

void Server::accept_again() {
  if (!loop_.add_level(listener_.get(), *this)) loop_.arm(accept_again_, kAcceptPause);
}

void Server::admit(net::Fd fd, const net::SocketAddress& peer) {
  if (connections_.size() >= limits_.connections_max) {
    const std::string answer = tls_ ? std::string() : too_many();
    ::send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    return;
  }
  const auto connection = std::make_shared<Connection>(loop_, *this, std::move(fd), peer);
  connections_.emplace(connection.get(), connection);
  if (!connection->start()) connection->close();
}

void Server::forget(Connection& connection) { connections_.erase(&connection); }

}  // namespace graylane::httpd
