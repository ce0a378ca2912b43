// Evictions: POST to pods/NAME/eviction deletes a Pod unless its PodDisruptionBudget forbids it, which `kubectl drain` relies on. What a
// budget allows is counted from the Pods as they are, not read from its status. One thread, that of the server; it may end before
// the evictions under way.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "apiserver/status.h"
#include "apiserver/writing.h"

namespace graylane::apiserver {

class Evictions {
 public:
  /// `call`: of a Pod. What is refused at once is returned, else `reply` is called, at once or later.
  Outcome<void> create(const WriteCall& call, const std::function<void(httpd::Response)>& reply);

 private:
  class Eviction;
  using Leaving = std::multiset<api::ObjectKey>;

  /// Pods whose deletion is on its way to the store: two evictions at the same time must not both count the other one's Pod.
  const std::shared_ptr<Leaving> leaving_ = std::make_shared<Leaving>();
};

}  // namespace graylane::apiserver
