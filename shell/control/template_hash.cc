// template_hash: see deployment_sets.h.
#include <optional>

#include "control/deployment_sets.h"
#include "gohash/pod_template_hash.h"

namespace graylane::control {

std::string template_hash(const doc::Value& pod_template, int64_t collisions) {
  // Kubernetes' count is absent until the first collision; 0 would give another hash.
  const auto count = collisions == 0 ? std::nullopt : std::optional(static_cast<int32_t>(collisions));
  return gohash::pod_template_hash(pod_template, count);
}

}  // namespace graylane::control
