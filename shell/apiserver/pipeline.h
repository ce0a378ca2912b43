// The way of a write, as pure functions: decode -> default -> validate -> admit -> own -> plan. A plan says what the store should do
// and what the client gets; it is made from the present state of the object, and made anew when that changed meanwhile.
// Whoever writes objects on behalf of people goes this way: the HTTP surface, and any other source of documents.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"
#include "apiserver/body.h"
#include "apiserver/options.h"
#include "apiserver/target.h"

namespace graylane::apiserver {

/// What is the same for all tries of one write.
struct Writer {
  const api::Kind* kind = nullptr;
  const api::Kinds* kinds = nullptr;
  Target target;
  WriteOptions options;
  int64_t now_unix_seconds = 0;
  std::string new_uid;                                // of an object that has none yet
  std::string name_suffix;                            // behind generateName
  bool is_patch = false;                              // unknown fields are then told as faults of the patch
  std::shared_ptr<const void> keeps_kinds = nullptr;  // what `kind` and `kinds` are of; may be null where they last anyway
  bool checks_rules = true;                           // see rules.h; a directory is warned of some that it breaks, and served
};

struct Plan {
  enum class Effect : uint8_t { kNone, kCreate, kReplace, kRemove };

  Effect effect = Effect::kNone;
  api::Object object;  // as it will be; of kRemove as the client is shown it. Without a resourceVersion
  std::vector<std::string> warnings = {};
};

/// A new object of this body. Whether its namespace is there is not asked here: see admit_namespace().
Outcome<Plan> plan_create(const Writer& writer, Body body);
/// The object, its status or (a namespace's) its finalizers replaced by those of the body.
Outcome<Plan> plan_update(const Writer& writer, const api::Object& live, Body body);

/// Whether the body can be read, and is about the object that the path names.
Outcome<void> check_address(const Writer& writer, Body body);

/// What an update comes to, whatever `next` was made by: what the server owns is put back, the rest checked and owned. `next` may
/// have a resourceVersion: then it must be that of `live`. `owned`: next has its managedFields already. `duplicates`: of the patch.
Outcome<Plan> plan_next(const Writer& writer, const api::Object& live, doc::Value next, bool owned,
                        std::vector<Finding> duplicates = {});
/// What a creation by apply comes to.
Outcome<Plan> plan_new(const Writer& writer, doc::Value next, bool owned);

struct DeleteOptions {
  bool dry_run = false;
  bool foreground = false;                    // wait for dependents
  bool orphan = false;                        // leave them
  bool by_default = false;                    // neither was asked for, nor its opposite
  std::optional<int64_t> grace_seconds = {};  // a Pod has to end; absent: as it says itself
  std::optional<std::string> uid = {};
  std::optional<std::string> resource_version = {};
};
bool is_pod(const api::Kind& kind);
/// A Pod's node, once; `binding` names it as its target.
Outcome<Plan> plan_binding(const Writer& writer, const api::Object& live, const doc::Value& binding);
Outcome<Plan> plan_delete(const Writer& writer, const api::Object& live, const DeleteOptions& options);

/// Whether objects can be created in the namespace; null: it is not there.
Outcome<void> admit_namespace(const api::Kind& kind, const std::string& ns, std::string_view name, const api::Object* found);

/// The object with its resourceVersion, and nothing packed, as patches see it.
doc::Value with_revision(const api::Object& object);

}  // namespace graylane::apiserver
