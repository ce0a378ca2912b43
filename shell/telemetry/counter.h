// Counter: a number that one thread writes and any thread may read. A plain load, add and store on the writer's side: no lock,
// no locked instruction. A second writer would lose counts.
#pragma once

#include <atomic>
#include <cstdint>

namespace graylane::telemetry {

class Counter {
 public:
  void add(uint64_t n = 1) { set(get() + n); }
  void set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace graylane::telemetry
