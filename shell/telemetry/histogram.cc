#include "telemetry/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace graylane::telemetry {

uint64_t LatencyHistogram::count() const { return std::accumulate(counts.begin(), counts.end(), uint64_t{0}); }

uint64_t LatencyHistogram::quantile(double share) const {
  const uint64_t total = count();
  if (total == 0) return 0;
  // ceil: the median of 3 values is the 2nd
  const auto rank = static_cast<uint64_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(total)));
  uint64_t seen = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen < std::max<uint64_t>(rank, 1)) continue;
    if (i + 1 == kLatencyBuckets) return latency_bucket_begin(i);
    return std::midpoint(latency_bucket_begin(i), latency_bucket_begin(i + 1));
  }
  return 0;
}

void LatencyHistogram::operator+=(const LatencyHistogram& other) {
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum_ns += other.sum_ns;
}

void LatencyRecorder::add_to(LatencyHistogram& total) const {
  for (size_t i = 0; i < counts_.size(); ++i) total.counts[i] += counts_[i].get();
  total.sum_ns += sum_ns_.get();
}

}  // namespace graylane::telemetry
