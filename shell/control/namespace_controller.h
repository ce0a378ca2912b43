// NamespaceController: namespaces come complete and go empty. `default`, `kube-system`, `kube-public` and `kube-node-lease` always
// exist. A namespace that is to be deleted first loses all that is in it (Pods are marked, and waited for), then its finalizer,
// then itself; its conditions tell what is left. No object is put into a new namespace.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "api/object.h"
#include "control/object_feed.h"
#include "control/object_parts.h"
#include "control/port.h"
#include "control/work_queue.h"
#include "route/split.h"

namespace graylane::control {

/// The namespace with what every namespace has: label kubernetes.io/metadata.name, finalizer, phase.
api::Object complete_namespace(const api::Object& ns);
/// What is to be done about a namespace that is to be deleted; `content`: all objects in it. Appends to `work`.
void empty_namespace(const api::Object& ns, const std::vector<api::ObjectPtr>& content, Work& work);

class NamespaceController {
 public:
  /// `seed`: of uids.
  NamespaceController(Client& client, uint64_t seed, std::chrono::seconds resync = {})
      : client_(client), random_(seed), namespaces_(client, {"", "Namespace", {}}, &is_terminating, resync), queue_(client) {}

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return earlier(queue_.look_again(), namespaces_.resync_at()); }

 private:
  void make_missing(Work& work);

  Client& client_;
  route::Rng random_;
  Mirror<bool> namespaces_;  // whether they are to be deleted
  WorkQueue queue_;
  bool leaving_ = false;  // one of them is
  bool unfinished_ = true;
};

}  // namespace graylane::control
