// What a PodDisruptionBudget allows at this moment: how many of its Pods are healthy, how many must be, and so how many more may go.
// Counted from the Pods as they are each time it is asked, by the rules of Kubernetes' disruption controller. Plain values; any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/labels.h"
#include "api/object.h"
#include "api/workload.h"
#include "control/label_selector.h"
#include "control/port.h"

namespace graylane::control {

struct DisruptionBudget {
  bool covers_all = false;  // an empty selector: all Pods of the namespace; an absent one selects none
  LabelSelector selector;
  std::optional<api::IntOrPercent> min_available = {};
  std::optional<api::IntOrPercent> max_unavailable = {};
  bool unhealthy_may_go = false;  // always, whatever the others do

  bool covers(const api::Labels& labels) const { return covers_all || selector.selects(labels); }
};

DisruptionBudget read_disruption_budget(const api::Object& object);

struct BudgetCount {
  int32_t expected = 0;
  int32_t desired = 0;
  int32_t healthy = 0;
  std::string problem = {};  // why it cannot be counted; then nothing is allowed

  int32_t allowed() const { return problem.empty() && expected > 0 && healthy > desired ? healthy - desired : 0; }
};

/// `pods`: those that it covers. `leaves`: who will be gone in a moment, though the store does not show it yet. What manages the Pods
/// is looked up by `client`.
BudgetCount count_budget(const DisruptionBudget& budget, const std::vector<api::ObjectPtr>& pods, Client& client,
                         const std::function<bool(const api::ObjectKey& pod)>& leaves);

}  // namespace graylane::control
