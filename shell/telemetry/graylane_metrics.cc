#include "telemetry/graylane_metrics.h"

#include <array>
#include <string>
#include <vector>

namespace graylane::telemetry {

namespace {

// Prometheus gets every fourth bound of the histograms, from 65 us to 69 s: finer ones would be 216 lines for each series.
constexpr int kFirstPower = 16;
constexpr int kLastPower = 36;
constexpr size_t kBoundStep = 4;
constexpr size_t kFirstBucket = latency_bucket(uint64_t{1} << kFirstPower);
constexpr size_t kLastBucket = latency_bucket(uint64_t{1} << kLastPower);
constexpr size_t kBounds = (kLastBucket - kFirstBucket) / kBoundStep + 1;

std::vector<std::string> bound_texts() {
  std::vector<std::string> texts;
  for (size_t bucket = kFirstBucket; bucket <= kLastBucket; bucket += kBoundStep) {
    texts.push_back(number_text(static_cast<double>(latency_bucket_begin(bucket)) / 1e9));
  }
  return texts;
}

std::array<uint64_t, kBounds + 1> coarse(const LatencyHistogram& histogram) {
  std::array<uint64_t, kBounds + 1> counts{};
  for (size_t bucket = 0; bucket < kLatencyBuckets; ++bucket) {
    const size_t place = bucket < kFirstBucket ? 0 : (bucket - kFirstBucket) / kBoundStep + 1;
    counts[std::min(place, kBounds)] += histogram.counts[bucket];
  }
  return counts;
}

std::string labels_of(const SeriesKey& key) {
  return make_labels({{"host", key.host},
                      {"path", key.path},
                      {"namespace", key.ns},
                      {"ingress", key.ingress},
                      {"service", key.service},
                      {"service_port", key.service_port},
                      {"role", to_string(key.role)},
                      {"canary", key.canary}});
}

using AllLabels = std::vector<std::string>;  // of each series of a snapshot

void write_requests(const Snapshot& snapshot, const AllLabels& labels, MetricText& text) {
  text.family("graylane_requests_total", "counter", "Finished requests.");
  for (size_t i = 0; i < labels.size(); ++i) {
    for (const CellCounts& cell : snapshot.series[i].cells) {
      const std::string of_cell = make_labels({{"method", to_string(cell.method)}, {"status", status_text(cell.status)}});
      text.sample(labels[i] + "," + of_cell, cell.requests);
    }
  }
}

template <class Member>
void write_latency(const Snapshot& snapshot, const AllLabels& labels, Member member, MetricText& text) {
  const std::vector<std::string> bounds = bound_texts();
  for (size_t i = 0; i < labels.size(); ++i) {
    const LatencyHistogram& histogram = snapshot.series[i].*member;
    text.histogram(labels[i], bounds, coarse(histogram), number_text(static_cast<double>(histogram.sum_ns) / 1e9));
  }
}

template <class Member>
void write_bytes(const Snapshot& snapshot, const AllLabels& labels, Member member, MetricText& text) {
  for (size_t i = 0; i < labels.size(); ++i) {
    uint64_t sum = 0;
    for (const CellCounts& cell : snapshot.series[i].cells) sum += (cell.*member).sum;
    text.sample(labels[i], sum);
  }
}

void write_series(const Snapshot& snapshot, MetricText& text) {
  AllLabels labels;
  for (const SeriesCounts& series : snapshot.series) labels.push_back(labels_of(series.key));
  write_requests(snapshot, labels, text);
  text.family("graylane_request_duration_seconds", "histogram", "From a request's first byte to the last byte of its answer.");
  write_latency(snapshot, labels, &SeriesCounts::duration, text);
  text.family("graylane_upstream_header_duration_seconds", "histogram", "From asking the upstream to the head of its answer.");
  write_latency(snapshot, labels, &SeriesCounts::header_duration, text);
  text.family("graylane_request_bytes_total", "counter", "Bytes of requests, heads included.");
  write_bytes(snapshot, labels, &CellCounts::request_size, text);
  text.family("graylane_response_bytes_total", "counter", "Bytes of answers to clients, heads included.");
  write_bytes(snapshot, labels, &CellCounts::response_size, text);
}

void write_refusals(const ProcessCounts& process, MetricText& text) {
  text.family("graylane_refused_requests_total", "counter", "Answers to bytes that were not an acceptable request.");
  for (size_t i = 0; i < kRefusalStatuses.size(); ++i) {
    text.sample(make_labels({{"status", status_text(kRefusalStatuses[i])}}), process.refusals[i]);
  }
}

struct Single {
  std::string_view name;
  std::string_view help;
  uint64_t ProcessCounts::* value;
  std::string_view type = "counter";
};

constexpr std::array kSingles = {
    Single{"graylane_connections_accepted_total", "Connections taken from clients.", &ProcessCounts::connections_accepted},
    Single{"graylane_connections_active", "Connections of clients that are open.", &ProcessCounts::connections_active, "gauge"},
    Single{"graylane_connections_refused_total", "Connections closed at once, over a limit.",
           &ProcessCounts::connections_refused},
    Single{"graylane_received_bytes_total", "Bytes read from clients.", &ProcessCounts::bytes_received},
    Single{"graylane_sent_bytes_total", "Bytes written to clients.", &ProcessCounts::bytes_sent},
    Single{"graylane_client_aborts_total", "Clients that left before their answer was complete.", &ProcessCounts::client_aborts},
    Single{"graylane_upgrades_total", "Connections that changed to another protocol.", &ProcessCounts::upgrades},
    Single{"graylane_upstream_connects_total", "Connections opened to upstreams.", &ProcessCounts::upstream_connects},
    Single{"graylane_upstream_connect_failures_total", "Connections to upstreams that failed.",
           &ProcessCounts::upstream_connect_failures},
    Single{"graylane_upstream_reuses_total", "Requests sent over a kept connection.", &ProcessCounts::upstream_reuses},
    Single{"graylane_upstream_timeouts_total", "Upstreams that took too long.", &ProcessCounts::upstream_timeouts},
    Single{"graylane_retries_total", "Further tries of requests at a next upstream.", &ProcessCounts::retries},
    Single{"graylane_access_log_dropped_total", "Access log entries dropped since the log's ring was full.",
           &ProcessCounts::log_dropped},
    Single{"graylane_table_swaps_total", "Changes of the route table, summed over workers.", &ProcessCounts::table_swaps},
    Single{"graylane_table_revision", "Revision of the route table that all workers have reached.",
           &ProcessCounts::table_revision, "gauge"},
};

}  // namespace

void write_graylane_metrics(const Snapshot& snapshot, const Identity& identity, MetricText& text) {
  text.single("graylane_build_info", "gauge", "Always 1; the version is a label.", 1,
              make_labels({{"version", identity.version}}));
  write_series(snapshot, text);
  write_refusals(snapshot.process, text);
  for (const Single& single : kSingles) text.single(single.name, single.type, single.help, snapshot.process.*single.value);
}

void write_log_metrics(const AccessLog& log, MetricText& text) {
  text.single("graylane_access_log_lines_total", "counter", "Lines written to the access log.", log.lines_written());
  text.single("graylane_access_log_lines_lost_total", "counter", "Lines that could not be written.", log.lines_lost());
  text.single("graylane_access_log_write_errors_total", "counter", "Failed writes to the access log.", log.write_errors());
}

}  // namespace graylane::telemetry
