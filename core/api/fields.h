// Access to the members of unstructured objects that may lack them or have them in a wrong type. Internal to core/api.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "doc/value.h"

namespace graylane::api {

inline const std::string* find_text(const doc::Object& object, std::string_view member) {
  const doc::Value* value = object.find(member);
  return value ? value->as_string() : nullptr;
}

inline const doc::Object* find_object(const doc::Object& object, std::string_view member) {
  const doc::Value* value = object.find(member);
  return value ? value->as_object() : nullptr;
}

inline doc::Object* find_object(doc::Object& object, std::string_view member) {
  doc::Value* value = object.find(member);
  return value ? value->as_object() : nullptr;
}

inline const doc::Array* find_array(const doc::Object& object, std::string_view member) {
  const doc::Value* value = object.find(member);
  return value ? value->as_array() : nullptr;
}

/// Adds a default that is not there, at the position of what it belongs to.
inline void fill_in(doc::Object& object, std::string_view member, doc::Value value, Position at) {
  if (object.find(member)) return;
  value.set_at(at);
  object.append(std::string(member), std::move(value), at);
}

/// Takes away the members for which drop(member) holds, in linear time.
template <class Drop>
void erase_members(doc::Object& object, Drop drop) {
  doc::Object kept;
  kept.reserve(object.size());
  for (doc::Member& member : object) {
    if (!drop(member)) kept.append(std::move(member.key), std::move(member.value), member.key_at);
  }
  object = std::move(kept);
}

/// For lookups in objects that may be large: they are linear in the object itself.
inline std::set<std::string, std::less<>> keys_of(const doc::Object& object) {
  std::set<std::string, std::less<>> keys;
  for (const doc::Member& member : object) keys.insert(member.key);
  return keys;
}

/// Calls visit(object, position) for every entry of the array `member` that is an object.
template <class Visit>
void for_each_object(doc::Object& object, std::string_view member, Visit visit) {
  doc::Value* value = object.find(member);
  doc::Array* items = value ? value->as_array() : nullptr;
  if (!items) return;
  for (doc::Value& item : *items) {
    if (doc::Object* entry = item.as_object()) visit(*entry, item.at());
  }
}

}  // namespace graylane::api
