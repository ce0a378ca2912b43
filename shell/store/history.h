// History: the last events of a store, oldest first, for its watchers. Every event has a position that counts from 0 and
// never changes. Not thread-safe: the store's lock guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "control/port.h"

namespace graylane::store {

class History {
 public:
  explicit History(size_t events_max) : events_max_(events_max) {}

  /// Adds the events of one revision, newer than all before, then drops the oldest revisions while there are more than
  /// events_max events. Revisions are dropped whole, the newest never, even when it is larger than the limit alone: a
  /// watcher that keeps up is not cut off by one large batch.
  void append(std::vector<control::Event> events);

  /// The newest revision that has been dropped; what came after it can be watched.
  uint64_t compacted() const { return compacted_; }

  uint64_t begin() const { return begin_; }
  uint64_t end() const { return begin_ + events_.size(); }
  const control::Event& at(uint64_t position) const { return events_[position - begin_]; }
  /// Of the first event that is newer than the revision (>= compacted()); end() when there is none yet.
  uint64_t position_after(uint64_t revision) const;

 private:
  void drop_oldest_revision();

  size_t events_max_;
  std::deque<control::Event> events_;
  uint64_t begin_ = 0;
  uint64_t compacted_ = 0;
};

/// A reader of a History that sees only selected events.
class Cursor {
 public:
  Cursor(control::Selector selector, uint64_t position) : selector_(std::move(selector)), position_(position) {}

  /// Whether an event that it has not seen was dropped.
  bool expired(const History& history) const { return position_ < history.begin(); }
  /// The next selected event, its `complete` as the selection sees it. Requires !expired().
  std::optional<control::Event> take(const History& history);

 private:
  void skip_unselected(const History& history);

  control::Selector selector_;
  uint64_t position_;
};

}  // namespace graylane::store
