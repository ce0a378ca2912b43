// The pure part of the ReplicaSetController.
#include <algorithm>
#include <ranges>
#include <tuple>

#include "control/replica_set_controller.h"

namespace graylane::control {

namespace {

int phase_rank(const std::string& phase) { return phase == "Pending" || phase.empty() ? 0 : phase == "Running" ? 2 : 1; }

auto loss(const ObservedPod& pod) {
  const int64_t ready_since = pod.ready ? pod.ready_since_unix_seconds : 0;
  return std::make_tuple(pod.assigned, phase_rank(pod.phase), pod.ready, pod.deletion_cost, -ready_since, -pod.restarts,
                         -pod.created_unix_seconds, std::string_view(pod.name));
}

}  // namespace

PodStep decide(int32_t replicas, const std::vector<ObservedPod>& pods) {
  PodStep step;
  std::vector<const ObservedPod*> active;
  for (const ObservedPod& pod : pods) {
    if (pod.terminating) continue;
    if (pod.ended) step.remove.push_back(pod.name);
    else active.push_back(&pod);
  }
  std::ranges::sort(active, {}, [](const ObservedPod* pod) { return loss(*pod); });
  const int32_t total = static_cast<int32_t>(active.size());
  for (const ObservedPod* pod : active | std::views::take(std::max(total - std::max(replicas, 0), 0)))
    step.remove.push_back(pod->name);
  step.create = std::clamp(replicas - total, 0, kPodsPerStepMax);
  return step;
}

}  // namespace graylane::control
