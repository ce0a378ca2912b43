// Runtime: Pods as processes of this machine. It makes the processes agree with the Pod objects behind a client, and the
// Pods' status with the processes. Level-based: reconcile() looks at everything and may be called at any time; the runtime
// also calls it itself when a process ends, a probe answers or a time has come.
//
// Lives as long as its owner keeps it, shorter than loop and client; everything in the loop's thread. That thread must be
// the one that created the runtime, and live as long. Destroying it kills all processes of all Pods at once, and so does the
// death of this process by whatever signal: every container has a supervisor of its own (supervise.h).
//
// Taken on is every Pod that names no node (spec.nodeName is then set) and has no schedulingGates, or names this one. What becomes of it is told by its status and
// by Events, in a kubelet's words. A Pod that an earlier life of this program took on is started again, its containers with one
// restart more; with restartPolicy Never it has failed (reason NodeRestart).
//
// A Pod that is to go (metadata.deletionTimestamp is set, or the object is gone) is first drained: its processes get SIGTERM
// when `may_stop` says that nobody sends requests there any more, at the latest after drain_max or the grace period, if that is
// less but at least a second; then SIGKILL after metadata.deletionGracePeriodSeconds. Grace period 0, or an object that was removed
// outright: SIGKILL only. When all its processes have ended, the Pod object is removed, or left to its finalizers.
//
// Readiness: as the probes say. Without a readinessProbe a Pod is ready when its first declared TCP port accepts; when
// nothing has accepted there for `unanswered_ready_after` it is ready as in Kubernetes, with the reason NothingListens on its
// condition Ready. An answer counts only when the listener belongs to the Pod: a program that listens on 0.0.0.0 would
// else answer for all Pods (reason PortTaken).
// Ports: real_ports.h; the real one is on the Pod as annotation api::kRealPortPrefix.
// Not here: volumes, resource limits, users and security contexts, network isolation, postStart and preStop over HTTP.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/object.h"
#include "control/port.h"
#include "local/address_pool.h"
#include "local/images.h"
#include "local/usage.h"
#include "net/event_loop.h"

namespace graylane::local {

/// A Pod that waits to be stopped.
struct StoppingPod {
  api::ObjectKey pod;
  std::string address;
  uint64_t revision = 0;  // of the store, when the runtime saw that the Pod is to go
};

/// Restarts of a container wait first, 2 * first, ... max; a container that ran for `reset` begins anew.
struct Backoff {
  std::chrono::milliseconds first{10'000};
  std::chrono::milliseconds max{300'000};
  std::chrono::milliseconds reset{600'000};
};

struct RuntimeOptions {
  std::string state_folder = ".graylane";  // logs are in pods/ below it
  std::string node_name = "graylane";
  uint64_t log_bytes_max = 16 << 20;  // of one container: two files, each of half of it
  Backoff backoff;
  /// A Pod without readinessProbe that declares a TCP port is ready when something accepts there, or, with a warning, when
  /// nothing has for this long.
  std::chrono::milliseconds unanswered_ready_after{10'000};
  std::chrono::milliseconds drain_min{0};          // before SIGTERM, whatever may_stop says
  std::chrono::milliseconds drain_max{5'000};      // after it may_stop is not asked any more
  std::chrono::milliseconds usage_window{15'000};  // how often usage() is brought up to date
  /// Whether no request will be sent to the Pod any more. Empty: yes.
  std::function<bool(const StoppingPod&)> may_stop;
  /// After the runtime has written to the store.
  std::function<void()> on_written;
  /// What runs the hidden commands of hidden_commands.h.
  std::string program = "/proc/self/exe";
};

class Runtime {
 public:
  static Result<std::unique_ptr<Runtime>> create(net::EventLoop& loop, control::Client& client, std::unique_ptr<AddressPool> pool,
                                                 const RuntimeOptions& options);
  ~Runtime();

  /// Errors of the client; the next call goes on.
  Result<void> reconcile();
  /// Pods that wait for an entry get it with the next reconcile(); running processes stay as they are.
  void set_images(ImageMap images);
  /// From now on every Pod is to go, without draining; the objects stay. For the end of the program.
  void stop_all();
  /// Containers with a living process; 0 some time after stop_all().
  size_t processes() const;
  /// Any thread. A container is first measured a second after its start.
  UsagePtr usage() const;

 private:
  class State;
  explicit Runtime(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Where a container's log is; the part before the last rotation is in the same name with ".1". Empty: a name is no file name.
std::string log_path(const std::string& state_folder, const std::string& ns, const std::string& pod,
                     const std::string& container);

}  // namespace graylane::local
