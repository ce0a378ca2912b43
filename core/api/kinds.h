// Kinds: the registry of the kinds whose schema is known. A value; immutable once shared, then safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/custom_kind.h"
#include "api/object.h"
#include "api/schema.h"

namespace graylane::api {

class Report;

struct Kind {
  enum class NameRule : uint8_t { kDnsSubdomain, kDnsLabel, kService, kPathSegment };

  GroupVersionKind gvk;
  std::string storage_group;  // the same for all versions of a kind: the group of its object keys
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;  // "all": what `kubectl get all` lists
  bool namespaced = true;
  bool has_status = false;            // the subresource /status: a write is about the status, or about all but it
  bool has_scale = false;             // the subresource /scale
  bool has_generation = false;        // metadata.generation counts the changes of what is wanted
  bool is_storage = true;             // of the versions of a kind the one that it is stored in
  bool is_stored = true;              // false: its objects are made when they are asked for: reviews, metrics
  bool is_created_by_update = false;  // a PUT of an absent one creates it
  bool needs_revision = false;        // an update must say of which state it is
  bool is_acted_on = true;            // false: no controller of ours looks at it; it is stored, and its writers are told
  std::string deprecation;            // what is said to whoever uses this version; empty: nothing
  NameRule name_rule = NameRule::kDnsSubdomain;
  SchemaSetPtr schemas;  // keeps `schema` alive
  const Schema* schema = nullptr;
  std::shared_ptr<const CustomKind> custom;  // what else its CustomResourceDefinition says; null: built in

  // The form of another version <-> that of the stored one, see convert.h; null: their fields are the same.
  void (*to_storage)(doc::Object& object) = nullptr;
  void (*from_storage)(doc::Object& object) = nullptr;

  // What a schema cannot say; may be null.
  void (*fill)(doc::Object& object) = nullptr;                         // defaults that depend on other fields
  void (*check)(const doc::Object& object, Report& report) = nullptr;  // rules between fields; after `fill`
};

class Kinds {
 public:
  void add(Kind kind);
  /// Null when it is not known. `api_version` as written: "apps/v1".
  const Kind* find(std::string_view api_version, std::string_view kind) const;
  /// The version in which objects of that kind are stored; the kind itself when none is marked.
  const Kind& storage_of(const Kind& kind) const;
  /// Sorted by kind.
  std::span<const Kind> all() const { return kinds_; }

 private:
  std::vector<Kind> kinds_;
};

/// The kinds that are built in. Made at the first call, constant from then on.
const Kinds& builtin_kinds();

}  // namespace graylane::api
