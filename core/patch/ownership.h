// The rules of shared ownership: who loses what when an object changes, and what goes when its last applier drops it. Internal to
// core/patch; `Write` says in which version and by which schema.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "doc/value.h"
#include "patch/apply.h"
#include "patch/failure.h"
#include "patch/managed_fields.h"
#include "patch/typed.h"

namespace graylane::patch {

/// Owners, each with the fields about which there is a conflict.
using Conflicts = Owners;

/// Brings fields into line with the schemas of today; owners in unknown versions are dropped.
void reconcile_owners(Owners& owners, const doc::Value& live, const Write& write);

/// Takes from every owner but `self` (may be null) what differs between the objects: what is changed or added, and what is
/// gone. Without `force`, changed fields that somebody owns are conflicts, and nothing happens. Returns the difference in the
/// version of the write, without the fields that the endpoint resets.
std::expected<Comparison, Conflicts> give_way(Owners& owners, const Owner* self, const doc::Value& before,
                                              const doc::Value& after, const Write& write, bool force);

/// `merged` without what the applier owned by `last`, does not own now, and nobody else does.
doc::Value prune(doc::Value merged, const Owners& owners, const Owner& last, const Write& write);

/// Takes away what nobody owns: name, namespace and what the server sets.
void strip_metadata(FieldSet& fields);

/// At most ten updaters: the oldest are merged into "ancient-changes", one for each version.
void cap_updaters(Owners& owners);

/// In the original's words, which scripts know.
Failure conflict_failure(const Conflicts& conflicts);

}  // namespace graylane::patch
