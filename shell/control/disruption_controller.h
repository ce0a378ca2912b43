// DisruptionController: what a PodDisruptionBudget allows at this moment stands in its status, where `kubectl get pdb` and tools that
// wait for it look. Evictions count for themselves (disruption_budget.h). Level-based, as all controllers.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "api/object.h"
#include "control/disruption_budget.h"
#include "control/object_feed.h"
#include "control/port.h"
#include "control/work_queue.h"

namespace graylane::control {

/// The status of that budget; what did not change keeps its time.
doc::Value status_of(const api::Object& budget, const BudgetCount& count, std::chrono::sys_seconds now);

class DisruptionController {
 public:
  explicit DisruptionController(Client& client, std::chrono::seconds resync = {});

  /// Whether something was written. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return earlier(queue_.look_again(), budgets_.resync_at()); }

 private:
  Result<void> catch_up(std::chrono::sys_seconds now);
  void look_at(const std::string& ns, Work& work);

  Client& client_;
  Mirror<DisruptionBudget> budgets_;
  Mirror<api::Labels> pods_;
  WorkQueue queue_;
  std::set<std::string> touched_;  // namespaces to be looked at
};

}  // namespace graylane::control
