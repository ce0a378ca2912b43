// Work: what one step of a controller collects, and how it is carried out. A plain value.
#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <vector>

#include "control/event_recorder.h"
#include "control/port.h"

namespace graylane::control {

struct Work {
  std::chrono::sys_seconds now;
  std::vector<Change> changes = {};
  std::vector<EventNote> events = {};
  std::optional<std::chrono::sys_seconds> look_again = {};

  void look_at(std::chrono::sys_seconds time) { look_again = look_again ? std::min(*look_again, time) : time; }
  void add(Work other) {
    std::ranges::move(other.changes, std::back_inserter(changes));
    std::ranges::move(other.events, std::back_inserter(events));
    if (other.look_again) look_at(*other.look_again);
  }
  void change(std::optional<Change> one) {
    if (one) changes.push_back(std::move(*one));
  }
};

/// Writes all changes, and the events with them, in one batch. Whether something was written, or has to be looked at again since
/// somebody was faster: what is to be done follows from what is there then. Errors: those of the client. `events` may be null.
Result<bool> carry_out(Client& client, Work work, EventRecorder* events);

}  // namespace graylane::control
