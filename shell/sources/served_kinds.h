// ServedKinds: the kinds that documents may be of: the built-in ones and those of CustomResourceDefinitions. A value whose parts are
// immutable and shared; any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"

namespace graylane::sources {

struct Definition {
  api::ObjectPtr object;
  std::shared_ptr<const std::vector<api::Kind>> kinds;  // none while its names are not accepted, and when it is being deleted
};

struct ServedKinds {
  std::shared_ptr<const api::Kinds> strict;       // what documents are read by
  std::shared_ptr<const api::Kinds> lenient;      // what they are applied by: see document.h
  std::map<std::string, Definition> definitions;  // by name

  const api::Kind* find(const api::GroupVersionKind& gvk) const { return lenient->find(gvk.api_version(), gvk.kind); }
  /// Whether the kind is Kubernetes' own, in any version.
  static bool is_builtin(const api::ObjectKey& key);
  /// The uid of the definition that a kind of `lenient` comes from; empty: it is built in.
  std::string definition_of(const api::Kind& kind) const;
};

ServedKinds builtin_kinds_only();

/// With these definitions, which have names of their own. `strict` and `lenient` are those of `before` when they would be equal.
ServedKinds serve(const std::vector<api::ObjectPtr>& definitions, const ServedKinds& before);

}  // namespace graylane::sources
