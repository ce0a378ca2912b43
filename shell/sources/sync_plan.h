// SyncPlan: what makes the store agree with the documents of a directory, and what people should know of it. Made anew when somebody
// else was quicker. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/error.h"
#include "control/port.h"

namespace graylane::sources {

struct World {
  std::function<int64_t()> unix_seconds;
  std::function<std::string()> new_uid;  // a random UUID
};
/// The system's clock and random numbers.
World real_world();

/// What was found out of an unchanged document, so that the next sync has nothing to do for it.
struct Settled {
  api::ObjectPtr document;
  uint64_t live_revision = 0;  // 0: the object is not there
  Diagnostics diagnostics;
};
using SettledDocuments = std::map<api::ObjectKey, Settled>;

struct SyncPlan {
  std::vector<control::Change> changes;
  std::vector<control::Change> records;  // written with them
  /// Errors: a document that cannot be applied: immutable-field, refused, namespace-terminating. Warnings: overridden,
  /// deleted-by-others, being-deleted. Infos: namespace-made.
  Diagnostics diagnostics;
};

/// Errors: those of the client.
Result<SyncPlan> plan_sync(control::Client& client, const std::vector<api::ObjectPtr>& documents, const World& world,
                           SettledDocuments& settled);

}  // namespace graylane::sources
