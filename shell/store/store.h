// Store: the objects of one process, their revisions and their recent history. What all stores have in common: reading,
// listing, watching. They differ in what becomes of a write: MemoryStore, DurableStore. Lives as long as its owner keeps it,
// longer than its watches; all methods from any thread.
//
// Reads never wait for writes: they take the newest published state, which is immutable, and work on that without a lock.
// get: O(log n). list and page: O(log n + what is selected) for one kind, or one namespace of it.
//
// History: the events after revision `compacted()`. There is no queue per watcher; one that falls further behind gets kExpired
// and must list again. page() shows any state since compacted(), undone from the newest: the cost of a page of an old
// state grows with the selected objects' changes since, about 2 us each.
#pragma once

#include <functional>

#include "control/port.h"
#include "store/timeline.h"

namespace graylane::store {

struct StoreOptions {
  size_t history_events_max = 16'384;
  size_t history_bytes_max = size_t{64} << 20;  // of memory, for states that were replaced or deleted
  size_t objects_max = 1'000'000;               // more: kLimit
};

class Store : public control::Client {
 public:
  using Done = std::function<void(Result<control::Written>)>;

  Result<api::ObjectPtr> get(const api::ObjectKey& key) final { return timeline_.get(key); }
  Result<control::Listing> list(const control::Selector& selector) final { return timeline_.list(selector); }
  /// Selected objects as they were at one revision, in pieces. kExpired, kUnavailable: see Page::revision.
  Result<Paged> page(const control::Selector& selector, const Page& page) { return timeline_.page(selector, page); }

  /// The same for those who take a list in steps of their own.
  Result<Scan> scan(const control::Selector& selector, uint64_t revision = 0, const std::optional<api::ObjectKey>& after = {}) {
    return timeline_.scan(selector, revision, after);
  }

  /// A `since` that the store has not reached comes from an earlier life of it: kExpired.
  std::unique_ptr<control::Watch> watch(const control::Selector& selector, uint64_t since) final;
  /// The same for those who do not wait in next(): `ready` is called, from a thread of the store, when there may be an event
  /// after next() returned none (or none was asked for yet); then not again until next() has returned none or a bookmark. It
  /// must be quick and must not call the store or the watch: wake a loop, which calls next(0). It is not called any more when the
  /// watch is destroyed. What happened before the watch was made wakes nobody: begin with next(0).
  std::unique_ptr<control::Watch> watch(const control::Selector& selector, uint64_t since, std::function<void()> ready);

  Result<api::ObjectPtr> create(api::Object object) final;
  Result<api::ObjectPtr> update(api::Object object) final;
  Result<api::ObjectPtr> apply(api::Object object) final;
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision = 0) final;
  Result<control::Written> write(std::vector<control::Change> changes) final;
  /// write() without waiting: `done` is called once, from whatever thread, when the outcome is settled: reads and watches show a
  /// write before `done` is called. It must be quick and must not wait for another write. What one thread submits takes
  /// effect in that order.
  virtual void submit(std::vector<control::Change> changes, Done done) = 0;

  /// The newest, and the oldest that can still be watched from and listed.
  uint64_t revision() const { return timeline_.revision(); }
  uint64_t compacted() const { return timeline_.compacted(); }

 protected:
  explicit Store(const StoreOptions& options) : timeline_(options.history_events_max, options.history_bytes_max) {}

  Timeline timeline_;
};

}  // namespace graylane::store
