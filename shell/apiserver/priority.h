// The priority of a new Pod, as its class says; without a class, as the one for all others says. Internal to the folder.
#pragma once

#include "api/object.h"
#include "apiserver/status.h"
#include "store/store.h"

namespace graylane::apiserver {

/// 403 when there is no such class, or the Pod says something else than it.
Outcome<void> admit_priority(const api::Kind& kind, api::Object& pod, store::Store& store);

}  // namespace graylane::apiserver
