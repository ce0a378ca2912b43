#include "cpu_clock.h"

#include <ctime>

namespace graylane::bench {

namespace {

uint64_t cpu_time_ns(int pid) {
  clockid_t clock = 0;
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

uint64_t cpu_time_ns(std::span<const int> pids) {
  uint64_t sum = 0;
  for (const int pid : pids) sum += cpu_time_ns(pid);
  return sum;
}

}  // namespace graylane::bench
