// Timeline: the published side of a store: the newest state, its recent history, and who watches it. A state is immutable once it
// is published; one lock guards which is the newest, and is held for the copying of pointers only. Any thread; one publisher at a
// time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "control/port.h"
#include "store/history.h"
#include "store/object_map.h"
#include "store/scan.h"

namespace graylane::store {

/// Which piece of a list.
struct Page {
  /// 0: the newest state. Else the state at that revision: kExpired when it is older than compacted(), kUnavailable when it
  /// has not come yet.
  uint64_t revision = 0;
  std::optional<api::ObjectKey> after = {};  // only objects behind this key: the last one of the piece before
  size_t limit = 0;                          // of items; 0: none
  /// Which of the selected objects are wanted; called without a lock. Absent: all.
  std::function<bool(const api::Object&)> keep = {};
};

/// A piece of a list, ordered by key. The next one is behind the last key, at the same revision.
struct Paged {
  std::vector<api::ObjectPtr> items;
  uint64_t revision = 0;
  size_t remaining = 0;  // selected objects behind the last item, whether or not `keep` wants them; see Scan::remaining()
};

/// The kinds (group, kind) some of whose history an earlier life of the store did not keep.
using Kinds = std::set<std::pair<std::string, std::string>>;

class Timeline {
 public:
  Timeline(size_t history_events_max, size_t history_bytes_max) : history_(history_events_max, history_bytes_max) {}

  Result<api::ObjectPtr> get(const api::ObjectKey& key) const;
  Result<control::Listing> list(const control::Selector& selector) const;
  Result<Paged> page(const control::Selector& selector, const Page& page) const;
  Result<Scan> scan(const control::Selector& selector, uint64_t revision, const std::optional<api::ObjectKey>& after) const;
  std::unique_ptr<control::Watch> watch(const control::Selector& selector, uint64_t since, std::function<void()> ready);

  uint64_t revision() const;
  uint64_t compacted() const;
  ObjectMap objects() const;

  /// Shows a new state, which came of the last one by these events (at least one); returns the events that history lost by it.
  std::vector<Past> publish(ObjectMap objects, uint64_t revision, std::vector<Past> events);

  /// Nothing before the newest state can be watched or listed any more; returns the events that are lost.
  std::vector<Past> forget_history();

  /// Before anything is published: the state, and what is known of its past. Watches and pages of `forgotten` kinds cannot go
  /// back to before `revision`.
  void begin(ObjectMap objects, uint64_t revision, History history, Kinds forgotten);

 private:
  class Reader;
  class Waker;
  struct State {
    ObjectMap objects;
    uint64_t revision = 0;
  };

  State state() const;
  Result<ObjectMap> undone(const control::Selector& selector, const api::ObjectKey& from, uint64_t revision) const;
  bool can_go_back(const control::Selector& selector, uint64_t revision) const;
  Error gone(uint64_t revision) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  State state_;
  History history_;
  Kinds forgotten_;
  uint64_t forgotten_before_ = 0;
  std::set<Reader*> woken_;  // those that do not wait themselves
};

}  // namespace graylane::store
