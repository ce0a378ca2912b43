#include "sources/places.h"

#include <algorithm>
#include <charconv>

#include "sources/written_part.h"

namespace graylane::sources {

using api::Schema;
using doc::Value;

namespace {

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

bool same(const Value& a, const Value& b) {
  if (a.at() != b.at()) return false;
  if (const doc::Array* items = a.as_array()) return std::ranges::equal(*items, *b.as_array(), same);
  const auto same_members = [](const doc::Member& x, const doc::Member& y) {
    return x.key_at == y.key_at && same(x.value, y.value);
  };
  return !a.is_object() || std::ranges::equal(*a.as_object(), *b.as_object(), same_members);
}

/// One step of a field's path: "[2]" or a name.
const Value* step(const Value& from, std::string_view name) {
  if (!name.starts_with('[')) return from.find(name);
  size_t index = 0;
  const bool is_number = std::from_chars(name.data() + 1, name.data() + name.size(), index).ec == std::errc();
  const doc::Array* items = from.as_array();
  return is_number && items && index < items->size() ? &(*items)[index] : nullptr;
}

}  // namespace

void take_places(api::Object& object, const api::Object& document, const Schema* schema) {
  object.file = document.file;
  take(object.content, &document.content, schema);
}

bool has_same_places(const api::Object& a, const api::Object& b) {
  if (!a.file || !b.file) return a.file == b.file;
  return *a.file == *b.file && same(a.content, b.content);
}

Location place_of(const api::Object& document, std::string_view field) {
  const Value* at = &document.content;
  while (!field.empty()) {
    const size_t end = std::min(field.find_first_of(".[", 1), field.size());
    const Value* next = step(*at, field.substr(0, end));
    if (!next) break;
    at = next;
    field.remove_prefix(std::min(field.size(), field.substr(end).starts_with('.') ? end + 1 : end));
  }
  return document.at(at->at());
}

}  // namespace graylane::sources
