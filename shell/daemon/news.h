// News: tells people what is wrong with, or surprising about, what is in force: each finding once, on the terminal by the Reporter, and
// as Events on the Ingresses. Lives in the loop's thread, no longer than what it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.h"
#include "control/finding_events.h"
#include "daemon/findings.h"
#include "daemon/instance.h"
#include "daemon/publisher.h"
#include "net/event_loop.h"

namespace graylane::daemon {

class News {
 public:
  /// `present`: all findings that are so now, asked for again when the passing of time may make more of them.
  News(net::EventLoop& loop, control::Client& client, Reporter& reporter, Publisher& publisher, uint64_t seed,
       std::function<std::vector<Finding>()> present)
      : loop_(loop), reporter_(reporter), publisher_(publisher), events_(client, seed), present_(std::move(present)) {}

  /// What an edit brings is told below the line that says that it is in force; what comes of itself, at once. Errors: Events that
  /// could not be written.
  Result<void> tell();
  void stop() { timer_.cancel(); }

 private:
  net::EventLoop& loop_;
  Reporter& reporter_;
  Publisher& publisher_;
  control::FindingEvents events_;
  const std::function<std::vector<Finding>()> present_;
  Findings findings_;
  net::CallbackTimer timer_{[this] {
    if (auto told = tell(); !told) reporter_.failed(told.error());
  }};
};

}  // namespace graylane::daemon
