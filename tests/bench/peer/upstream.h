// Upstream: a backend that answers at once with text made beforehand, so that it costs little and never varies: "/s" 100 B,
// "/m" 10 KB, "/l" 1 MiB. It counts requests, and can keep a request's head to show what a proxy made of it. Lives in the
// loop of its clients, so that a proxy under test is the only other process. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/event_loop.h"

namespace graylane::bench {

inline constexpr size_t kSmallBytes = 100;
inline constexpr size_t kMediumBytes = 10 * 1024;
inline constexpr size_t kLargeBytes = 1024 * 1024;

class Upstream final : public net::Handler {
 public:
  /// On a free port of 127.0.0.1.
  static Result<std::unique_ptr<Upstream>> start(net::EventLoop& loop, std::string_view version);
  ~Upstream();

  uint16_t port() const;
  uint64_t requests() const { return requests_; }
  /// Keeps the head of the next request.
  void sample_next() { sampling_ = true; }
  const std::string& sampled_head() const { return sampled_head_; }

 private:
  class Connection;

  Upstream(net::EventLoop& loop, net::Fd listener, std::string_view version);
  void on_events(uint32_t epoll_events) override;
  std::string_view answer_to(std::string_view head);

  net::EventLoop& loop_;
  net::Fd listener_;
  std::string small_, medium_, large_;
  uint64_t requests_ = 0;
  bool sampling_ = false;
  std::string sampled_head_;
  std::unordered_map<const Connection*, std::unique_ptr<Connection>> connections_;
};

}  // namespace graylane::bench
