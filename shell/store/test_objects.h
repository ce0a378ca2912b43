// Objects for the tests of this folder.
#pragma once

#include "api/object.h"

namespace graylane::store {

inline api::Object make_object(std::string kind, std::string ns, std::string name, int64_t number = 0) {
  api::Object object;
  object.gvk = {"", "v1", kind};
  object.key = {"", std::move(kind), std::move(ns), std::move(name)};
  doc::Object content;
  content.set("number", doc::Value(number));
  object.content = doc::Value(std::move(content));
  return object;
}

inline int64_t number_of(const api::Object& object) { return *object.find("number")->as_int(); }

}  // namespace graylane::store
