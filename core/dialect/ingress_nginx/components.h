// Components: which Ingresses can influence one another. Two are connected when they name the same host (with or without
// "www."), the same alias, or the same Service:port; a change touches its connected component and nothing else. A value; not
// thread-safe.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dialect/ingress_nginx/model.h"

namespace graylane::ingress_nginx {

class Components {
 public:
  using Entries = std::vector<const Entry*>;

  void add(const Entry& entry);
  /// Nothing happens when it was not added.
  void remove(const Entry& entry);

  /// The connected components that hold the given entries, each sorted oldest first.
  std::vector<Entries> around(const std::unordered_set<const Entry*>& entries) const;

 private:
  using Node = std::pair<const uint64_t, Entries>;  // the hash of a name and who uses it; a collision only connects more
  Entries component_of(const Entry& start, std::unordered_set<const Entry*>& seen,
                       std::unordered_set<const Node*>& seen_nodes) const;

  std::unordered_map<uint64_t, Entries> by_name_;
  std::unordered_map<const Entry*, std::vector<Node*>> nodes_;
};

}  // namespace graylane::ingress_nginx
