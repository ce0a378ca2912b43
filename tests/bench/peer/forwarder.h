// Forwarder: carries bytes between two sockets and knows nothing of HTTP. What it costs is the kernel's share of a proxied
// request: the floor under every proxy. One connection of a backend for each of a client. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "net/event_loop.h"

namespace graylane::bench {

class Forwarder final : public net::Handler {
 public:
  /// On a free port of 127.0.0.1.
  static Result<std::unique_ptr<Forwarder>> start(net::EventLoop& loop, uint16_t target_port);
  ~Forwarder();

  uint16_t port() const;

 private:
  class Pair;

  Forwarder(net::EventLoop& loop, net::Fd listener, uint16_t target_port);
  void on_events(uint32_t epoll_events) override;

  net::EventLoop& loop_;
  net::Fd listener_;
  const uint16_t target_port_;
  std::unordered_map<const Pair*, std::unique_ptr<Pair>> pairs_;
};

}  // namespace graylane::bench
