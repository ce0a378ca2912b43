// World: what the parts of one runtime share. Lives as long as the runtime; in its thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

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
  std::optional<Instant> due;  // collected by one reconcile(): when to look again

  void look_at(Instant time) { due = due ? std::min(*due, time) : time; }
};

}  // namespace graylane::local
