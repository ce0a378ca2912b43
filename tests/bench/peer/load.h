// Load: a closed loop of clients for a while, measured in a window after a warm-up; and Held: idle connections. Both run the
// loop until they are done. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "upstream.h"

namespace graylane::bench {

struct LoadPlan {
  uint16_t port = 0;
  size_t clients = 64;
  std::chrono::milliseconds warm_up{250};
  std::chrono::milliseconds window{600};
  size_t answer_bytes = kSmallBytes;
  bool closes = false;                // a new connection for each request
  std::vector<std::string> requests;  // whole texts, taken in turn
  std::vector<int> pids;              // whose CPU time is read
  std::function<bool()> ended;        // ends the window early; may be empty
};

/// Of the window, but for `failed` and `wrong`, which count from the first request to the last.
struct LoadResult {
  uint64_t requests = 0;
  uint64_t failed = 0;  // no complete answer
  uint64_t wrong = 0;   // another status or length
  double seconds = 0;
  uint64_t cpu_ns = 0;
  uint64_t stable = 0;  // requests that reached it
  uint64_t canary = 0;
  double p50_us = 0;
  double p99_us = 0;
  double max_us = 0;
  std::string backend_head;   // one of those that reached a backend
  std::string first_failure;  // why
};

LoadResult run_load(net::EventLoop& loop, const LoadPlan& plan, Upstream& stable, Upstream& canary);

/// Connections that have each had one answer and now wait.
class Held final : public ClientOwner {
 public:
  Held(net::EventLoop& loop, uint16_t port, std::string request) : loop_(loop), port_(port), request_(std::move(request)) {}

  /// Opens `count` more, few at a time; returns how many failed.
  size_t open(size_t count);
  void release() { clients_.clear(); }

 private:
  const std::string* next_request() override;
  void on_answer(std::chrono::nanoseconds latency, bool right) override;
  void on_failure(const std::string& why) override;
  size_t answer_bytes() const override { return kSmallBytes; }
  bool closes() const override { return false; }

  net::EventLoop& loop_;
  const uint16_t port_;
  const std::string request_;
  std::vector<std::unique_ptr<Client>> clients_;
  bool asking_ = false;  // the newest client may send
  size_t waiting_ = 0;
  size_t failed_ = 0;
};

}  // namespace graylane::bench
