// The rules of metadata: name, namespace, and annotations that were written beside `annotations:`. Internal to core/api.
#pragma once

#include <optional>

#include "api/kinds.h"
#include "api/report.h"

namespace graylane::api {

/// The key of an object with this metadata; nothing without a name. `kind` may be null.
std::optional<ObjectKey> read_key(const doc::Value& metadata, const GroupVersionKind& gvk, const Kind* kind);

/// Checks name and namespace; a namespaced kind without a namespace gets "default", a cluster-scoped one loses it.
void check_identity(doc::Value& metadata, const Kind* kind, Report& report);

/// Reports keys of annotations or labels that stand directly under metadata, and takes them away.
void take_misplaced_annotations(doc::Value& metadata, Report& report);

/// The schema of metadata, the same for all kinds.
const Schema& metadata_schema();

}  // namespace graylane::api
