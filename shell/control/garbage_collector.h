// GarbageCollector: what belongs to objects that are gone is deleted. An owner is gone when no object of its uid is where the
// reference points to: in the dependent's namespace, or cluster-scoped. One living owner of several keeps the dependent, which
// then loses its references to the others.
//
// Owners that are to be deleted with the finalizer `foregroundDeletion` wait for the dependents that block them, which are deleted
// first; those with `orphan` leave their dependents behind, free of them. Pods and objects with finalizers are marked, others
// removed (deletion_of).
//
// It follows all objects, and keeps and judges only those that have owners or are such owners: a step in which none of these changed
// costs next to nothing. Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "api/object.h"
#include "control/object_feed.h"
#include "control/object_parts.h"
#include "control/port.h"
#include "control/work_queue.h"

namespace graylane::control {

class GarbageCollector {
 public:
  explicit GarbageCollector(Client& client) : client_(client), feed_(client, {"", "", {}}), queue_(client) {}

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return queue_.look_again(); }

 private:
  friend class ObjectFeed;
  void reset();
  void take(const Event& event);

  enum class Owner : uint8_t { kAlive, kGone, kWaiting };

  struct Dependent {
    api::ObjectPtr object;
    std::vector<OwnerReference> owners;
  };
  using Plan = std::map<api::ObjectKey, Change>;

  void forget(const api::ObjectKey& key);
  void suspect_dependents_of(const api::ObjectKey& key);
  Result<Owner> state_of(const OwnerReference& owner, const api::Object& dependent);
  Result<void> judge(const Dependent& dependent, std::chrono::sys_seconds now, Plan& plan);
  std::vector<const Dependent*> dependents_of(const api::Object& owner) const;
  void leave_behind(const api::Object& owner, Plan& plan);
  void wait_for_dependents(const api::Object& owner, Plan& plan);

  Client& client_;
  ObjectFeed feed_;
  WorkQueue queue_;
  std::map<api::ObjectKey, Dependent> dependents_;
  std::map<api::ObjectKey, std::set<api::ObjectKey>> by_owner_;  // owners where references point to
  std::map<api::ObjectKey, api::ObjectPtr> leaving_;             // owners with one of the two finalizers
  std::set<api::ObjectKey> suspects_;                            // dependents to be judged
  bool unfinished_ = true;
};

}  // namespace graylane::control
