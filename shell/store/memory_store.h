// MemoryStore: the objects of one process, in memory only. Lives as long as its owner keeps it, longer than its watches;
// all methods from any thread. One lock guards everything, and is held for the copying of pointers and the comparing of
// objects, never while a caller works: 10,000 objects are listed in about a millisecond.
//
// Limits: MemoryStoreOptions. History: a watcher reads from the store's last `history_events_max` events; there is no queue
// per watcher. One that falls further behind gets kExpired and must list again.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "control/port.h"
#include "store/history.h"

namespace graylane::store {

struct MemoryStoreOptions {
  size_t history_events_max = 16'384;  // an event keeps one state of its object alive
  size_t objects_max = 1'000'000;      // more: kLimit
};

class MemoryStore final : public control::Client {
 public:
  explicit MemoryStore(MemoryStoreOptions options = {});

  Result<api::ObjectPtr> get(const api::ObjectKey& key) override;
  Result<control::Listing> list(const control::Selector& selector) override;
  /// A `since` that the store has not reached comes from an earlier life of it: kExpired.
  std::unique_ptr<control::Watch> watch(const control::Selector& selector, uint64_t since) override;

  Result<api::ObjectPtr> create(api::Object object) override;
  Result<api::ObjectPtr> update(api::Object object) override;
  Result<api::ObjectPtr> apply(api::Object object) override;
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision) override;
  Result<control::Written> write(std::vector<control::Change> changes) override;

 private:
  class MemoryWatch;
  enum class Effect { kNone, kAdd, kReplace, kDelete };

  Result<api::ObjectPtr> write_one(control::Change change);
  Result<Effect> effect_of(const control::Change& change) const;
  Result<std::vector<Effect>> effects_of(const std::vector<control::Change>& changes) const;
  control::Event carry_out(control::Change& change, Effect effect, uint64_t revision);
  api::ObjectPtr find(const api::ObjectKey& key) const;

  const MemoryStoreOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::map<api::ObjectKey, api::ObjectPtr> objects_;
  uint64_t revision_ = 0;
  History history_;
};

}  // namespace graylane::store
