// Admin: the port for those who watch an instance: /healthz, /readyz, /metrics. That objects cannot be written is no reason not to
// be ready, since requests are served: a gauge says so, and /readyz?verbose. Lives in the thread of its loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace graylane::daemon {

struct Readiness {
  bool ready = false;
  std::string text;  // why not
};

struct AdminSources {
  std::function<Readiness()> readiness;
  std::function<void(std::string&)> metrics;      // appends Prometheus text
  std::function<std::optional<Error>()> trouble;  // why objects cannot be written; nothing: they can
};

class Admin {
 public:
  static Result<std::unique_ptr<Admin>> start(net::EventLoop& loop, const net::SocketAddress& listen, AdminSources sources);
  ~Admin();

  net::SocketAddress address() const;

 private:
  class Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace graylane::daemon
