#include "sources/written_part.h"

#include <algorithm>
#include <array>
#include <set>

#include "doc/print.h"

namespace graylane::sources {

using api::Schema;
using doc::Value;

namespace {

constexpr std::array kServerFields = {
    "uid", "resourceVersion", "generation", "selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"};

bool is_filled_in(const doc::Member& member) { return member.key_at == member.value.at(); }

bool is_key(const Schema* list, const std::string& name) {
  return list && list->list_type == Schema::ListType::kMap && std::ranges::find(list->list_keys, name) != list->list_keys.end();
}

bool has_equal_keys(const Value& a, const Value& b, const Schema& list) {
  if (list.list_type == Schema::ListType::kSet) return a == b;
  return std::ranges::all_of(list.list_keys, [&](const std::string& key) {
    const Value* left = a.find(key);
    const Value* right = b.find(key);
    return left && right && *left == *right;
  });
}

void keep_last_of_equal(doc::Array& items, const Schema& list) {
  doc::Array kept;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto later = std::ranges::subrange(items.begin() + static_cast<std::ptrdiff_t>(i) + 1, items.end());
    const bool again = std::ranges::any_of(later, [&](const Value& item) { return has_equal_keys(items[i], item, list); });
    if (!again) kept.push_back(items[i]);
  }
  items = std::move(kept);
}

/// `list`: the schema of the list that the value is an item of, or null.
Value part_of(const Value& value, const Schema* schema, const Schema* list) {
  if (const doc::Array* items = value.as_array()) {
    doc::Array kept;
    for (const Value& item : *items) kept.push_back(part_of(item, schema ? schema->items : nullptr, schema));
    if (schema && schema->tolerate_duplicates) keep_last_of_equal(kept, *schema);
    return Value(std::move(kept), value.at());
  }
  const doc::Object* object = value.as_object();
  if (!object) return value;
  doc::Object kept;
  for (const doc::Member& member : *object) {
    Value part = part_of(member.value, schema_of_member(schema, member.key), nullptr);
    // Something filled in may hold what was written elsewhere: a Secret's data made of stringData.
    const bool holds_written = part.is_object() && !part.as_object()->empty();
    if (!is_filled_in(member) || holds_written || is_key(list, member.key))
      kept.append(member.key, std::move(part), member.key_at);
  }
  return Value(std::move(kept), value.at());
}

Value sorted(const Value& value) {
  if (const doc::Array* items = value.as_array()) {
    doc::Array copy;
    for (const Value& item : *items) copy.push_back(sorted(item));
    return Value(std::move(copy));
  }
  const doc::Object* object = value.as_object();
  if (!object) return value;
  std::vector<const doc::Member*> members;
  for (const doc::Member& member : *object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const doc::Member* member) -> const std::string& { return member->key; });
  doc::Object copy;
  for (const doc::Member* member : members) copy.append(member->key, sorted(member->value), {});
  return Value(std::move(copy));
}

}  // namespace

const Schema* schema_of_member(const Schema* schema, std::string_view name) {
  if (!schema) return nullptr;
  const api::Property* property = schema->find(name);
  return property ? property->schema : schema->additional;
}

const Value* stated_creation(const api::Object& document) {
  const Value* metadata = document.find("metadata");
  const Value* created = metadata ? metadata->find("creationTimestamp") : nullptr;
  return created && created->is_string() ? created : nullptr;
}

Value written_part(const api::Object& object, const Schema* schema) {
  Value part = part_of(object.content, schema, nullptr);
  doc::Object& top = *part.as_object();
  for (const char* member : {"apiVersion", "kind"}) top.set(member, *object.find(member), object.find(member)->at());
  doc::Object& metadata = *top.find("metadata")->as_object();
  for (const char* member : kServerFields) metadata.erase(member);
  if (Value* annotations = metadata.find("annotations"); annotations && annotations->is_object())
    annotations->as_object()->erase(api::kOrderAnnotation);
  return part;
}

std::string digest_of(const Value& value) {
  uint64_t sum = 0xcbf29ce484222325U;  // FNV-1a, 64 bits
  for (const char c : doc::to_json(sorted(value))) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string digits(16, '0');
  for (size_t i = 0; i < digits.size(); ++i) digits[i] = "0123456789abcdef"[sum >> (60 - 4 * i) & 15];
  return digits;
}

}  // namespace graylane::sources
