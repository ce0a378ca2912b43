// What the PriorityClasses say of a new Pod, and what may be said of them. Internal to the folder.
#pragma once

#include "api/object.h"
#include "apiserver/status.h"
#include "store/store.h"

namespace graylane::apiserver {

/// The priority of its class. 403 when there is no such class, or the Pod says something else than it.
Outcome<void> admit_priority(const api::Kind& kind, api::Object& pod, store::Store& store);

bool is_priority_class(const api::Kind& kind);
/// 403 when it is to be for all Pods without a class, as another one is already.
Outcome<void> admit_priority_class(const api::Kind& kind, const api::Object& wanted, store::Store& store);

}  // namespace graylane::apiserver
