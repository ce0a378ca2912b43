// Object: one Kubernetes-style object as it is stored and passed around: unstructured content plus what identifies it.
// Immutable once it is shared (ObjectPtr); shared by the store, watchers, controllers and compilers, from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/location.h"
#include "doc/value.h"

namespace graylane::api {

/// Identifies a kind. `group` is empty for the core group: {"", "v1", "Service"}.
struct GroupVersionKind {
  std::string group;
  std::string version;
  std::string kind;
  auto operator<=>(const GroupVersionKind&) const = default;
  /// "networking.k8s.io/v1" or "v1".
  std::string api_version() const;
};

/// Identifies an object in the store. Versions of a kind share a key: it holds the storage group ("networking.k8s.io" for an
/// Ingress of either v1beta1 group).
struct ObjectKey {
  std::string group;
  std::string kind;
  std::string ns;  // empty for cluster-scoped kinds
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;
  /// "Ingress default/shop", "Namespace shop".
  std::string to_string() const;
};

/// When an object came to be, for rules that prefer the older one. Of an object without a file it is read from the content: from
/// kOrderAnnotation, else from creationTimestamp.
struct Age {
  int64_t created_unix_seconds = 0;  // metadata.creationTimestamp; meaningful only if has_timestamp
  bool has_timestamp = false;
  uint64_t order = 0;  // among objects of one time, or without one: of file and document. 0: it says a time of its own
};

/// On objects that a directory of documents made, for writers that know no documents: "ORDER@TIME", Age::order and the time since
/// which the directory is in force. A document cannot set it.
inline constexpr const char* kOrderAnnotation = "graylane.dev/order";

struct Object {
  GroupVersionKind gvk;  // as written (v1beta1 stays v1beta1)
  ObjectKey key;
  doc::Value content;  // the whole object, defaults filled in, with positions
  FileName file;       // null when it came through the API
  Age age;
  uint64_t revision = 0;  // set by the store

  /// metadata.annotations[key]; null when absent. The value's position is where it was written.
  const doc::Value* annotation(std::string_view name) const;
  /// metadata.annotations; empty when there are none.
  const doc::Object& annotations() const;
  const doc::Value* find(std::string_view member) const { return content.find(member); }
  Location at(Position position) const { return {file, position}; }
};

using ObjectPtr = std::shared_ptr<const Object>;

/// metadata.managedFields of an object's content: as stores hold them (in small objects they would be the largest part), and as a
/// tree for who looks into them or changes them.
void pack_managed_fields(doc::Value& content);
void unpack_managed_fields(doc::Value& content);

}  // namespace graylane::api
