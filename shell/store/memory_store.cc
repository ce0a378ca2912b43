#include "store/memory_store.h"

#include "store/draft.h"

namespace graylane::store {

using control::Change;
using control::Written;

MemoryStore::MemoryStore(StoreOptions options) : Store(options), options_(options) {}

void MemoryStore::submit(std::vector<Change> changes, Done done) { done(carry_out(std::move(changes))); }

Result<Written> MemoryStore::carry_out(std::vector<Change> changes) {
  if (auto ok = prepare(changes); !ok) return std::unexpected(std::move(ok.error()));
  const Rules rules{options_.objects_max};
  const std::lock_guard lock(writing_);
  Draft draft(timeline_.objects(), timeline_.revision(), 0, rules);
  auto written = draft.stage(std::move(changes));
  if (!draft.events().empty()) timeline_.publish(draft.objects(), draft.revision(), draft.take_events());
  return written;
}

}  // namespace graylane::store
