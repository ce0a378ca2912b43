#include "telemetry/ingress_nginx_metrics.h"

#include <map>
#include <string>
#include <vector>

namespace graylane::telemetry {

namespace {

constexpr std::string_view kPrefix = "nginx_ingress_controller_";

// ingress-nginx has no labels for the port and the role, so several of our series may be one of its own.
using ByLabels = std::map<std::string, CellCounts>;

std::string labels_of(const SeriesKey& key, const CellCounts& cell, const Identity& identity) {
  // In the order of their names, as the original writes them.
  return make_labels({{"canary", key.canary},
                      {"controller_class", identity.controller_class},
                      {"controller_namespace", identity.controller_namespace},
                      {"controller_pod", identity.controller_pod},
                      {"host", key.host},
                      {"ingress", key.ingress},
                      {"method", to_string(cell.method)},
                      {"namespace", key.ns},
                      {"path", key.path},
                      {"service", key.service},
                      {"status", status_text(cell.status)}});
}

ByLabels sum_by_labels(const Snapshot& snapshot, const Identity& identity) {
  ByLabels sums;
  for (const SeriesCounts& series : snapshot.series) {
    if (series.key.host.empty()) continue;  // requests for unknown hosts are not counted there
    for (const CellCounts& cell : series.cells) {
      CellCounts& sum = sums[labels_of(series.key, cell, identity)];
      sum.requests += cell.requests;
      sum.add(cell);
    }
  }
  return sums;
}

template <class Bounds>
std::vector<std::string> bound_texts(const Bounds& bounds, double unit) {
  std::vector<std::string> texts;
  for (const uint64_t bound : bounds) texts.push_back(number_text(static_cast<double>(bound) / unit));
  return texts;
}

class Families {
 public:
  Families(const ByLabels& cells, MetricText& text) : cells_(cells), text_(text) {}

  /// `unit`: how many of what we count are one of what is written.
  template <const auto& kBounds>
  void histogram(std::string_view name, std::string_view help, BoundedHistogram<kBounds> CellCounts::* member, double unit) {
    text_.family(std::string(kPrefix) + std::string(name), "histogram", help);
    const std::vector<std::string> bounds = bound_texts(kBounds, unit);
    for (const auto& [labels, cell] : cells_) {
      const BoundedHistogram<kBounds>& histogram = cell.*member;
      text_.histogram(labels, bounds, histogram.counts, number_text(static_cast<double>(histogram.sum) / unit));
    }
  }

  void requests() {
    text_.family(std::string(kPrefix) + "requests", "counter", "Requests of clients.");
    for (const auto& [labels, cell] : cells_) text_.sample(labels, cell.requests);
  }

 private:
  const ByLabels& cells_;
  MetricText& text_;
};

void write_process(const Snapshot& snapshot, const Identity& identity, MetricText& text) {
  const std::string controller = make_labels({{"controller_class", identity.controller_class},
                                              {"controller_namespace", identity.controller_namespace},
                                              {"controller_pod", identity.controller_pod}});
  const auto with_state = [&controller](std::string_view state) { return controller + "," + make_labels({{"state", state}}); };
  const std::string prefix = std::string(kPrefix) + "nginx_process_";
  text.single(prefix + "connections", "gauge", "Connections of clients, by state.", snapshot.process.connections_active,
              with_state("active"));
  text.family(prefix + "connections_total", "counter", "Connections of clients since start, by state.");
  text.sample(with_state("accepted"), snapshot.process.connections_accepted + snapshot.process.connections_refused);
  text.sample(with_state("handled"), snapshot.process.connections_accepted);
  uint64_t requests = 0;
  for (const SeriesCounts& series : snapshot.series) requests += series.requests();
  text.single(prefix + "requests_total", "counter", "Requests since start.", requests, controller);
}

}  // namespace

void write_ingress_nginx_metrics(const Snapshot& snapshot, const Identity& identity, MetricText& text) {
  const ByLabels cells = sum_by_labels(snapshot, identity);
  Families families(cells, text);
  constexpr double kSecond = 1e9;  // ns
  families.histogram("bytes_sent", "Bytes sent to clients (older name of response_size, with other bounds).",
                     &CellCounts::bytes_sent, 1);
  families.histogram("connect_duration_seconds", "Time to connect to the upstream.", &CellCounts::connect, kSecond);
  families.histogram("header_duration_seconds", "Time until the upstream's head had come.", &CellCounts::header, kSecond);
  write_process(snapshot, identity, text);
  families.histogram("request_duration_seconds", "Time of requests, in seconds.", &CellCounts::duration, kSecond);
  families.histogram("request_size", "Bytes of requests, heads included.", &CellCounts::request_size, 1);
  families.requests();
  families.histogram("response_duration_seconds", "Time until the upstream's answer was complete.", &CellCounts::response,
                     kSecond);
  families.histogram("response_size", "Bytes of answers, heads included.", &CellCounts::response_size, 1);
}

}  // namespace graylane::telemetry
