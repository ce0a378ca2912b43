// Publisher: the way of the objects into the gateway's tables, and back: what was compiled and published, what all workers route by,
// and how the requests went since the last change that people asked for. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "control/port.h"
#include "control/route_feed.h"
#include "daemon/instance.h"
#include "gateway/gateway.h"
#include "net/event_loop.h"
#include "telemetry/telemetry.h"

namespace graylane::daemon {

class Publisher {
 public:
  Publisher(control::Client& client, const ingress_nginx::Options& routing, const telemetry::Telemetry& telemetry)
      : feed_(client, routing), telemetry_(telemetry) {}

  /// Before the first publish(). It must outlive the last one.
  void attach(gateway::Gateway& gateway) { gateway_ = &gateway; }

  /// For previews.
  control::RouteFeed& feed() { return feed_; }

  /// Compiles what has changed, for compiling() alone.
  Result<void> compile();
  /// The same, and publishes the table when it is another one or people have edited: then `edited_since` says
  /// when. `reroutes`: other shares may have been asked for.
  Result<void> publish(std::optional<net::Instant> edited_since, bool reroutes);
  /// What all workers came to route by since the last call, in order. `clean`: goes into Effective.
  std::vector<Effective> acknowledged(bool clean);
  /// Told with what is on its way; false: nothing is.
  bool tell_later(const Diagnostics& findings);

  /// Everything that was published is in force, so that compiling() tells of what is.
  bool is_level() const { return published_.empty(); }
  bool is_in_force() const { return in_force_ != 0; }  // some table
  uint64_t in_force() const { return in_force_; }      // counts the tables
  /// Of the store: what all workers have seen.
  uint64_t store_revision() const { return store_revision_; }
  /// Of the table that was made last.
  const Diagnostics& compiling() const { return compiling_; }
  Shares shares() const;

 private:
  struct Published {
    uint64_t store_revision = 0;
    net::Instant since;
    bool reroutes = false;
    Effective effective;
  };

  void note_revision();
  void begin_shares();

  control::RouteFeed feed_;
  const telemetry::Telemetry& telemetry_;
  gateway::Gateway* gateway_ = nullptr;
  route::TablePtr table_;
  Diagnostics compiling_;
  std::deque<Published> published_;  // and not acknowledged yet
  uint64_t store_revision_ = 0;
  uint64_t in_force_ = 0;
  std::vector<telemetry::RouteShare> before_;  // what was counted when the last edit took effect
  net::Instant since_{};
};

}  // namespace graylane::daemon
