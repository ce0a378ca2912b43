// Snapshot: what has been counted since start, as plain values. For the commands and controllers in this process; Prometheus
// gets the same numbers as text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "telemetry/histogram.h"
#include "telemetry/recorder.h"
#include "telemetry/series.h"

namespace graylane::telemetry {

template <const auto& kBounds>
struct BoundedHistogram {
  std::array<uint64_t, kBounds.size() + 1> counts{};  // each bucket for itself, the last one for what is over all bounds
  uint64_t sum = 0;

  void add(const BoundedRecorder<kBounds>& recorder) {
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += recorder.count(i);
    sum += recorder.sum();
  }
  void add(const BoundedHistogram& other) {
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum += other.sum;
  }
};

struct CellCounts {
  Method method = Method::kOther;
  uint16_t status = kAnyStatus;
  uint64_t requests = 0;
  BoundedHistogram<kTimeBounds> duration;
  BoundedHistogram<kTimeBounds> connect;
  BoundedHistogram<kTimeBounds> header;
  BoundedHistogram<kTimeBounds> response;
  BoundedHistogram<kLengthBounds> request_size;
  BoundedHistogram<kLengthBounds> response_size;
  BoundedHistogram<kSizeBounds> bytes_sent;

  /// `other`: a Cell or CellCounts.
  template <class Other>
  void add(const Other& other) {
    duration.add(other.duration);
    connect.add(other.connect);
    header.add(other.header);
    response.add(other.response);
    request_size.add(other.request_size);
    response_size.add(other.response_size);
    bytes_sent.add(other.bytes_sent);
  }
};

struct SeriesCounts {
  SeriesKey key;
  std::vector<CellCounts> cells;     // by method, then status
  uint64_t by_weight = 0;            // of its requests, those that the weights of a split decided
  LatencyHistogram duration;         // as clients see it
  LatencyHistogram header_duration;  // of the upstream

  uint64_t requests() const;
  uint64_t server_errors() const;  // status 5xx
};

/// The sums over all workers; see WorkerCounters.
struct ProcessCounts {
  uint64_t connections_accepted = 0;
  uint64_t connections_active = 0;
  uint64_t connections_refused = 0;
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
  uint64_t client_aborts = 0;
  uint64_t upgrades = 0;
  uint64_t upstream_connects = 0;
  uint64_t upstream_connect_failures = 0;
  uint64_t upstream_reuses = 0;
  uint64_t upstream_timeouts = 0;
  uint64_t retries = 0;
  uint64_t log_dropped = 0;
  uint64_t table_swaps = 0;
  uint64_t table_revision = 0;  // the lowest: what every worker has reached
  std::array<uint64_t, kRefusalStatuses.size()> refusals{};
};

struct Snapshot {
  std::vector<SeriesCounts> series;  // by key
  ProcessCounts process;
};

/// How the requests of one route went to the versions, since start. Subtract two to see the share of an interval.
struct RouteShare {
  struct Part {
    Role role = Role::kStable;
    std::string backend;  // "NAMESPACE-SERVICE-PORT"
    uint64_t requests = 0;
    uint64_t by_weight = 0;  // of them, by weight
    uint64_t server_errors = 0;
  };
  std::string host;
  std::string path;
  std::string ns;
  std::string ingress;
  std::vector<Part> parts;  // stable first; a version that got no request yet is not in it
};
/// What the gateway answered itself is left out.
std::vector<RouteShare> route_shares(const Snapshot& snapshot);

}  // namespace graylane::telemetry
