#include "doc/path_text.h"

#include <algorithm>

namespace graylane::doc {
namespace {

bool is_word(std::string_view key) {
  const auto ok = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-';
  };
  return !key.empty() && std::ranges::all_of(key, ok);
}

}  // namespace

void append_key(std::string& path, std::string_view key) {
  if (!is_word(key)) {
    path.append("[").append(key).append("]");
    return;
  }
  if (!path.empty()) path += '.';
  path += key;
}

void append_child(std::string& path, const Value& container, size_t index) {
  if (const Array* array = container.as_array(); array && index < array->size()) path += "[" + std::to_string(index) + "]";
  const Object* object = container.as_object();
  if (object && index < object->size()) append_key(path, (object->begin() + static_cast<std::ptrdiff_t>(index))->key);
}

}  // namespace graylane::doc
