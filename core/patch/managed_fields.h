// ManagedFields: metadata.managedFields in readable form: which manager owns which fields. Values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "doc/value.h"
#include "patch/failure.h"
#include "patch/field_set.h"

namespace graylane::patch {

struct Owner {
  std::string manager;
  bool applied = false;     // operation Apply, else Update
  std::string api_version;  // in which `fields` are
  std::string subresource;  // "status", "scale" or empty
  std::string time;         // RFC 3339, seconds; empty: unknown
  FieldSet fields;

  /// The same entry: an applier keeps it over versions, an updater has one for each.
  bool is(const Owner& other) const;
};

using Owners = std::vector<Owner>;

/// Of a time as owners have it; 0 when unknown.
int64_t unix_seconds(const std::string& time);

/// Of metadata.managedFields; null or absent gives none. An entry that cannot be read fails the whole list.
Outcome<Owners> decode_managed_fields(const doc::Value* managed_fields);
/// Sorted as Kubernetes does: appliers first, then by time and name.
doc::Value encode_managed_fields(Owners owners);
/// Sets or (when there are no owners) removes metadata.managedFields.
void set_managed_fields(doc::Value& object, Owners owners);

/// The manager of a write that names none: what its User-Agent has before the first "/"; "unknown" when that is empty.
std::string manager_of_user_agent(std::string_view user_agent);

}  // namespace graylane::patch
