// PodRun: one Pod of this machine, from its address to its end. In the loop's thread; step() is level-based.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "local/container.h"

namespace graylane::local {

class PodRun {
 public:
  PodRun(World& world, api::ObjectPtr pod);
  ~PodRun();

  /// Whether that object is still this Pod, and not another one of its name or one whose spec was changed.
  bool is_of(const api::Object& pod) const;
  void update(api::ObjectPtr pod) { context_.pod = std::move(pod); }
  void step(Instant now);
  /// It is to go. `revision`: of the store, when that was seen. Saying it again changes nothing, but for `at_once`: no draining.
  void leave(Instant now, uint64_t revision, bool at_once);
  bool leaving() const { return leaving_.has_value(); }
  /// It has left, and nothing of it runs.
  bool gone() const;
  /// Begins what the destructor finishes.
  void let_go();

  const api::Object& pod() const { return *context_.pod; }
  const std::map<int32_t, int32_t>& real_ports() const { return context_.real_ports; }
  PodReport report() const;
  std::vector<pid_t> supervisors() const;

 private:
  struct Leaving {
    Instant since;
    uint64_t revision = 0;
    bool at_once = false;
    bool stopping = false;
  };
  struct InitContainer {
    std::unique_ptr<Container> container;
    bool sidecar = false;  // restartPolicy Always: the others only wait until it has started
  };

  bool take_address();
  void step_running(Instant now);
  void step_leaving(Instant now);
  bool may_stop(Instant now) const;
  template <class Visit>
  void for_each(Visit visit) const;

  PodContext context_;
  int64_t started_unix_seconds_;
  RestartPolicy policy_;
  std::vector<InitContainer> init_;
  std::vector<std::unique_ptr<Container>> containers_;
  Waiting problem_;
  bool initialized_ = false;
  std::optional<Leaving> leaving_;
};

}  // namespace graylane::local
