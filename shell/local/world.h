// World: what the parts of one runtime share. Lives as long as the runtime; in its thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "control/event_recorder.h"
#include "control/port.h"
#include "local/address_pool.h"
#include "local/images.h"
#include "local/probe.h"
#include "local/runtime.h"
#include "net/event_loop.h"

namespace graylane::local {

struct World {
  net::EventLoop& loop;
  control::Client& client;
  RuntimeOptions options;
  std::unique_ptr<AddressPool> pool;
  ImageMap images;
  std::string state_folder;                      // absolute
  std::map<std::string, std::string> inherited;  // environment
  std::function<void()> wake;                    // something happened: reconcile soon
  /// Which Pod a process belongs to: "Pod default/web-1"; empty when to none.
  std::function<std::string(pid_t)> pod_of;
  control::EventRecorder events;     // of who runs Pods
  control::EventRecorder scheduler;  // of who assigns them
  bool cordoned = false;             // no new Pods: the Node is unschedulable
  std::optional<Instant> due = {};   // collected by one reconcile(): when to look again

  void tell(api::ObjectPtr pod, control::EventText text, std::string field_path = {}) {
    events.record({std::move(pod), std::move(text), std::move(field_path)}, std::chrono::system_clock::now());
  }
  void tell_scheduling(api::ObjectPtr pod, control::EventText text) {
    scheduler.record({std::move(pod), std::move(text)}, std::chrono::system_clock::now());
  }
  static std::chrono::sys_seconds clock() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

  void look_at(Instant time) { due = due ? std::min(*due, time) : time; }
};

}  // namespace graylane::local
