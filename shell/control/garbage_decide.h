// What becomes of objects whose owners go: decided from what was observed alone. Pure functions; GarbageCollector observes and writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "api/object.h"
#include "control/object_parts.h"
#include "control/port.h"

namespace graylane::control {

/// An object and what its metadata.ownerReferences say.
struct Dependent {
  api::ObjectPtr object;
  std::vector<OwnerReference> owners;
};

enum class OwnerState : uint8_t {
  kAlive,
  kGone,     // nothing of that uid is there
  kWaiting,  // it is to be deleted, and waits for its dependents to go first
};

/// `states`: one per owner. `is_owner`: others depend on it. Nothing: it stays as it is. One living owner of several keeps it, without
/// its references to the others.
std::optional<Change> decide_dependent(const Dependent& dependent, const std::vector<OwnerState>& states, bool is_owner,
                                       std::chrono::sys_seconds now);

/// Whether it is to be deleted and what depends on it has a say: with the finalizer `foregroundDeletion` or `orphan`.
bool leaves(const api::Object& owner);

/// Of an owner with the finalizer `orphan`: its dependents stay, free of it, and it goes.
std::vector<Change> decide_orphans(const api::Object& owner, const std::vector<const Dependent*>& dependents,
                                   std::chrono::sys_seconds now);

/// Of an owner with the finalizer `foregroundDeletion`: it goes when none is left that blocks it.
std::optional<Change> decide_foreground(const api::Object& owner, const std::vector<const Dependent*>& dependents);

}  // namespace graylane::control
