// What server-side apply does with one object of known schema (null: deduced from the values): its fields, the difference to
// another, merging, and taking fields away. Pure functions. Internal to core/patch.
//
// A value is a leaf, owned as a whole (scalars, atomic lists and maps), or granular: a map owned by member, a list owned by
// item. What is deduced has granular maps and atomic lists.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "api/schema.h"
#include "doc/value.h"
#include "patch/field_set.h"

namespace graylane::patch {

/// All fields that are set, as an applier owns them: leaves, items, members of maps; not the structs around them.
FieldSet fields_of(const doc::Value& value, const api::Schema* schema);

struct Comparison {
  FieldSet removed;
  FieldSet modified;
  FieldSet added;

  Comparison without_subtrees(const FieldSet& fields) const;
};

/// Structs and lists that are new or gone count themselves. `builtin`: structs that Kubernetes' types always have (spec, status)
/// are there even when they are absent, so that nobody owns them.
Comparison compare(const doc::Value& old_value, const doc::Value& new_value, const api::Schema* schema, bool builtin);

/// `live` with what `config` sets. Items of list maps keep the order of `live` as far as that of `config` allows.
doc::Value merge_typed(doc::Value live, const doc::Value& config, const api::Schema* schema);

/// What becomes of a struct, map or list that loses all it has.
enum class Emptied : uint8_t { kNull, kRemoved };

/// Takes the members of `fields` away. The value itself, emptied, is null.
void remove_fields(doc::Value& value, const FieldSet& fields, const api::Schema* schema, Emptied emptied);

/// With the declared structs around the fields as members.
FieldSet with_structs(const FieldSet& fields, const api::Schema* schema);

/// Fields inside of what the schema now calls atomic become the whole.
FieldSet reconcile(const FieldSet& fields, const api::Schema* schema);

/// Nothing, or what keeps `config` from being applied, as the original says it: ".zzz: field not declared in schema".
std::expected<void, std::string> check_applied(const doc::Value& config, const api::Schema* schema);

}  // namespace graylane::patch
