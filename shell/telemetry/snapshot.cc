#include "telemetry/snapshot.h"

#include <algorithm>
#include <tuple>

namespace graylane::telemetry {

namespace {

std::string stable_backend(const SeriesKey& key) { return key.ns + "-" + key.service + "-" + key.service_port; }

auto route_of(const SeriesKey& key) { return std::tie(key.host, key.path, key.ns, key.ingress); }
auto route_of(const RouteShare& share) { return std::tie(share.host, share.path, share.ns, share.ingress); }

}  // namespace

uint64_t SeriesCounts::requests() const {
  uint64_t sum = 0;
  for (const CellCounts& cell : cells) sum += cell.requests;
  return sum;
}

uint64_t SeriesCounts::server_errors() const {
  uint64_t sum = 0;
  for (const CellCounts& cell : cells) sum += cell.status / 100 == 5 ? cell.requests : 0;
  return sum;
}

std::vector<RouteShare> route_shares(const Snapshot& snapshot) {
  std::vector<RouteShare> shares;
  for (const SeriesCounts& series : snapshot.series) {
    const SeriesKey& key = series.key;
    if (key.role == Role::kNone) continue;
    // Series come sorted by the key, which begins with the route.
    if (shares.empty() || route_of(shares.back()) != route_of(key))
      shares.push_back({key.host, key.path, key.ns, key.ingress, {}});
    shares.back().parts.push_back({key.role, key.canary.empty() ? stable_backend(key) : key.canary, series.requests(),
                                   series.by_weight, series.server_errors()});
  }
  for (RouteShare& share : shares) {
    std::ranges::stable_sort(share.parts, {}, [](const RouteShare::Part& part) { return part.role; });
  }
  return shares;
}

}  // namespace graylane::telemetry
