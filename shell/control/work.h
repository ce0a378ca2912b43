// Work: what one step of a controller collects. A plain value. WorkQueue (work_queue.h) carries it out.
#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "control/event_recorder.h"
#include "control/port.h"

namespace graylane::control {

/// The earlier of two times, of which either may be absent.
inline std::optional<std::chrono::sys_seconds> earlier(std::optional<std::chrono::sys_seconds> a,
                                                       std::optional<std::chrono::sys_seconds> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

struct Work {
  /// What is done for one object, together or not at all.
  struct Piece {
    api::ObjectKey owner;
    std::vector<Change> changes;
    std::vector<EventNote> events;
  };

  std::chrono::sys_seconds now;
  std::vector<Change> changes = {};  // each for its own object
  std::vector<EventNote> events = {};
  std::vector<Piece> pieces = {};
  std::optional<std::chrono::sys_seconds> look_again = {};

  void look_at(std::chrono::sys_seconds time) { look_again = look_again ? std::min(*look_again, time) : time; }
  /// What is to be done for `owner`.
  void add(const api::ObjectKey& owner, Work its) {
    if (!its.changes.empty()) pieces.push_back({owner, std::move(its.changes), std::move(its.events)});
    if (its.look_again) look_at(*its.look_again);
  }
  void change(std::optional<Change> one) {
    if (one) changes.push_back(std::move(*one));
  }
};

}  // namespace graylane::control
