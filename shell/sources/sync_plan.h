// SyncPlan: what makes the store agree with the documents of a directory, and what people should know of it. Made anew when somebody
// else was quicker. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/error.h"
#include "control/port.h"
#include "sources/served_kinds.h"

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
  std::string definition;      // the uid of its kind's
  Diagnostics diagnostics;
};
using SettledDocuments = std::map<api::ObjectKey, Settled>;

struct SyncPlan {
  std::vector<control::Change> changes;
  std::vector<control::Change> records;  // written with them
  std::vector<api::ObjectKey> deleted;   // among the changes, since their documents are gone
  /// Errors: a document that cannot be applied: immutable-field, refused, namespace-terminating. Warnings: overridden,
  /// override-ended, deleted-by-others, being-deleted, namespace-kept, definition-kept. Infos: namespace-made.
  Diagnostics diagnostics;
};

/// Makes one plan: first of the CustomResourceDefinitions among the documents, since they say how the others are to be read.
class SyncPlanner {
 public:
  /// Refers to all of them.
  SyncPlanner(control::Client& client, const World& world, SettledDocuments& settled);
  ~SyncPlanner();

  /// The kinds that are served when the plan is carried out. `before`: those of the last time. Errors: those of the client.
  Result<ServedKinds> plan_definitions(const std::vector<api::ObjectPtr>& documents, const ServedKinds& before);
  /// The same documents, read by those kinds. Of kinds that are not served none is applied; what was applied is deleted.
  Result<SyncPlan> plan(const std::vector<api::ObjectPtr>& documents);

 private:
  class Planner;
  std::unique_ptr<Planner> planner_;
};

/// How the object of a document that is in force and unchanged is beside it: `overridden` or `deleted-by-others`.
std::optional<Diagnostic> compare(const api::Object& document, const api::Object* live, const ServedKinds& served);

}  // namespace graylane::sources
