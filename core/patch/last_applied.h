// The hand-over from client-side to server-side apply: both keep what was applied last, the former in an annotation. It is done
// for the manager `kubectl` alone, as Kubernetes does. Internal to core/patch.
#pragma once

#include <optional>
#include <string_view>

#include "doc/value.h"
#include "patch/apply.h"
#include "patch/field_set.h"

namespace graylane::patch {

inline constexpr std::string_view kKubectl = "kubectl";

/// What `live` still has as client-side apply set it: about these fields kubectl has no conflict. Nothing when there is no
/// annotation that can be read.
std::optional<FieldSet> fields_still_as_last_applied(const doc::Value& live, const Write& write);

/// Rewrites the annotation, when there is one, to `config`.
void update_last_applied(doc::Value& object, const doc::Value& config);

}  // namespace graylane::patch
