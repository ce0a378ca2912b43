// Building unstructured content in code: what a controller writes. Pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "api/labels.h"
#include "doc/value.h"

namespace graylane::api {

inline doc::Value make_object(std::initializer_list<std::pair<const char*, doc::Value>> members) {
  doc::Object object;
  object.reserve(members.size());
  for (const auto& [key, value] : members) object.append(key, value, {});
  return doc::Value(std::move(object));
}

inline doc::Value make_number(int64_t number) { return doc::Value(number); }

inline doc::Value make_labels(const Labels& labels) {
  doc::Object object;
  for (const auto& [key, value] : labels) object.append(key, doc::Value(value), {});
  return doc::Value(std::move(object));
}

/// The member of that name, made an object when it is none.
inline doc::Object& object_member(doc::Object& parent, const char* name) {
  doc::Value* value = parent.find(name);
  if (!value || !value->is_object()) value = &parent.set(name, doc::Value(doc::Object()));
  return *value->as_object();
}

}  // namespace graylane::api
