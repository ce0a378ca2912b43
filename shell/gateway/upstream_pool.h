// UpstreamPool: one worker's endpoints by address, and the connections to them. Idle connections wait at their endpoint, the
// newest is used first; when there are too many of all endpoints together, the one that has been idle longest is closed.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "base/error.h"
#include "gateway/endpoint.h"
#include "gateway/list.h"
#include "gateway/upstream_connection.h"

namespace graylane::gateway {

class UpstreamPool {
 public:
  explicit UpstreamPool(Worker& worker) : worker_(worker) {}

  Endpoint& endpoint(const net::SocketAddress& address);
  /// An idle connection; nullptr: none.
  UpstreamConnection* take_idle(Endpoint& endpoint);
  /// A new one, which is not connected yet.
  Result<UpstreamConnection*> connect(Endpoint& endpoint);

  // by connections
  void put_idle(UpstreamConnection& connection);
  void closed(UpstreamConnection& connection);

  void close_idle();
  void close_all();
  /// Forgets endpoints that nobody uses any more.
  void sweep();
  size_t idle_count() const { return idle_count_; }

 private:
  Worker& worker_;
  std::unordered_map<net::SocketAddress, std::unique_ptr<Endpoint>, net::SocketAddressHash> endpoints_;
  List<UpstreamConnection> active_;
  List<UpstreamConnection> idle_;  // the first has been idle longest
  size_t idle_count_ = 0;
};

}  // namespace graylane::gateway
