// ReplicaSetController: each ReplicaSet has as many Pods as it asks for. Pods are called SET-SUFFIX and belong to their set by an
// ownerReference; Pods of nobody that a set selects are adopted, own ones that it no longer selects are let go.
//
// A Pod is never removed here, only marked with metadata.deletionTimestamp: who runs Pods drains and stops it, then removes
// the object. Pods of sets that are gone are the garbage collector's.
//
// A Pod that would be refused (its PriorityClass is not there) is not made: the set has the condition ReplicaFailure and an Event
// until that changes.
//
// After a restart of everything, where Pods are not kept: as many as were ready in the earlier life are made anew where they ran, so that
// a cordon keeps only new ones away.
//
// Limit: kPodsPerStepMax new Pods of a set in one step. Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/agenda.h"
#include "control/label_selector.h"
#include "control/object_feed.h"
#include "control/owned_mirror.h"
#include "control/pod_objects.h"
#include "control/port.h"
#include "control/settled.h"
#include "control/work_queue.h"
#include "route/split.h"

namespace graylane::control {

inline constexpr int32_t kPodsPerStepMax = 500;

/// What is asked of a ReplicaSet.
struct ReplicaSetView {
  int32_t replicas = 1;
  int32_t min_ready_seconds = 0;
  int32_t ready = 0;  // as its status says
  LabelSelector selector = {};
  api::Labels template_labels = {};
  bool terminating = false;
  bool fails = false;          // condition ReplicaFailure
  bool can_have_pods = false;  // it selects the Pods of its template; else it would make them without end
};

ReplicaSetView read_replica_set(const api::Object& object);

struct ObservedPod {
  std::string name;
  bool assigned = true;  // to a node
  bool ready = false;
  bool available = false;      // ready for minReadySeconds
  bool fully_labelled = true;  // has all labels of the template
  bool terminating = false;    // marked for deletion
  bool ended = false;          // its phase is Succeeded or Failed
  std::string phase = {};
  int32_t deletion_cost = 0;
  int32_t restarts = 0;
  int64_t ready_since_unix_seconds = 0;
  int64_t created_unix_seconds = 0;
};

/// Removals and creations that may be carried out at once.
struct PodStep {
  int32_t create = 0;
  std::vector<std::string> remove;
  bool operator==(const PodStep&) const = default;
};

/// Ended Pods are replaced. Who goes first when there are too many: as Kubernetes: not on a node, not running, not ready, the
/// smaller deletion cost, ready for a shorter time, restarted more often, younger.
PodStep decide(int32_t replicas, const std::vector<ObservedPod>& pods);

class ReplicaSetController {
 public:
  /// `seed`: of names and uids; `node`: where the Pods of an earlier life ran, empty: they are kept.
  ReplicaSetController(Client& client, uint64_t seed, std::chrono::seconds resync = {}, std::string node = {});

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside: then the next step
  /// tries again.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const {
    return earlier(earlier(agenda_.next(), queue_.look_again()), sets_.resync_at());
  }

 private:
  using Pods = OwnedMirror<PodView>;
  using Sets = Mirror<ReplicaSetView>;

  Result<void> catch_up(std::chrono::sys_seconds now);
  void step_pods(const Sets::Entry& set, const std::vector<const Pods::Entry*>& pods, Work& work);
  Result<void> create_pods(const Sets::Entry& set, int32_t count, Work& work);

  Client& client_;
  const std::string node_;
  bool first_ = true;  // step
  route::Rng random_;
  EventRecorder events_;
  Pods pods_;
  Sets sets_;
  Mirror<bool> priority_classes_;
  Settled settled_;
  WorkQueue queue_;
  Agenda agenda_;  // ReplicaSets
};

}  // namespace graylane::control
