// EventKeeper: Events go an hour after they were last said, and the oldest ones of a namespace go when there are more than 1,000.
// Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <optional>

#include "control/object_feed.h"
#include "control/port.h"
#include "control/work_queue.h"

namespace graylane::control {

inline constexpr std::chrono::seconds kEventAgeMax{3'600};
inline constexpr size_t kEventsMax = 1'000;  // of a namespace

/// When an Event was last said; 0: not known.
int64_t read_event_time(const api::Object& event);

class EventKeeper {
 public:
  explicit EventKeeper(Client& client) : events_(client, {"", "Event", {}}, &read_event_time), queue_(client) {}

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step(std::chrono::sys_seconds now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<std::chrono::sys_seconds> look_again() const { return earlier(look_again_, queue_.look_again()); }

 private:
  Mirror<int64_t> events_;  // Unix seconds
  WorkQueue queue_;
  std::optional<std::chrono::sys_seconds> look_again_;
  bool unfinished_ = true;
};

}  // namespace graylane::control
