// How many Pods each ReplicaSet of a Deployment is to have now. Pure functions on plain values.
//
// Serving is judged carefully: what a ReplicaSet reports may be older than what was last asked of it, so it counts for no more
// available Pods than it is asked to have; a set gives up the unavailable ones first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/workload.h"

namespace graylane::control {

/// More than that are not asked for: no store holds so many Pods. Keeps sums of sets from overflowing, too.
inline constexpr int32_t kReplicasMax = 1'000'000;

/// What is asked of a Deployment, in numbers.
struct RolloutGoal {
  int32_t replicas = 1;
  int32_t surge = 1;        // Pods over `replicas` during an update
  int32_t unavailable = 0;  // Pods that may be missing during an update
  bool recreate = false;    // no new Pod before the last old one is gone
  bool paused = false;      // no update; what is there is only scaled
};

struct ObservedSet {
  std::string name = {};
  int32_t replicas = 0;  // asked of it
  int32_t running = 0;   // that it has
  int32_t available = 0;
  int32_t terminating = 0;
  int64_t created_unix_seconds = 0;
  bool fresh = false;                          // of the present template
  std::optional<int32_t> desired_before = {};  // replicas of the Deployment when the set was last sized
  std::optional<int32_t> max_before = {};      // the same with the surge
};

RolloutGoal goal_of(const api::Deployment& deployment);

/// Whether the number of replicas changed since the sets were sized: then nothing else happens before they follow.
bool is_scaling(const RolloutGoal& goal, const std::vector<ObservedSet>& sets);
/// Whether a set of the present template may come to be, when there is none.
bool may_begin(const RolloutGoal& goal, const std::vector<ObservedSet>& sets);

/// The size of each set, in their order. At most one set is fresh.
///
/// A rolling update keeps these promises: no step takes available Pods below replicas - unavailable, or asks for more than
/// replicas + surge in all. Old Pods that are not available go first. While paused or in the midst of an update, a changed
/// number of replicas is shared out in proportion.
std::vector<int32_t> decide(const RolloutGoal& goal, const std::vector<ObservedSet>& sets);

}  // namespace graylane::control
