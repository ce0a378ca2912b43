// ProbeRun: one question of a probe, under way. Lives in the loop's thread; may be destroyed at any time outside `on_done`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "local/child_process.h"
#include "local/probe.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace graylane::local {

class ProbeRun {
 public:
  virtual ~ProbeRun() = default;
  /// Nothing while it is under way.
  const std::optional<ProbeResult>& result() const { return result_; }

 protected:
  void finish(ProbeResult result);
  std::function<void()> on_done_;

 private:
  std::optional<ProbeResult> result_;
};

/// Opens a connection; for kHttp also sends a GET and reads the status: 200 to 399 is success, redirects are not followed.
std::unique_ptr<ProbeRun> ask_network(net::EventLoop& loop, const ProbeSpec& spec, const net::SocketAddress& address,
                                      std::function<void()> on_done);
/// Runs a program (of `child`); exit code 0 is success.
std::unique_ptr<ProbeRun> ask_program(net::EventLoop& loop, const ProbeSpec& spec, const ChildSpec& child,
                                      std::function<void()> on_done);

}  // namespace graylane::local
