#include "load.h"

#include <algorithm>
#include <limits>

#include "cpu_clock.h"

namespace graylane::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr uint64_t kFailuresMax = 10'000;     // then the clients give up
constexpr milliseconds kAnswerTimeout{5000};  // for what is in flight when the window ends
constexpr size_t kOpeningMax = 16;            // held connections that wait for their answer at the same time

/// In nanoseconds, up to 4 s.
class Latencies {
 public:
  void add(std::chrono::nanoseconds latency) {
    constexpr int64_t kMax = std::numeric_limits<uint32_t>::max();
    values_.push_back(static_cast<uint32_t>(std::min<int64_t>(latency.count(), kMax)));
  }
  size_t count() const { return values_.size(); }
  /// Microseconds. Reorders the values.
  double quantile_us(double quantile) {
    if (values_.empty()) return 0;
    const auto rank = static_cast<size_t>(quantile * static_cast<double>(values_.size() - 1));
    std::nth_element(values_.begin(), values_.begin() + static_cast<ptrdiff_t>(rank), values_.end());
    return values_[rank] / 1000.0;
  }

 private:
  std::vector<uint32_t> values_;
};

class Load final : public ClientOwner {
 public:
  Load(net::EventLoop& loop, const LoadPlan& plan, Upstream& stable, Upstream& canary)
      : loop_(loop), plan_(plan), stable_(stable), canary_(canary) {}

  LoadResult run() {
    for (size_t i = 0; i < plan_.clients; ++i) {
      clients_.push_back(std::make_unique<Client>(loop_, target(), *this));
      clients_.back()->start();
    }
    turn_for(plan_.warm_up);
    begin_window();
    turn_for(plan_.window);
    end_window();
    sending_ = false;
    const auto deadline = steady_clock::now() + kAnswerTimeout;
    while (in_flight_ > 0 && steady_clock::now() < deadline) loop_.turn(milliseconds(1));
    if (in_flight_ > 0 && result_.failed == 0) result_.first_failure = "no answer in time";
    result_.failed += in_flight_;
    return result_;
  }

 private:
  net::SocketAddress target() const { return net::SocketAddress::loopback(plan_.port); }

  void turn_for(milliseconds time) {
    const auto end = steady_clock::now() + time;
    while (steady_clock::now() < end && !(measuring_ && plan_.ended && plan_.ended())) loop_.turn(milliseconds(1));
  }

  void begin_window() {
    stable_.sample_next();
    result_.stable = stable_.requests();
    result_.canary = canary_.requests();
    measuring_ = true;
    began_ = steady_clock::now();
    result_.cpu_ns = cpu_time_ns(plan_.pids);
  }

  void end_window() {
    result_.cpu_ns = cpu_time_ns(plan_.pids) - result_.cpu_ns;
    result_.seconds = std::chrono::duration<double>(steady_clock::now() - began_).count();
    measuring_ = false;
    result_.stable = stable_.requests() - result_.stable;
    result_.canary = canary_.requests() - result_.canary;
    result_.backend_head = stable_.sampled_head();
    result_.requests = latencies_.count();
    result_.p50_us = latencies_.quantile_us(0.5);
    result_.p99_us = latencies_.quantile_us(0.99);
    result_.max_us = latencies_.quantile_us(1);
  }

  const std::string* next_request() override {
    if (!sending_ || result_.failed > kFailuresMax) return nullptr;
    ++in_flight_;
    next_ = next_ + 1 < plan_.requests.size() ? next_ + 1 : 0;
    return &plan_.requests[next_];
  }
  void on_answer(std::chrono::nanoseconds latency, bool right) override {
    --in_flight_;
    if (!right) ++result_.wrong;
    if (measuring_) latencies_.add(latency);
  }
  void on_failure(const std::string& why) override {
    --in_flight_;
    if (result_.failed++ == 0) result_.first_failure = why;
  }
  size_t answer_bytes() const override { return plan_.answer_bytes; }
  bool closes() const override { return plan_.closes; }

  net::EventLoop& loop_;
  const LoadPlan& plan_;
  Upstream& stable_;
  Upstream& canary_;
  std::vector<std::unique_ptr<Client>> clients_;
  Latencies latencies_;
  LoadResult result_;
  net::Instant began_;
  size_t next_ = 0;       // of the requests
  size_t in_flight_ = 0;  // requests
  bool sending_ = true;
  bool measuring_ = false;
};

}  // namespace

LoadResult run_load(net::EventLoop& loop, const LoadPlan& plan, Upstream& stable, Upstream& canary) {
  return Load(loop, plan, stable, canary).run();
}

size_t Held::open(size_t count) {
  failed_ = 0;
  const auto deadline = steady_clock::now() + std::chrono::minutes(1);
  while ((count > 0 || waiting_ > 0) && steady_clock::now() < deadline) {
    for (; count > 0 && waiting_ < kOpeningMax; --count) {
      clients_.push_back(std::make_unique<Client>(loop_, net::SocketAddress::loopback(port_), *this));
      asking_ = true;
      clients_.back()->start();
    }
    loop_.turn(milliseconds(1));
  }
  return failed_ + waiting_ + count;
}

const std::string* Held::next_request() {
  if (!std::exchange(asking_, false)) return nullptr;
  ++waiting_;
  return &request_;
}

void Held::on_answer(std::chrono::nanoseconds, bool right) {
  --waiting_;
  if (!right) ++failed_;
}

void Held::on_failure(const std::string&) {
  --waiting_;
  ++failed_;
}

}  // namespace graylane::bench
