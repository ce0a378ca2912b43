// Gateway: serves a route table to HTTP clients, one thread for each worker. Started once, drained once. Workers share nothing
// on the path of a request: each has its own listener, connections, upstream pools, draws and counters. A published table is
// taken by each worker between two requests and acknowledged; no connection is closed by it.
// All members may be called from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/error.h"
#include "http/h1_head.h"
#include "net/address.h"
#include "route/table.h"
#include "telemetry/access_log.h"
#include "telemetry/telemetry.h"

namespace graylane::gateway {

/// Everything that a peer could make grow without end has a limit here or in a policy. Defaults are ingress-nginx's where it
/// has one.
struct GatewayLimits {
  size_t connections_max = 16'384;  // of clients, per worker; further ones are closed at once
  http::HeadLimits request_head;
  http::HeadLimits response_head;
  std::chrono::milliseconds head_timeout = std::chrono::seconds(60);   // from a head's first byte to its last: 408
  std::chrono::milliseconds body_timeout = std::chrono::seconds(60);   // between two reads of a request body: 408
  std::chrono::milliseconds send_timeout = std::chrono::seconds(60);   // between two writes to a client that reads slowly
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);   // of a keep-alive connection
  std::chrono::milliseconds linger_timeout = std::chrono::seconds(5);  // for a client to read an answer that ends a connection
  size_t upstream_idle_max = 320;                                      // pooled connections of all endpoints, per worker
  std::chrono::milliseconds upstream_idle_timeout = std::chrono::seconds(60);
  size_t read_buffer_bytes = 256 * 1024;  // one per worker; also the most that waits for one slow reader
};

struct GatewayOptions {
  net::SocketAddress listen;
  uint16_t public_port = 0;  // what backends are told as X-Forwarded-Port; 0: the port listened on
  unsigned workers = 1;
  std::chrono::milliseconds drain_timeout = std::chrono::seconds(5);
  GatewayLimits limits;
  std::chrono::microseconds spin{0};           // how long a worker polls after its last event before it sleeps
  uint64_t seed = 0;                           // of draws and request ids; must differ between processes
  telemetry::AccessLog* access_log = nullptr;  // outlives the gateway; nullptr: off
  /// Told the sequence number that all workers have reached, in the thread of the last one.
  std::function<void(uint64_t sequence)> on_acknowledged;
};

class Gateway {
 public:
  /// Listens before it returns; until a table is published every request is answered with 503. `telemetry` outlives it.
  static Result<std::unique_ptr<Gateway>> start(GatewayOptions options, telemetry::Telemetry& telemetry);
  ~Gateway();  // cuts what is left, and joins

  net::SocketAddress address() const;

  /// Hands the table to every worker; returns its sequence number (1, 2, ...). Of several that a worker has not come to yet it
  /// takes the last.
  uint64_t publish(const route::TablePtr& table);
  /// The sequence number that every worker has reached; 0: none.
  uint64_t acknowledged() const;
  /// False when `timeout` passes first.
  bool wait_acknowledged(uint64_t sequence, std::chrono::milliseconds timeout) const;

  /// Stops accepting, closes idle connections at once, lets requests end for the drain timeout and then cuts them.
  void drain();
  /// Cuts everything.
  void stop();
  /// Until all workers have ended, which they do after drain() or stop().
  void join();

 private:
  class Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace graylane::gateway
