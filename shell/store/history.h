// History: the last events of a store, oldest first, for its watchers. Every event has a position that counts from 0 and
// never changes. Not thread-safe: its owner's lock guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "control/port.h"
#include "store/stored.h"

namespace graylane::store {

class History {
 public:
  History(size_t events_max, size_t bytes_max) : events_max_(events_max), bytes_max_(bytes_max) {}

  /// Adds events, newer than all before, then drops the oldest revisions while there are too many events, or while the
  /// replaced states that they keep alive are too large; returns what was dropped. Revisions are dropped whole, the newest never,
  /// even when it is larger than the limits alone: a watcher that keeps up is not cut off by one large batch.
  std::vector<Past> append(std::vector<Past> events);
  /// Returns all events.
  std::vector<Past> drop_all();
  /// Of an empty history: what came up to the revision is not here.
  void begin_after(uint64_t revision) { compacted_ = revision; }

  /// The newest revision that has been dropped; what came after it can be watched.
  uint64_t compacted() const { return compacted_; }

  uint64_t begin() const { return begin_; }
  uint64_t end() const { return begin_ + past_.size(); }
  const control::Event& at(uint64_t position) const { return past_[position - begin_].event; }
  /// Of the first event that is newer than the revision (>= compacted()); end() when there is none yet.
  uint64_t position_after(uint64_t revision) const;

 private:
  void drop_oldest_revision(std::vector<Past>& dropped);

  size_t events_max_;
  size_t bytes_max_;
  std::deque<Past> past_;
  size_t bytes_ = 0;
  uint64_t begin_ = 0;
  uint64_t compacted_ = 0;
};

/// A reader of a History that sees only selected events.
class Cursor {
 public:
  Cursor(control::Selector selector, uint64_t position) : selector_(std::move(selector)), position_(position) {}

  const control::Selector& selector() const { return selector_; }
  /// Whether an event that it has not seen was dropped.
  bool expired(const History& history) const { return position_ < history.begin(); }
  /// Passes over everything before the position.
  void skip_to(uint64_t position) { position_ = position; }
  /// The next selected event, its `complete` as the selection sees it. Requires !expired().
  std::optional<control::Event> take(const History& history);

 private:
  void skip_unselected(const History& history);

  control::Selector selector_;
  uint64_t position_;
};

}  // namespace graylane::store
