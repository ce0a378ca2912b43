// Steps from a schema to that of a part. A null schema knows nothing: its parts are whatever they are. Internal to core/patch.
#pragma once

#include <string_view>

#include "api/schema.h"

namespace graylane::patch {

/// Of the member of that name; null when the schema says nothing about it.
inline const api::Schema* member_schema(const api::Schema* schema, std::string_view name) {
  if (!schema) return nullptr;
  const api::Property* property = schema->find(name);
  return property ? property->schema : schema->additional;
}

inline const api::Schema* item_schema(const api::Schema* schema) { return schema ? schema->items : nullptr; }

}  // namespace graylane::patch
