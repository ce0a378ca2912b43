// How server-side apply looks at a value: as a leaf, or as what has fields. Internal to core/patch.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "api/schema.h"
#include "doc/value.h"
#include "patch/field_set.h"

namespace graylane::patch {

enum class Shape : uint8_t { kLeaf, kMap, kList };

/// Of a value that is there. What has another type than its schema says is a leaf, except null: that is an empty map or list.
Shape shape_of(const doc::Value& value, const api::Schema* schema);

/// True when the schema is silent about values of this kind.
inline bool is_deduced(const api::Schema* schema) { return !schema || schema->type == api::Schema::Type::kAny; }

/// The element of a list's item; an error says why it has none.
std::expected<PathElement, std::string> element_of(const doc::Value& item, const api::Schema& list);

struct ListItem {
  PathElement element;
  const doc::Value* value = nullptr;
};
/// The items that have an element, in their order.
std::vector<ListItem> items_of(const doc::Array& list, const api::Schema& schema);

}  // namespace graylane::patch
