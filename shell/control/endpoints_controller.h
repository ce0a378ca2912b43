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

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/object.h"
#include "api/workload.h"
#include "control/object_feed.h"
#include "control/port.h"
#include "control/work_queue.h"

namespace graylane::control {

// As on a cluster, where tools look for them.
inline constexpr const char* kSliceManager = "endpointslice-controller.k8s.io";
inline constexpr const char* kEndpointsManager = "endpoint-controller";

struct EndpointPod : api::Pod {
  std::string node = {};  // spec.nodeName; may be empty
};

EndpointPod read_endpoint_pod(const api::Object& object);

/// The slices of a Service with a selector, in order of name. `pods`: of any namespace and labels.
std::vector<api::Object> slices_of(const api::Object& service, const std::vector<EndpointPod>& pods);

/// The Endpoints of the same Service: a subset for each list of ports, at most 1,000 addresses in all, ready ones first.
api::Object endpoints_of(const api::Object& service, const std::vector<EndpointPod>& pods);

class EndpointsController {
 public:
  explicit EndpointsController(Client& client, std::chrono::seconds resync = {});

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return earlier(queue_.look_again(), services_.resync_at()); }

 private:
  Result<void> catch_up(std::chrono::sys_seconds now);
  std::vector<Change> changes_in(const std::string& ns) const;

  Mirror<bool> services_;  // whether their endpoints are made here
  Mirror<EndpointPod> pods_;
  Mirror<bool> slices_;
  Mirror<bool> endpoints_;
  WorkQueue queue_;
  std::set<std::string> touched_;  // namespaces to be looked at
};

}  // namespace graylane::control
