// IngressStatus: status.loadBalancer of the Ingresses that the gateway serves: where it listens, so that people and tools
// (external-dns, `kubectl get ingress`) find it. It is written once the table with the Ingress is in force, taken away when the
// Ingress is left to another controller, and changes neither generations nor routes.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "control/object_feed.h"
#include "control/port.h"
#include "control/work_queue.h"

namespace graylane::control {

/// What all workers route by.
struct TableInForce {
  uint64_t number = 0;          // another one for another table
  uint64_t store_revision = 0;  // it has seen everything up to it
  const Diagnostics& compiled;  // what was said of it
};

class IngressStatus {
 public:
  IngressStatus(Client& client, std::string address)
      : address_(std::move(address)), ingresses_(client, {"networking.k8s.io", "Ingress", {}}, &nothing), queue_(client) {}

  /// Whether something was written; it is written in one batch. Costs next to nothing when no Ingress and no table has changed.
  /// Errors: those of the client.
  Result<bool> step(const TableInForce& table, std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return queue_.look_again(); }

 private:
  static bool nothing(const api::Object&) { return true; }

  const std::string address_;  // an IP address
  Mirror<bool> ingresses_;
  WorkQueue queue_;
  uint64_t number_ = 0;     // of the table that was looked at last
  bool unfinished_ = true;  // some Ingress was not in force yet, or its status not written
};

}  // namespace graylane::control
