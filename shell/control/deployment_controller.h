// DeploymentController: Deployments become ReplicaSets, and those, by the ReplicaSetController that it steps, Pods. As in
// Kubernetes: a set for each template, called DEPLOYMENT-HASH, numbered by revisions; a changed template is rolled out over
// the sets, one that was there before takes up its old set again. Sets of nobody that a Deployment selects are adopted.
//
// What rollouts do is decided in deployment_rollout.h, what people read in deployment_status.h. Sets of Deployments that are gone
// are the garbage collector's.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "api/workload.h"
#include "control/agenda.h"
#include "control/deployment_sets.h"
#include "control/label_selector.h"
#include "control/object_feed.h"
#include "control/owned_mirror.h"
#include "control/port.h"
#include "control/replica_set_controller.h"
#include "control/settled.h"
#include "control/work_queue.h"
#include "route/split.h"

namespace graylane::control {

struct DeploymentView : api::Deployment {
  LabelSelector selector = {};
  std::optional<int32_t> history_limit = {};  // of old sets that are kept; absent: all
  int64_t collisions = 0;
  bool terminating = false;
  doc::Value pod_template = {};  // see comparable_template(); null: there is none
};

DeploymentView read_deployment_view(const api::Object& object);

class DeploymentController {
 public:
  /// `seed`: of names and uids; `node`: see ReplicaSetController.
  DeploymentController(Client& client, uint64_t seed, std::chrono::seconds resync = {}, const std::string& node = {});

  /// Whether something was written. Errors: those of the client, kConflict aside: then the next step tries again.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const;

 private:
  Result<void> catch_up(std::chrono::sys_seconds now);
  Result<bool> step_deployments(std::chrono::sys_seconds now);

  route::Rng random_;
  EventRecorder events_;
  ReplicaSetController replica_sets_;  // first: what Deployments do depends on what their sets say
  Mirror<DeploymentView> deployments_;
  OwnedMirror<OwnedSetView> sets_;
  Settled settled_;
  WorkQueue queue_;
  Agenda agenda_;  // Deployments
};

}  // namespace graylane::control
