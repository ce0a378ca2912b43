// DeploymentController: Deployments become Pods. Level-based: step() looks at all Deployments and Pods behind the client and
// does what is to be done now. There are no ReplicaSet objects: a Pod belongs to its Deployment directly, by an
// ownerReference, and to a version by its label pod-template-hash; it is called DEPLOYMENT-HASH-SUFFIX as ever.
//
// A Pod is never removed here, only marked with metadata.deletionTimestamp: who runs Pods drains and stops it, then
// removes the object. Pods of Deployments that are gone are marked.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/workload.h"
#include "control/port.h"
#include "route/split.h"

namespace graylane::control {

/// What is asked of a Deployment, in numbers.
struct RolloutGoal {
  int32_t replicas = 1;
  int32_t surge = 1;        // Pods over `replicas` during an update
  int32_t unavailable = 0;  // Pods that may be missing during an update
  bool recreate = false;    // no new Pod before the last old one is gone
  bool paused = false;      // no update; old Pods may only become fewer
  std::string hash;         // of the present template
};

struct ObservedPod {
  std::string name;
  std::string hash;
  bool ready = false;
  bool available = false;    // ready for minReadySeconds
  bool terminating = false;  // marked for deletion
  bool ended = false;        // its phase is Succeeded or Failed
  int64_t created_unix_seconds = 0;
};

/// Removals and creations that may be carried out at once.
struct RolloutStep {
  int32_t create = 0;  // Pods of the goal's hash
  std::vector<std::string> remove;
  bool operator==(const RolloutStep&) const = default;
};

RolloutGoal goal_of(const api::Deployment& deployment, std::string hash);
RolloutStep decide(const RolloutGoal& goal, const std::vector<ObservedPod>& pods);

/// A short text without vowels that differs when the content of a Pod template differs; the order of members does not count.
std::string template_hash(const doc::Value& pod_template);

class DeploymentController {
 public:
  /// `seed`: of names and uids.
  DeploymentController(Client& client, uint64_t seed) : client_(client), random_(seed) {}

  /// Whether something was written. Errors: those of the client, kConflict aside: then the next step tries again.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return look_again_; }

 private:
  Result<bool> carry_out(std::vector<Change> changes);

  Client& client_;
  route::Rng random_;
  std::optional<std::chrono::sys_seconds> look_again_;
};

}  // namespace graylane::control
