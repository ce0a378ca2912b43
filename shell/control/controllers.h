// Controllers: all controllers of the standalone world as one. Level-based: step() does what is to be done now; it is called again
// after anything changed, until it returns false, and when look_again() says. A step when nothing has changed costs next to
// nothing, however many objects there are.
//
// The client's watches must show a write before it returns, as those of stores do. Lives at most as long as its client; one
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "control/deployment_controller.h"
#include "control/disruption_controller.h"
#include "control/endpoints_controller.h"
#include "control/event_keeper.h"
#include "control/garbage_collector.h"
#include "control/namespace_controller.h"
#include "control/node_controller.h"
#include "control/port.h"

namespace graylane::control {

class Controllers {
 public:
  /// `seed`: of names and uids; `resync`: how often each looks at all that it knows (object_feed.h), 0: never.
  Controllers(Client& client, uint64_t seed, const NodeFacts& node = {}, std::chrono::seconds resync = kResync);

  /// Whether something was written. All controllers take their step, whatever becomes of one; the first error is returned.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const;

 private:
  NamespaceController namespaces_;
  NodeController node_;
  DeploymentController deployments_;
  EndpointsController endpoints_;
  DisruptionController disruptions_;
  GarbageCollector garbage_;
  EventKeeper events_;
};

}  // namespace graylane::control
