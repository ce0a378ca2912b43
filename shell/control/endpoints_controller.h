// EndpointsController: a Service's selector and the Pods become EndpointSlices, and Endpoints for those who read the older kind.
// Level-based, as all controllers. Every Service with a selector has at least one slice, an empty one when no Pod is ready, so
// that it is known that nobody is there. Services without a selector are left to whoever writes their endpoints; so are
// objects that this controller has not made (label endpointslice.kubernetes.io/managed-by, endpoints.kubernetes.io/managed-by).
//
// A terminating Pod is not ready from the moment it is marked. Endpoints carry the port on which the program really listens
// (api::kRealPortPrefix). Pods whose ports differ get slices of their own, as a slice has one list of ports.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <vector>

#include "api/object.h"
#include "api/workload.h"
#include "control/object_feed.h"
#include "control/port.h"

namespace graylane::control {

inline constexpr const char* kSliceManager = "endpoints.graylane.dev";

/// The slices of a Service with a selector, in order of name. `pods`: of any namespace and labels.
std::vector<api::Object> slices_of(const api::Object& service, const std::vector<api::Pod>& pods);

/// The Endpoints of the same Service: a subset for each list of ports, at most 1,000 addresses in all, ready ones first.
api::Object endpoints_of(const api::Object& service, const std::vector<api::Pod>& pods);

class EndpointsController {
 public:
  explicit EndpointsController(Client& client);

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step();

 private:
  std::vector<api::ObjectPtr> stored() const;

  Client& client_;
  Mirror<bool> services_;  // whether their endpoints are made here
  Mirror<api::Pod> pods_;
  Mirror<bool> slices_;
  Mirror<bool> endpoints_;
  bool unfinished_ = true;
};

}  // namespace graylane::control
