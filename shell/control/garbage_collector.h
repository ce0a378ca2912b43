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
#include <string>
#include <utility>
#include <vector>

#include "api/object.h"
#include "control/garbage_decide.h"
#include "control/object_feed.h"
#include "control/object_parts.h"
#include "control/port.h"
#include "control/work_queue.h"

namespace graylane::control {

class GarbageCollector {
 public:
  explicit GarbageCollector(Client& client, std::chrono::seconds resync = {})
      : client_(client), feed_(client, {"", "", {}}, resync), queue_(client) {}

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return earlier(queue_.look_again(), feed_.resync_at()); }

 private:
  friend class ObjectFeed;
  void reset();
  void resync();
  void take(const Event& event);

  /// Each object is written once.
  struct Plan {
    Work work;
    std::set<api::ObjectKey> keys = {};

    bool contains(const api::ObjectKey& key) const { return keys.contains(key); }
    void add(Change change) {
      keys.insert(change.object.key);
      work.changes.push_back(std::move(change));
    }
    void add_together(const api::ObjectKey& owner, std::vector<Change> changes) {
      for (const Change& change : changes) keys.insert(change.object.key);
      work.pieces.push_back({owner, std::move(changes), {}});
    }
  };

  void forget(const api::ObjectKey& key);
  void suspect_dependents_of(const api::ObjectKey& key);
  Result<OwnerState> state_of(const OwnerReference& owner, const std::string& ns);
  Result<void> judge(const Dependent& dependent, Plan& plan);
  std::vector<const Dependent*> dependents_of(const api::Object& owner) const;
  void let_go(const api::Object& owner, Plan& plan);

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
