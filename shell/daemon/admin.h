// Admin: the port for those who watch an instance: /healthz, /readyz, /metrics. Lives in the thread of its loop.
#pragma once

#include <functional>
#include <memory>
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
  std::function<void(std::string&)> metrics;  // appends Prometheus text
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
