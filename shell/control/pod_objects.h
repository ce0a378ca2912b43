// Pods as controllers see and write them. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "api/object.h"
#include "api/workload.h"
#include "control/object_parts.h"
#include "route/split.h"

namespace graylane::control {

inline constexpr const char* kHashLabel = "pod-template-hash";

/// What decides which of several Pods is the smallest loss.
struct PodView : api::Pod {
  bool assigned = false;  // to a node
  int32_t restarts = 0;   // of all its containers
  int32_t deletion_cost = 0;
};

PodView read_pod_view(const api::Object& object);

/// A new Pod of the owner's template: OWNER-SUFFIX, managed by the owner.
api::Object make_pod(const api::Object& owner, std::chrono::sys_seconds now, route::Rng& random);

}  // namespace graylane::control
