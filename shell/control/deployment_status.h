// The status of a Deployment, from its Pods. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "api/object.h"
#include "control/deployment_controller.h"

namespace graylane::control {

struct DeploymentStatus {
  doc::Value value;
  std::optional<std::chrono::sys_seconds> deadline;  // when no progress until then is a failure
};

/// `deployment` holds the status as it was.
DeploymentStatus status_of(const api::Object& deployment, const RolloutGoal& goal, const std::vector<ObservedPod>& pods,
                           std::chrono::sys_seconds now);

}  // namespace graylane::control
