// Pod objects as controllers write them. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "api/object.h"
#include "route/split.h"

namespace graylane::control {

inline constexpr const char* kHashLabel = "pod-template-hash";

/// A new Pod of a Deployment's template: DEPLOYMENT-HASH-SUFFIX, owned by the Deployment.
api::Object make_pod(const api::Object& deployment, const std::string& hash, std::chrono::sys_seconds now, route::Rng& random);
/// The Pod with metadata.deletionTimestamp: it is to be drained, stopped and removed.
api::Object mark_deleted(const api::Object& pod, std::chrono::sys_seconds now);
/// metadata.uid; for an object without one (from a file) a text that is the same for the same name.
std::string uid_of(const api::Object& object);

}  // namespace graylane::control
