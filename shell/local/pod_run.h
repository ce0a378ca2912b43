// PodRun: one Pod of this machine, from its address to its end. In the loop's thread; step() is level-based.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "local/container.h"
#include "local/usage.h"

namespace graylane::local {

class PodRun {
 public:
  /// `earlier`: an earlier life of this program took the Pod on; its processes are gone.
  PodRun(World& world, api::ObjectPtr pod, bool earlier);
  ~PodRun();

  /// Whether that object is still this Pod, and not another one of its name or one whose spec was changed.
  bool is_of(const api::Object& pod) const;
  void update(api::ObjectPtr pod) { context_.pod = std::move(pod); }
  void step(Instant now);
  /// It is to go. `revision`: of the store, when that was seen; `grace`: from SIGTERM to SIGKILL, 0: SIGKILL only; `at_once`: no
  /// draining. Saying it again can only make it sooner.
  void leave(Instant now, uint64_t revision, std::chrono::milliseconds grace, bool at_once);
  bool leaving() const { return leaving_.has_value(); }
  /// It has left, and nothing of it runs.
  bool gone() const;
  /// Begins what the destructor finishes.
  void let_go();

  const api::Object& pod() const { return *context_.pod; }
  const std::map<int32_t, int32_t>& real_ports() const { return context_.real_ports; }
  /// It ended in an earlier life: its status stays as it is.
  bool ended_before() const { return ended_before_; }
  /// Not assigned to this node as long as it has no address.
  bool assigned() const { return problem_.reason.empty(); }
  PodReport report() const;
  /// Whether `pod` tells this report already; note_told() says so.
  bool is_told(const api::ObjectPtr& pod, const PodReport& report) const { return told_by_ == pod && told_ == report; }
  void note_told(api::ObjectPtr pod, PodReport report) {
    told_by_ = std::move(pod);
    told_ = std::move(report);
  }
  std::vector<pid_t> supervisors() const;
  void add_running(std::vector<Metered>& to) const;

 private:
  struct Leaving {
    Instant since;
    uint64_t revision = 0;
    std::chrono::milliseconds grace{0};
    bool at_once = false;
    bool stopping = false;
  };
  struct InitContainer {
    std::unique_ptr<Container> container;
    bool sidecar = false;  // restartPolicy Always: the others only wait until it has started
  };

  void resume(const PodPast& past);
  bool take_address();
  void lack_address(const std::string& why);
  void step_running(Instant now);
  bool is_past_deadline(Instant now);
  void step_leaving(Instant now);
  void stop(Instant now);
  bool may_stop(Instant now) const;
  template <class Visit>
  void for_each(Visit visit) const;

  PodContext context_;
  int64_t started_unix_seconds_;
  RestartPolicy policy_;
  std::vector<InitContainer> init_;
  std::vector<std::unique_ptr<Container>> containers_;
  const std::string qos_class_;
  Waiting problem_;
  Waiting failure_;  // it will not run again
  bool ended_before_ = false;
  bool initialized_ = false;
  std::optional<Leaving> leaving_;
  api::ObjectPtr told_by_;
  PodReport told_;
};

/// spec.terminationGracePeriodSeconds.
std::chrono::milliseconds own_grace(const api::Object& pod);

}  // namespace graylane::local
