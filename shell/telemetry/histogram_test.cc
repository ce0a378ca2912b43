#include "telemetry/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace graylane::telemetry {
namespace {

TEST(LatencyHistogram, BucketsFollowEachOtherWithoutGapOrOverlap) {
  // A value that fell between two buckets would be lost, or counted in the wrong one.
  for (size_t bucket = 0; bucket + 1 < kLatencyBuckets; ++bucket) {
    const uint64_t begin = latency_bucket_begin(bucket);
    const uint64_t next = latency_bucket_begin(bucket + 1);
    ASSERT_LT(begin, next);
    EXPECT_EQ(latency_bucket(begin), bucket);
    EXPECT_EQ(latency_bucket(next - 1), bucket);
    EXPECT_EQ(latency_bucket(next), bucket + 1);
  }
  EXPECT_EQ(latency_bucket(UINT64_MAX), kLatencyBuckets - 1);
}

TEST(LatencyHistogram, QuantilesAreWithinSevenPercent) {
  // Verdicts compare p99 of two versions; the bound is what the header promises.
  std::mt19937_64 random(7);
  for (const double spread : {0.1, 1.0, 2.5}) {
    std::lognormal_distribution<double> latency(std::log(2e6), spread);  // median 2 ms
    std::vector<uint64_t> values;
    LatencyRecorder recorder;
    for (int i = 0; i < 20'000; ++i) {
      const auto value = static_cast<uint64_t>(std::clamp(latency(random), 1'024.0, 1e11));
      values.push_back(value);
      recorder.record(value);
    }
    std::ranges::sort(values);
    LatencyHistogram histogram;
    recorder.add_to(histogram);
    for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto exact = static_cast<double>(values[static_cast<size_t>(std::ceil(share * 20'000)) - 1]);
      EXPECT_NEAR(static_cast<double>(histogram.quantile(share)), exact, exact * 0.0625) << share << " " << spread;
    }
  }
}

TEST(LatencyHistogram, AddsUp) {
  // Workers' histograms are summed, and intervals are differences of sums.
  LatencyRecorder recorder;
  recorder.record(5'000);
  recorder.record(9'000'000);
  LatencyHistogram twice;
  recorder.add_to(twice);
  LatencyHistogram once = twice;
  twice += once;
  EXPECT_EQ(twice.count(), 4U);
  EXPECT_EQ(twice.sum_ns, 2 * 9'005'000U);
  EXPECT_EQ(twice.quantile(0.5), once.quantile(0.5));
}

TEST(LatencyHistogram, WithoutValuesAllQuantilesAreZero) {
  // A route that nobody asked for yet is printed too.
  EXPECT_EQ(LatencyHistogram().quantile(0.99), 0U);
}

}  // namespace
}  // namespace graylane::telemetry
