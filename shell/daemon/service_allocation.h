// ServiceAllocation: Services that came past the API, such as those of a directory, get the cluster address and the node ports that
// the API gives to those it creates. Level-based. Lives at most as long as its store; one thread.
#pragma once

#include "apiserver/service_addresses.h"
#include "control/object_feed.h"
#include "store/store.h"

namespace graylane::daemon {

class ServiceAllocation {
 public:
  explicit ServiceAllocation(store::Store& store)
      : store_(store), addresses_(store), services_(store, {"", "Service", {}}, &lacks_something) {}

  /// Whether something was written. A Service that states an address of another range keeps it, and gets nothing.
  Result<bool> step();

 private:
  static bool lacks_something(const api::Object& service);

  store::Store& store_;
  apiserver::ServiceAddresses addresses_;
  control::Mirror<bool> services_;
  bool unfinished_ = true;
};

}  // namespace graylane::daemon
