// Expectations of the recorded cases: values at paths, and operators on them. For the tests of this folder.
#pragma once

#include <algorithm>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include "doc/print.h"
#include "doc/value.h"

namespace graylane::patch {

/// "a.b[0].c", keys with dots as ["k"]; null when there is nothing.
inline const doc::Value* value_at(const doc::Value& whole, std::string_view path) {
  const doc::Value* value = &whole;
  while (value && !path.empty()) {
    if (path.starts_with("[\"")) {
      const size_t end = path.find("\"]");
      value = value->find(path.substr(2, end - 2));
      path.remove_prefix(end + 2);
    } else if (path.starts_with('[')) {
      const size_t end = path.find(']');
      const size_t index = std::stoul(std::string(path.substr(1, end - 1)));
      const doc::Array* items = value->as_array();
      value = items && index < items->size() ? &(*items)[index] : nullptr;
      path.remove_prefix(end + 1);
    } else {
      if (path.starts_with('.')) path.remove_prefix(1);
      const size_t end = std::min(path.find_first_of(".["), path.size());
      value = value->find(path.substr(0, end));
      path.remove_prefix(end);
    }
  }
  return value;
}

inline size_t size_of(const doc::Value* value) {
  if (!value) return 0;
  if (const doc::Array* items = value->as_array()) return items->size();
  if (const doc::Object* object = value->as_object()) return object->size();
  return value->as_string() ? value->as_string()->size() : 0;
}

/// Whether a value is as expected; an operator that the copied cases do not use is an error.
inline bool is_as_expected(const doc::Value* value, const doc::Value& expected) {
  const doc::Object* object = expected.as_object();
  const bool is_operator = object && object->size() == 1 && object->begin()->key.starts_with('$');
  if (!is_operator) return value && *value == expected;
  const std::string& name = object->begin()->key;
  const doc::Value& operand = object->begin()->value;
  if (name == "$exists") return (value != nullptr) == *operand.as_bool();
  if (name == "$empty") return (!value || size_of(value) == 0) == *operand.as_bool();
  if (name == "$len") return value && static_cast<int64_t>(size_of(value)) == *operand.as_int();
  if (name != "$match" || !value || !value->as_string()) return false;
  std::string text = *value->as_string();
  std::ranges::replace(text, '\n', ' ');  // the dot matches line ends in the cases
  return std::regex_search(text, std::regex(*operand.as_string()));
}

}  // namespace graylane::patch
