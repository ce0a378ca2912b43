// The status of a Deployment, from its ReplicaSets, in Kubernetes' words. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "control/deployment_rollout.h"

namespace graylane::control {

/// What happened to the set of the present template in this step.
enum class FreshSet : uint8_t { kNone, kThere, kCreated };

struct DeploymentFacts {
  RolloutGoal goal;
  std::vector<ObservedSet> sets = {};  // with the sizes as they will be
  int32_t ready = 0;                   // of all sets
  std::string fresh_name = {};         // of the set of the present template
  FreshSet fresh = FreshSet::kNone;
  int64_t collisions = 0;
  doc::Value failure = {};       // a set's condition ReplicaFailure; null: none has one
  bool watches_progress = true;  // false while paused, scaled or deleted: then nobody is late
};

struct DeploymentStatus {
  doc::Value value;
  std::optional<std::chrono::sys_seconds> deadline;  // when no progress until then is a failure
  bool complete = false;
};

/// `deployment` holds the status as it was.
DeploymentStatus status_of(const api::Object& deployment, const DeploymentFacts& facts, std::chrono::sys_seconds now);

}  // namespace graylane::control
