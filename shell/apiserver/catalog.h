// Catalog: the kinds that are served, found by what paths and bodies say. Immutable; a value that refers to its Kinds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/kinds.h"

namespace graylane::apiserver {

struct GroupVersion {
  std::string version;
  std::vector<const api::Kind*> kinds;  // sorted by plural
};

struct Group {
  std::string name;                    // empty: the core group
  std::vector<GroupVersion> versions;  // the preferred one first: v2, v1, v1beta1, v1alpha1
};

class Catalog {
 public:
  /// `kinds` must outlive it.
  explicit Catalog(const api::Kinds& kinds);

  const api::Kinds& kinds() const { return kinds_; }
  const std::vector<Group>& groups() const { return groups_; }  // in the order of a cluster's discovery
  const Group* group(std::string_view name) const;
  const GroupVersion* version(std::string_view group, std::string_view version) const;
  /// Null when it is not served.
  const api::Kind* resource(std::string_view group, std::string_view version, std::string_view plural) const;

 private:
  const api::Kinds& kinds_;
  std::vector<Group> groups_;
};

}  // namespace graylane::apiserver
