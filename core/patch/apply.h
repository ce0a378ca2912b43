// Field management: server-side apply, and the tracking of every other write. Pure functions over whole objects; what they return
// has new metadata.managedFields. Time is passed in. Objects are as they are stored: conformed, in the version of the request.
//
// Order of work for a write: make the new object (from the body or a patch), conform it, `track_update`, then
// `keep_times_if_unchanged`; a result equal to the old object is no change. For an apply: `apply`, conform, the same.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/schema.h"
#include "doc/value.h"
#include "patch/failure.h"
#include "patch/field_set.h"

namespace graylane::patch {

struct Versioned {
  doc::Value object;
  const api::Schema* schema = nullptr;  // null: deduced from the values
};

/// The same object in another version of its kind, or back in the write's own; nothing when that version is not known (any more):
/// owners of fields in it are dropped. A null function knows no other version.
using Convert = std::function<std::optional<Versioned>(const doc::Value& object, std::string_view api_version)>;

/// Who writes what, when.
struct Write {
  std::string api_version;  // of the request's URL
  std::string kind;
  const api::Schema* schema = nullptr;  // null: deduced from the values
  bool builtin = true;                  // false for a custom resource: absent structs are absent, not empty
  std::string manager;                  // fieldManager or manager_of_user_agent()
  std::string subresource;              // "status", "scale" or empty; a scale write passes the scaled object
  std::string time;                     // RFC 3339, seconds: "2026-01-02T03:04:05Z"
  FieldSet reset_fields;                // what this endpoint resets: reset_fields_of()
  Convert convert;
};

/// Merges `config` into `live` (null: it does not exist yet) as manager `write.manager`. Fields that it applied before and leaves
/// out now, and that nobody else owns, are removed. Conflicts are kConflict with a cause for each field; `force` takes the
/// fields. Refused: another type than the URL's, managedFields in `config`, undeclared fields, duplicate keys of a list.
/// The manager `kubectl` also takes over from client-side apply (the last-applied annotation).
Outcome<doc::Value> apply(const doc::Value* live, const doc::Value& config, const Write& write, bool force);

/// The object `written` (create: `old` is null; update; patch), with what differs owned by the writer. managedFields in `written`
/// replace the old ones when they can be read ([] and [{}] clear them); a subresource cannot set them. Never fails: what
/// cannot be tracked is not.
doc::Value track_update(const doc::Value* old, doc::Value written, const Write& write);

/// An equal object with owners that differ in nothing but time gets its old times back, so that it is no change.
void keep_times_if_unchanged(const doc::Value& old, doc::Value& written);

/// What a write to the object itself (subresource empty) or to a subresource cannot change: status here, the rest there. For custom
/// resources with a status subresource, and built-in kinds; one without it resets nothing.
FieldSet reset_fields_of(std::string_view kind, std::string_view subresource, bool builtin);

}  // namespace graylane::patch
