// The subresource /scale: the replicas of a workload as an autoscaling/v1 Scale. Pure but for get_scale, which reads the store.
#pragma once

#include "apiserver/patching.h"
#include "httpd/message.h"
#include "store/store.h"

namespace graylane::apiserver {

/// 500 for a custom resource without replicas where its definition says that they are.
Outcome<doc::Value> scale_of(const api::Object& object, uint64_t revision, const api::Kind& kind);
/// In the form that the client accepts.
Outcome<httpd::Response> get_scale(store::Store& store, const Target& target, const api::Kind& kind,
                                   const httpd::Request& request, int64_t now_unix_seconds);

/// The workload with the replicas of a Scale, or of a patched one.
Outcome<Plan> plan_scale(const Writer& writer, const api::Object& live, const doc::Value& scale);
Outcome<Plan> plan_scale_patch(const Writer& writer, const api::Object& live, const Patch& patch);

}  // namespace graylane::apiserver
