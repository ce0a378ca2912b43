// Recorder: everything that one worker counts. Owned by Telemetry, written by its worker alone with plain loads and stores,
// read by a scraper thread at any time; no worker shares a cache line with another one. Never shrinks: counters must not go
// back, so a route that was removed keeps its series until the process ends, and series_max bounds how many there can be.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "telemetry/counter.h"
#include "telemetry/series.h"

namespace graylane::telemetry {

/// Statuses with which a connection's bytes are refused before they are a request; the last place is for all others.
inline constexpr std::array<uint16_t, 8> kRefusalStatuses = {400, 408, 413, 414, 431, 501, 505, 0};

struct alignas(64) WorkerCounters {
  Counter connections_accepted;
  Counter connections_closed;   // active: accepted - closed
  Counter connections_refused;  // closed at once, over a limit; not counted as accepted
  Counter bytes_received;       // from clients
  Counter bytes_sent;           // to clients
  Counter client_aborts;        // gone before the answer was complete
  Counter upgrades;
  Counter upstream_connects;
  Counter upstream_connect_failures;
  Counter upstream_reuses;  // requests over a pooled connection
  Counter upstream_timeouts;
  Counter retries;         // requests given to a next upstream, once for each further try
  Counter log_dropped;     // access log entries that found their AccessRing full
  Counter table_revision;  // set(): what the worker routes by now
  Counter table_swaps;
  std::array<Counter, kRefusalStatuses.size()> refusals;

  void refuse(uint16_t status);
};

struct RecorderLimits {
  /// Beyond it all further routes share one series with the host, path and ingress "other".
  size_t series_max = 4'096;
};

class Recorder {
 public:
  explicit Recorder(RecorderLimits limits = {});
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // ---- by the worker only ----
  WorkerCounters& counters() { return counters_; }
  /// The series of this key; never null, valid as long as the recorder. One hash of the key: to be kept by the caller beside
  /// the rule, not asked for with each request.
  Series* series(const SeriesKey& key);
  static void record(Series& series, const RequestRecord& request) { series.record(request); }

  // ---- any thread ----
  const WorkerCounters& counters() const { return counters_; }
  /// The newest; follow Series::next().
  const Series* newest() const { return newest_.load(std::memory_order_acquire); }

 private:
  struct KeyHash {
    size_t operator()(const SeriesKey& key) const;
  };
  Series* add(const SeriesKey& key);

  WorkerCounters counters_;
  const RecorderLimits limits_;
  std::unordered_map<SeriesKey, std::unique_ptr<Series>, KeyHash> by_key_;  // the worker's
  Series* other_ = nullptr;
  std::atomic<const Series*> newest_{nullptr};
};

}  // namespace graylane::telemetry
