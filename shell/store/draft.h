// Draft: a state of a store that is being made: writes are tried on it one after the other, and become visible together or
// never. Not thread-safe.
#pragma once

#include <functional>
#include <vector>

#include "control/port.h"
#include "store/object_map.h"
#include "store/stored.h"

namespace graylane::store {

/// What a Draft keeps to.
struct Rules {
  size_t objects_max = 0;
  /// Whether a new object gets a row in the file, and its events too. Absent: none does.
  std::function<bool(const api::Object&)> has_row = {};
  /// Whether a state can be kept; see prepare().
  Result<void> (*check)(const api::Object&) = nullptr;
};

class Draft {
 public:
  /// Goes on from a state; new revisions and rows have numbers after these.
  Draft(ObjectMap objects, uint64_t revision, int64_t row, const Rules& rules)
      : rules_(rules), objects_(std::move(objects)), revision_(revision), row_(row) {}

  /// One write, all of it or none, under one new revision.
  Result<control::Written> stage(std::vector<control::Change> changes);

  const ObjectMap& objects() const { return objects_; }
  uint64_t revision() const { return revision_; }
  int64_t row() const { return row_; }
  const std::vector<Past>& events() const { return events_; }
  std::vector<Past> take_events() { return std::move(events_); }

 private:
  enum class Effect { kNone, kAdd, kReplace, kDelete };

  Result<void> make_plain(std::vector<control::Change>& changes) const;
  Result<Effect> effect_of(const control::Change& change) const;
  Result<std::vector<Effect>> effects_of(const std::vector<control::Change>& changes) const;
  Past carry_out(control::Change& change, Effect effect, uint64_t revision);

  const Rules& rules_;
  ObjectMap objects_;
  uint64_t revision_;
  int64_t row_;
  std::vector<Past> events_;
};

/// What can be checked without a state: every object has a kind and a name, none is changed twice, new states pass `check` (absent:
/// all do). Makes new states take little memory.
Result<void> prepare(std::vector<control::Change>& changes, Result<void> (*check)(const api::Object&) = nullptr);

}  // namespace graylane::store
