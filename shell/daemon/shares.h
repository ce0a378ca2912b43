// How requests went to the versions within an interval: two counts, subtracted. Pure.
#pragma once

#include <vector>

#include "telemetry/snapshot.h"

namespace graylane::daemon {

/// `now` without what was counted at `before`.
std::vector<telemetry::RouteShare> shares_since(std::vector<telemetry::RouteShare> now,
                                                const std::vector<telemetry::RouteShare>& before);

}  // namespace graylane::daemon
