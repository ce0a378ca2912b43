#include "sources/places.h"

#include <algorithm>
#include <charconv>

namespace graylane::sources {

using doc::Value;

namespace {

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
