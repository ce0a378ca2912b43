// Latency histograms with log-linear buckets: every power of two of nanoseconds is cut into 8 equal parts, so a quantile read
// from one is within 6.25 % of a recorded value (half of a bucket's width). LatencyRecorder is written by one thread and read
// by any; LatencyHistogram is a plain value to add up and to ask.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "telemetry/counter.h"

namespace graylane::telemetry {

inline constexpr int kSubBucketBits = 3;
inline constexpr int kLowestPower = 10;   // all below 1.024 us lies in bucket 0
inline constexpr int kHighestPower = 37;  // all from 137 s on lies in the last bucket
inline constexpr size_t kLatencyBuckets = ((kHighestPower - kLowestPower) << kSubBucketBits) + 2;

constexpr size_t latency_bucket(uint64_t nanoseconds) {
  if (nanoseconds < (uint64_t{1} << kLowestPower)) return 0;
  const int power = static_cast<int>(std::bit_width(nanoseconds)) - 1;
  if (power >= kHighestPower) return kLatencyBuckets - 1;
  const uint64_t part = (nanoseconds >> (power - kSubBucketBits)) & ((1U << kSubBucketBits) - 1);
  return 1 + (static_cast<size_t>(power - kLowestPower) << kSubBucketBits) + part;
}

/// The first value, in nanoseconds, of a bucket; of kLatencyBuckets: UINT64_MAX.
constexpr uint64_t latency_bucket_begin(size_t bucket) {
  if (bucket == 0) return 0;
  if (bucket >= kLatencyBuckets) return UINT64_MAX;
  const uint64_t part = (bucket - 1) & ((1U << kSubBucketBits) - 1);
  const int power = kLowestPower + static_cast<int>((bucket - 1) >> kSubBucketBits);
  return ((uint64_t{1} << kSubBucketBits) + part) << (power - kSubBucketBits);
}

struct LatencyHistogram {
  std::array<uint64_t, kLatencyBuckets> counts{};
  uint64_t sum_ns = 0;

  uint64_t count() const;
  /// In nanoseconds; `share` in [0, 1]; the middle of the bucket that holds the value. 0 when nothing was recorded.
  uint64_t quantile(double share) const;
  void operator+=(const LatencyHistogram& other);
};

class LatencyRecorder {
 public:
  void record(uint64_t nanoseconds) {
    counts_[latency_bucket(nanoseconds)].add();
    sum_ns_.add(nanoseconds);
  }
  void add_to(LatencyHistogram& total) const;

 private:
  Counter sum_ns_;
  std::array<Counter, kLatencyBuckets> counts_;
};

}  // namespace graylane::telemetry
