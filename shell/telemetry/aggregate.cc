#include "telemetry/aggregate.h"

#include <algorithm>
#include <map>
#include <utility>

namespace graylane::telemetry {

namespace {

using CellKey = std::pair<Method, uint16_t>;

struct Sums {
  std::map<CellKey, CellCounts> cells;
  LatencyHistogram duration;
  LatencyHistogram header_duration;
  uint64_t by_weight = 0;
};

void add_cell(const Cell& cell, CellCounts& sums) {
  sums.method = cell.method;
  sums.status = cell.status;
  sums.requests += cell.requests.get();
  sums.add(cell);
}

void add_series(const Series& series, Sums& sums) {
  for (const Cell* cell = series.cells(); cell != nullptr; cell = cell->next) {
    add_cell(*cell, sums.cells[{cell->method, cell->status}]);
  }
  series.duration().add_to(sums.duration);
  series.header_duration().add_to(sums.header_duration);
  sums.by_weight += series.by_weight();
}

SeriesCounts finish(const SeriesKey& key, Sums&& sums) {
  SeriesCounts counts{key, {}, sums.by_weight, sums.duration, sums.header_duration};
  for (auto& [cell_key, cell] : sums.cells) counts.cells.push_back(cell);
  return counts;
}

void add_process(const WorkerCounters& worker, ProcessCounts& sums) {
  // Closed is read first: what is accepted and closed between the two reads must not make the difference negative.
  const uint64_t closed = worker.connections_closed.get();
  const uint64_t accepted = worker.connections_accepted.get();
  sums.connections_accepted += accepted;
  sums.connections_active += accepted - std::min(accepted, closed);
  sums.connections_refused += worker.connections_refused.get();
  sums.bytes_received += worker.bytes_received.get();
  sums.bytes_sent += worker.bytes_sent.get();
  sums.client_aborts += worker.client_aborts.get();
  sums.upgrades += worker.upgrades.get();
  sums.upstream_connects += worker.upstream_connects.get();
  sums.upstream_connect_failures += worker.upstream_connect_failures.get();
  sums.upstream_reuses += worker.upstream_reuses.get();
  sums.upstream_timeouts += worker.upstream_timeouts.get();
  sums.retries += worker.retries.get();
  sums.log_dropped += worker.log_dropped.get();
  sums.table_swaps += worker.table_swaps.get();
  sums.table_revision = std::min(sums.table_revision, worker.table_revision.get());
  for (size_t i = 0; i < sums.refusals.size(); ++i) sums.refusals[i] += worker.refusals[i].get();
}

}  // namespace

Snapshot aggregate(std::span<const std::unique_ptr<Recorder>> recorders) {
  std::map<SeriesKey, Sums> by_key;
  Snapshot snapshot;
  snapshot.process.table_revision = recorders.empty() ? 0 : UINT64_MAX;
  for (const std::unique_ptr<Recorder>& recorder : recorders) {
    for (const Series* series = recorder->newest(); series != nullptr; series = series->next()) {
      add_series(*series, by_key[series->key()]);
    }
    add_process(std::as_const(*recorder).counters(), snapshot.process);
  }
  snapshot.series.reserve(by_key.size());
  for (auto& [key, sums] : by_key) snapshot.series.push_back(finish(key, std::move(sums)));
  return snapshot;
}

}  // namespace graylane::telemetry
