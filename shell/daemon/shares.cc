#include "daemon/shares.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace graylane::daemon {

namespace {

using Parts = std::vector<telemetry::RouteShare::Part>;

void subtract(Parts& parts, const Parts& before) {
  for (telemetry::RouteShare::Part& part : parts) {
    for (const telemetry::RouteShare::Part& old : before) {
      if (old.role != part.role || old.backend != part.backend) continue;
      part.requests -= std::min(part.requests, old.requests);
      part.by_weight -= std::min(part.by_weight, old.by_weight);
      part.server_errors -= std::min(part.server_errors, old.server_errors);
    }
  }
}

}  // namespace

std::vector<telemetry::RouteShare> shares_since(std::vector<telemetry::RouteShare> now,
                                                const std::vector<telemetry::RouteShare>& before) {
  const auto name = [](const telemetry::RouteShare& share) { return std::tie(share.host, share.path, share.ns, share.ingress); };
  std::map<std::tuple<std::string, std::string, std::string, std::string>, const Parts*> known;
  for (const telemetry::RouteShare& share : before) known[name(share)] = &share.parts;
  for (telemetry::RouteShare& share : now) {
    if (const auto found = known.find(name(share)); found != known.end()) subtract(share.parts, *found->second);
  }
  return now;
}

}  // namespace graylane::daemon
