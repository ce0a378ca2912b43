// The hash of a Pod template that Kubernetes puts into the names of ReplicaSets and the label pod-template-hash. Pure; safe
// from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "doc/value.h"

namespace graylane::gohash {

/// Of a template with its defaults filled in; the same text as Kubernetes 1.36 gives. Its hash covers also what is not set, so
/// that a release of Kubernetes that adds a field changes the hashes of all templates. `collision_count` as in the owner's
/// status, where it is absent until a name was taken.
std::string pod_template_hash(const doc::Value& pod_template, std::optional<int32_t> collision_count = std::nullopt);

}  // namespace graylane::gohash
