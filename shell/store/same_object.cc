#include "store/same_object.h"

#include <algorithm>

namespace graylane::store {
namespace {

// Of two values that are equal in content.
bool same_positions(const doc::Value& a, const doc::Value& b) {
  if (a.at() != b.at()) return false;
  if (const auto* array = a.as_array()) return std::ranges::equal(*array, *b.as_array(), same_positions);
  if (const auto* object = a.as_object()) {
    return std::ranges::equal(*object, *b.as_object(), [](const doc::Member& x, const doc::Member& y) {
      return x.key == y.key && x.key_at == y.key_at && same_positions(x.value, y.value);
    });
  }
  return true;
}

bool same_source(const api::Object& a, const api::Object& b) {
  if (!a.file || !b.file) return !a.file && !b.file;
  return *a.file == *b.file && same_positions(a.content, b.content);
}

bool same_age(const api::Age& a, const api::Age& b) {
  return a.has_timestamp == b.has_timestamp && a.created_unix_seconds == b.created_unix_seconds && a.order == b.order;
}

}  // namespace

bool same_object(const api::Object& a, const api::Object& b) {
  return a.gvk == b.gvk && same_age(a.age, b.age) && a.content == b.content && same_source(a, b);
}

}  // namespace graylane::store
