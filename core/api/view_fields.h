// Single fields of unstructured content, for the typed views of this folder. A field that is absent, null or of a wrong type
// (which decoding has reported) reads as empty; every function takes a null parent.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include "api/ingress.h"
#include "api/labels.h"
#include "doc/value.h"

namespace graylane::api::fields {

inline const doc::Value* find(const doc::Value* parent, std::string_view member) {
  return parent ? parent->find(member) : nullptr;
}

/// The member of a member of ...
inline const doc::Value* find_path(const doc::Value* value, std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) value = find(value, member);
  return value;
}

/// Null unless the member is an object.
inline const doc::Value* find_object(const doc::Value* parent, std::string_view member) {
  const doc::Value* value = find(parent, member);
  return value && value->is_object() ? value : nullptr;
}

/// Null unless the member is a string.
inline const std::string* find_text(const doc::Value* parent, std::string_view member) {
  const doc::Value* value = find(parent, member);
  return value ? value->as_string() : nullptr;
}

inline std::string text(const doc::Value* parent, std::string_view member, std::string_view otherwise = {}) {
  const std::string* value = find_text(parent, member);
  return value && !value->empty() ? *value : std::string(otherwise);
}

inline int32_t number(const doc::Value* parent, std::string_view member, int32_t otherwise = 0) {
  const doc::Value* value = find(parent, member);
  const int64_t* wide = value ? value->as_int() : nullptr;
  if (!wide || *wide < std::numeric_limits<int32_t>::min() || *wide > std::numeric_limits<int32_t>::max()) return otherwise;
  return static_cast<int32_t>(*wide);
}

/// Kubernetes' IntOrString: "80" in quotes is a name.
inline ServicePortRef int_or_name(const doc::Value* parent, std::string_view member) {
  return {number(parent, member), text(parent, member)};
}

inline const doc::Array& items(const doc::Value* parent, std::string_view member) {
  static const doc::Array kNone;
  const doc::Value* value = find(parent, member);
  const doc::Array* array = value ? value->as_array() : nullptr;
  return array ? *array : kNone;
}

inline Labels labels(const doc::Value* parent, std::string_view member) {
  Labels result;
  const doc::Value* value = find_object(parent, member);
  if (!value) return result;
  for (const doc::Member& label : *value->as_object()) {
    if (const std::string* content = label.value.as_string()) result.emplace(label.key, *content);
  }
  return result;
}

/// Where the first of the two that exists was written.
inline Position position(const doc::Value* preferred, const doc::Value& otherwise) {
  return preferred ? preferred->at() : otherwise.at();
}

}  // namespace graylane::api::fields
