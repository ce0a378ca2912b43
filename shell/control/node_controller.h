// NodeController: the one Node object of the standalone world, this machine. It is made when it is missing and put right when
// somebody changed what is told of it; what people add (labels, annotations, taints) stays. While it is
// cordoned it has the taint that says so. That it lives is said by its Lease in
// kube-node-lease, and now and then by the heartbeats of its conditions; less often than on a cluster, as nobody evicts Pods here.
//
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "control/object_feed.h"
#include "control/port.h"
#include "control/work_queue.h"
#include "route/split.h"

namespace graylane::control {

/// What is told of the machine. Texts that are empty and numbers that are 0 are left out.
struct NodeFacts {
  std::string name = "graylane";
  std::string address = "127.0.0.1";
  std::string operating_system = "linux";
  std::string architecture = "amd64";  // as Go calls it
  std::string os_image = {};
  std::string kernel_version = {};
  std::string program_version = {};  // "graylane/1.0"
  int32_t cpus = 0;
  int64_t memory_bytes = 0;
  int32_t pods = 110;
};

inline constexpr std::chrono::seconds kHeartbeat{300};  // of conditions
inline constexpr std::chrono::seconds kLeaseRenewal{60};
inline constexpr std::chrono::seconds kLeaseDuration{180};

/// The Node as it should be; `before`: as it is, null: there is none.
api::Object node_of(const NodeFacts& facts, const api::Object* before, std::chrono::sys_seconds now, route::Rng& random);

/// Its Lease, likewise; `node`: as it is.
api::Object lease_of(const api::Object& node, const api::Object* before, std::chrono::sys_seconds now, route::Rng& random);

class NodeController {
 public:
  /// `seed`: of uids.
  NodeController(Client& client, uint64_t seed, NodeFacts facts);

  /// Whether something was written. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return earlier(look_again_, queue_.look_again()); }

 private:
  static bool nothing(const api::Object&) { return true; }

  route::Rng random_;
  const NodeFacts facts_;
  Mirror<bool> nodes_;
  Mirror<bool> leases_;
  WorkQueue queue_;
  std::optional<std::chrono::sys_seconds> look_again_;
  bool unfinished_ = true;
};

}  // namespace graylane::control
