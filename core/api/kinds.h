// Kinds: the registry of the kinds whose schema is known. A value; immutable once shared, then safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/object.h"
#include "api/schema.h"

namespace graylane::api {

class Report;

struct Kind {
  enum class NameRule : uint8_t { kDnsSubdomain, kDnsLabel, kService };

  GroupVersionKind gvk;
  std::string storage_group;  // the same for all versions of a kind: the group of its object keys
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;  // "all": what `kubectl get all` lists
  bool namespaced = true;
  bool has_status = false;      // the subresource /status: a write is about the status, or about all but it
  bool has_scale = false;       // the subresource /scale
  bool has_generation = false;  // metadata.generation counts the changes of what is wanted
  NameRule name_rule = NameRule::kDnsSubdomain;
  SchemaSetPtr schemas;  // keeps `schema` alive
  const Schema* schema = nullptr;

  // What a schema cannot say; may be null.
  void (*fill)(doc::Object& object) = nullptr;                         // defaults that depend on other fields
  void (*check)(const doc::Object& object, Report& report) = nullptr;  // rules between fields; after `fill`
};

class Kinds {
 public:
  void add(Kind kind);
  /// Null when it is not known. `api_version` as written: "apps/v1".
  const Kind* find(std::string_view api_version, std::string_view kind) const;
  /// Sorted by kind.
  std::span<const Kind> all() const { return kinds_; }

 private:
  std::vector<Kind> kinds_;
};

/// The kinds that are built in. Made at the first call, constant from then on.
const Kinds& builtin_kinds();

}  // namespace graylane::api
