// Objects as rows, with the columns that kubectl prints. Pure functions; the time is passed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"

namespace graylane::cli {

/// Which kinds a word of the command line means: "ing", "Ingress", "ingresses". A kind that is not built in is known by
/// its name when an object has it.
class KindName {
 public:
  /// Nothing when no built-in kind and no object is called so.
  static std::optional<KindName> find(std::string_view word, const std::vector<api::ObjectPtr>& objects);

  bool matches(const api::ObjectKey& key) const { return key.kind == kind_; }
  const std::string& kind() const { return kind_; }
  bool namespaced() const { return namespaced_; }

 private:
  std::string kind_;
  bool namespaced_ = true;
};

/// All words that KindName::find knows without objects.
std::vector<std::string> kind_words();

/// "ingress.networking.k8s.io/shop", "service/web": as kubectl -o name.
std::string resource_name(const api::Object& object);

struct ObjectColumns {
  bool with_namespace = false;
  bool wide = false;
  int64_t now_unix_seconds = 0;
};

/// A heading, then a row each; all objects have the same kind.
std::vector<std::vector<std::string>> object_rows(const std::vector<api::ObjectPtr>& objects, const ObjectColumns& columns);

/// "5d3h", as kubectl writes ages.
std::string age_text(int64_t seconds);

}  // namespace graylane::cli
