// Container: one container of a Pod over all its lives: waits, runs, is probed, ends, waits, runs again. In the loop's thread;
// step() is level-based.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "local/child_process.h"
#include "local/pod_past.h"
#include "local/pod_report.h"
#include "local/prober.h"
#include "local/world.h"

namespace graylane::local {

enum class RestartPolicy : uint8_t { kAlways, kOnFailure, kNever };

/// What a container needs of its Pod. Outlives it.
struct PodContext {
  World& world;
  api::ObjectPtr pod;  // as it is now
  std::string ip;
  std::map<int32_t, int32_t> real_ports;  // those that differ
};

class Container {
 public:
  /// `spec`: of the container, kept. `list`: where in the Pod it stands ("containers").
  Container(PodContext& context, doc::Value spec, RestartPolicy policy, const char* list);
  /// Before the first step(): goes on from an earlier life of this program. `stays`: it will not run again.
  void resume(const ContainerPast& past, bool stays);

  /// Starts, restarts and probes.
  void step(Instant now);
  /// From now on it ends and stays so; preStop, then SIGTERM, then after `grace` SIGKILL (0: that only). Again, with less: sooner.
  void stop(Instant now, std::chrono::milliseconds grace);
  void let_go() {
    if (process_) process_->let_go();
  }

  bool alive() const { return process_ && process_->alive(); }
  bool started() const;  // runs and is past its startup probe
  bool succeeded() const { return done_ && last_ && last_->exit_code == 0; }
  bool done() const { return done_; }  // will not run again
  pid_t supervisor() const { return alive() ? process_->supervisor() : -1; }
  const std::string& name() const { return name_; }
  Instant started_at() const { return started_at_; }  // of this life
  ContainerReport report() const;

 private:
  /// On its way to an end that we want.
  struct Stopping {
    Stopping(Instant at, std::string reason) : kill_at(at), why(std::move(reason)) {}
    Instant kill_at;
    std::string why;                     // of a restart; empty at the end of the Pod
    std::optional<Instant> sleep_until;  // preStop.sleep
    std::unique_ptr<ChildProcess> hook;  // preStop.exec
    bool terminated = false;
    bool killed = false;
  };

  void tell(const char* reason, std::string message, bool warning = false) const;
  void tell_start();
  void try_start(Instant now);
  void wait_for(Waiting why, Instant now);
  void begin_life(Instant now);
  void begin_back_off(Instant now);
  void fail_to_start(std::string message, Instant now);
  void end_life(Terminated end, Instant now);
  Terminated describe_end() const;
  void probe(Instant now);
  void probe_liveness(Instant now);
  bool passes_startup(Instant now);
  void ask(Prober& prober, const char* name, Instant now);
  void restart_for(const char* probe, const ProbeState& state, Instant now);
  void probe_readiness(Instant now);
  void accept_readiness(Instant now);
  void begin_stop(Instant now, std::chrono::milliseconds grace, std::string why);
  void continue_stop(Instant now);
  bool hook_is_done(Instant now) const;
  ChildSpec child_spec(const Launch& launch) const;
  std::vector<std::pair<int32_t, int32_t>> tcp_ports() const;  // declared -> real

  PodContext& context_;
  const doc::Value spec_;
  const RestartPolicy policy_;
  const std::string name_;
  const std::string field_path_;  // "spec.containers{web}"

  // Between lives.
  Waiting waiting_;
  Instant start_at_{};
  std::chrono::milliseconds delay_{0};  // before the next restart
  int32_t restarts_ = 0;
  bool has_lived_ = false;
  bool done_ = false;
  std::optional<Terminated> last_;

  // Of one life.
  std::unique_ptr<ChildProcess> process_;
  bool start_told_ = false;
  ProbeTarget target_;
  std::string log_;         // the file
  uint64_t log_begin_ = 0;  // where this life's output begins in it
  Instant started_at_{};
  int64_t started_unix_seconds_ = 0;
  std::optional<Prober> startup_, liveness_, readiness_;
  bool implicit_ = false;  // readiness_ is our own check of the first port
  bool accepted_ = false;  // the one who answers is our program
  std::string stranger_;   // who answers instead
  Instant look_for_stranger_at_{};
  bool ready_ = false;
  Waiting note_;
  std::optional<Stopping> stopping_;
};

}  // namespace graylane::local
