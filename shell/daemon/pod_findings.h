// Why Pods do not start: what their status says, as findings about the Deployments that they are of. One for each container
// of a template and reason, however many Pods have it. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "api/object.h"
#include "daemon/findings.h"

namespace graylane::daemon {

/// A crashed container that has run for so long is well again.
inline constexpr std::chrono::seconds kSteadyAfter{60};

/// `find`: an object by its key, null when there is none. `now`: Unix seconds.
std::vector<Finding> pod_findings(const std::vector<api::ObjectPtr>& pods,
                                  const std::function<api::ObjectPtr(const api::ObjectKey&)>& find, int64_t now);

}  // namespace graylane::daemon
