// The priority of a new Pod, as its PriorityClass says; without a class, as the one for all others says.
#pragma once

#include "api/object.h"
#include "control/port.h"

namespace graylane::control {

inline constexpr const char* kSchedulingGroup = "scheduling.k8s.io";

/// The class that is for Pods without one; null: there is none. Of several the least counts.
Result<api::ObjectPtr> usual_priority_class(Client& client);

/// Writes it into the Pod. kNotFound: there is no such class; kInvalid: the Pod says something else than its class. Both read as the
/// end of a sentence; other errors are those of the client.
Result<void> set_priority(Client& client, api::Object& pod);

}  // namespace graylane::control
