// Components: which Ingresses can influence one another. Two are connected when they name the same host (with or without
// "www."), the same alias, or the same Service:port; a change touches its connected component and nothing else. A value; not
// thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dialect/ingress_nginx/model.h"
#include "dialect/ingress_nginx/name_index.h"

namespace graylane::ingress_nginx {

class Components {
 public:
  using Entries = std::vector<const Entry*>;

  void add(const Entry& entry);
  /// Nothing happens when it was not added.
  void remove(const Entry& entry);

  /// The connected components that hold the given entries, each sorted oldest first.
  std::vector<Entries> around(std::span<const Entry* const> entries);

 private:
  class Walk;

  NameIndex users_;
  uint64_t walks_ = 0;  // so far
};

}  // namespace graylane::ingress_nginx
