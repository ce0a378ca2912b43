// The CPU time that processes have used, from their own clocks: all their threads, to the nanosecond.
#pragma once

#include <cstdint>
#include <span>

namespace graylane::bench {

/// Of all of them together; a process that is gone counts as 0.
uint64_t cpu_time_ns(std::span<const int> pids);

}  // namespace graylane::bench
