// Objects as rows, with the columns that kubectl prints. Pure functions; the time is passed in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/custom_kind.h"
#include "api/object.h"

namespace graylane::cli {

/// "ingress.networking.k8s.io/shop", "service/web": as kubectl -o name.
std::string resource_name(const api::Object& object);

struct ObjectColumns {
  const api::CustomKind* custom = nullptr;  // of objects of such a kind
  bool with_namespace = false;
  bool wide = false;
  int64_t now_unix_seconds = 0;
  bool with_kind = false;  // before the name, where tables of several kinds follow one another
};

/// A heading, then a row each; all objects have the same kind.
std::vector<std::vector<std::string>> object_rows(const std::vector<api::ObjectPtr>& objects, const ObjectColumns& columns);

/// "5d3h", as kubectl writes ages.
std::string age_text(int64_t seconds);

}  // namespace graylane::cli
