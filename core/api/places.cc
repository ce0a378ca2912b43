#include "api/places.h"

#include <algorithm>

namespace graylane::api {

using doc::Value;

namespace {

const Schema* schema_of_member(const Schema* schema, std::string_view name) {
  if (!schema) return nullptr;
  const Property* property = schema->find(name);
  return property ? property->schema : schema->additional;
}

/// `to` gets the places of `from`, which may be null.
void take(Value& to, const Value* from, const Schema* schema);

const Value* partner(const doc::Array& items, size_t index, const Value& item, const Schema* schema) {
  const bool has_keys = schema && schema->list_type == Schema::ListType::kMap;
  if (!has_keys) return index < items.size() ? &items[index] : nullptr;
  const auto found = std::ranges::find_if(items, [&](const Value& other) {
    return std::ranges::all_of(schema->list_keys, [&](const std::string& key) {
      const Value* left = item.find(key);
      const Value* right = other.find(key);
      return left && right && *left == *right;
    });
  });
  return found == items.end() ? nullptr : &*found;
}

void take_items(doc::Array& to, const doc::Array* from, const Schema* schema) {
  for (size_t i = 0; i < to.size(); ++i)
    take(to[i], from ? partner(*from, i, to[i], schema) : nullptr, schema ? schema->items : nullptr);
}

void take_members(doc::Object& to, const doc::Object* from, const Schema* schema) {
  for (doc::Member& member : to) {
    const doc::Member* known = from ? from->find_member(member.key) : nullptr;
    take(member.value, known ? &known->value : nullptr, schema_of_member(schema, member.key));
    const bool is_placed = known && member.value.at() != Position();
    member.key_at = is_placed ? known->key_at : Position();
  }
}

void take(Value& to, const Value* from, const Schema* schema) {
  if (from && from->kind() != to.kind()) from = nullptr;
  const bool is_same = from && (to.is_object() || to.is_array() || *from == to);
  to.set_at(is_same ? from->at() : Position());
  if (doc::Array* items = to.as_array()) take_items(*items, from ? from->as_array() : nullptr, schema);
  if (doc::Object* object = to.as_object()) take_members(*object, from ? from->as_object() : nullptr, schema);
}

}  // namespace

void take_places(Object& object, const Object& known, const Schema* schema) {
  object.file = known.file;
  take(object.content, &known.content, schema);
}

}  // namespace graylane::api
