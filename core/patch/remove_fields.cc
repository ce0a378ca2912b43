#include <algorithm>

#include "patch/schema_walk.h"
#include "patch/shape.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

bool is_empty(const doc::Value& value) {
  if (const doc::Object* object = value.as_object()) return object->empty();
  if (const doc::Array* items = value.as_array()) return items->empty();
  return value.is_null();
}

void remove_from_map(doc::Object& object, const FieldSet& fields, const api::Schema* schema, Emptied emptied) {
  doc::Object kept;
  kept.reserve(object.size());
  for (doc::Member& member : object) {
    const FieldSet::Node* node = fields.find(PathElement::field(member.key));
    if (node && node->member) continue;
    if (node) {
      const bool was_null = member.value.is_null();
      remove_fields(member.value, node->below, member_schema(schema, member.key), emptied);
      if (emptied == Emptied::kRemoved && member.value.is_null() && !was_null) continue;
    }
    kept.append(std::move(member.key), std::move(member.value), member.key_at);
  }
  object = std::move(kept);
}

void remove_from_list(doc::Array& items, const FieldSet& fields, const api::Schema& schema, Emptied emptied) {
  std::erase_if(items, [&](doc::Value& item) {
    const auto element = element_of(item, schema);
    const FieldSet::Node* node = element ? fields.find(*element) : nullptr;
    if (!node || node->member) return node != nullptr;
    remove_fields(item, node->below, schema.items, emptied);
    return item.is_null();  // all that it had is gone, its keys too
  });
}

}  // namespace

void remove_fields(doc::Value& value, const FieldSet& fields, const api::Schema* schema, Emptied emptied) {
  if (fields.empty()) return;
  const Shape shape = shape_of(value, schema);
  if (shape == Shape::kMap && value.is_object()) remove_from_map(*value.as_object(), fields, schema, emptied);
  if (shape == Shape::kList && value.is_array()) remove_from_list(*value.as_array(), fields, *schema, emptied);
  const bool is_atomic = shape == Shape::kLeaf && (value.is_object() || value.is_array());
  if (is_atomic || is_empty(value)) value = doc::Value::null(value.at());
}

}  // namespace graylane::patch
