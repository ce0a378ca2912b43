#include "gateway/upstream_pool.h"

#include <algorithm>

#include "gateway/worker.h"
#include "net/socket.h"

namespace graylane::gateway {

Endpoint& UpstreamPool::endpoint(const net::SocketAddress& address) {
  std::unique_ptr<Endpoint>& found = endpoints_[address];
  if (!found) {
    found = std::make_unique<Endpoint>();
    found->address = address;
    found->text = address.to_string();
  }
  return *found;
}

UpstreamConnection* UpstreamPool::take_idle(Endpoint& endpoint) {
  if (endpoint.idle.empty()) return nullptr;
  UpstreamConnection& connection = *endpoint.idle.back();
  endpoint.idle.pop_back();
  --idle_count_;
  List<UpstreamConnection>::remove(connection);
  active_.push_back(connection);
  return &connection;
}

Result<UpstreamConnection*> UpstreamPool::connect(Endpoint& endpoint) {
  auto fd = net::connect(endpoint.address);
  if (!fd) return std::unexpected(fd.error());
  const int raw = fd->get();
  auto connection = std::make_unique<UpstreamConnection>(worker_, endpoint, std::move(*fd));
  if (auto added = worker_.loop().add(raw, *connection); !added) return std::unexpected(added.error());
  active_.push_back(*connection);
  return connection.release();
}

void UpstreamPool::put_idle(UpstreamConnection& connection) {
  if (idle_count_ >= worker_.limits().upstream_idle_max && !idle_.empty()) idle_.first()->close_idle();
  List<UpstreamConnection>::remove(connection);
  idle_.push_back(connection);
  connection.endpoint().idle.push_back(&connection);
  ++idle_count_;
}

void UpstreamPool::closed(UpstreamConnection& connection) {
  std::vector<UpstreamConnection*>& idle = connection.endpoint().idle;
  idle_count_ -= std::erase(idle, &connection);
  List<UpstreamConnection>::remove(connection);
  worker_.bury(&connection);
}

void UpstreamPool::close_idle() {
  while (!idle_.empty()) idle_.first()->close_idle();
}

/// To be called when no exchange uses any.
void UpstreamPool::close_all() {
  close_idle();
  while (!active_.empty()) active_.first()->close_idle();
}

void UpstreamPool::sweep() {
  std::erase_if(endpoints_, [](const auto& entry) { return entry.second->users == 0 && entry.second->connections == 0; });
}

}  // namespace graylane::gateway
