#include "store/memory_store.h"

#include <algorithm>
#include <chrono>

#include "store/same_object.h"

namespace graylane::store {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;
using control::Change;
using control::Event;
using control::EventType;
using control::Listing;
using control::Selector;
using control::Written;

namespace {

// Longer timeouts would overflow the clock's type.
constexpr std::chrono::milliseconds kWaitMax = std::chrono::hours(24);

std::unexpected<Error> fail_at(const Object& object, ErrorCode code, std::string what, std::string fix) {
  return fail(code, object.key.to_string() + " " + std::move(what), object.at(object.content.at()), std::move(fix));
}

Result<void> check_keys(const std::vector<Change>& changes) {
  std::vector<const Object*> objects;
  for (const Change& change : changes) {
    if (change.object.key.name.empty() || change.object.key.kind.empty()) {
      return fail(ErrorCode::kInvalid, "an object without a kind or a name cannot be stored",
                  change.object.at(change.object.content.at()), "set kind and metadata.name");
    }
    objects.push_back(&change.object);
  }
  const auto key = [](const Object* object) -> const ObjectKey& { return object->key; };
  std::ranges::sort(objects, {}, key);
  const auto twice = std::ranges::adjacent_find(objects, {}, key);
  if (twice == objects.end()) return {};
  return fail_at(**twice, ErrorCode::kInvalid, "is changed twice in one batch", "write it once");
}

Result<void> check_revision(const Object& wanted, const Object& stored) {
  if (wanted.revision == 0 || wanted.revision == stored.revision) return {};
  return fail_at(wanted, ErrorCode::kConflict,
                 "was changed meanwhile: revision " + std::to_string(wanted.revision) + " was expected, " +
                     std::to_string(stored.revision) + " is stored",
                 "read it again and repeat the change");
}

}  // namespace

// Its state is guarded by the store's lock.
class MemoryStore::MemoryWatch final : public control::Watch {
 public:
  MemoryWatch(MemoryStore& store, const Selector& selector, uint64_t since)
      : store_(store), since_(since), seen_(since), cursor_(selector, store.history_.position_after(since)) {
    if (since < store.history_.compacted() || since > store.revision_) failed_ = expired();
  }

  Result<std::optional<Event>> next(std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + std::clamp(timeout, std::chrono::milliseconds(0), kWaitMax);
    std::unique_lock lock(store_.mutex_);
    std::optional<Event> event;
    store_.changed_.wait_until(lock, deadline, [&] { return failed() || (event = cursor_.take(store_.history_)); });
    if (failed_) return std::unexpected(*failed_);
    if (!event) return bookmark();
    seen_ = event->revision;
    return event;
  }

 private:
  bool failed() {
    if (!failed_ && cursor_.expired(store_.history_)) failed_ = expired();
    return failed_.has_value();
  }

  Error expired() const {
    return {ErrorCode::kExpired,
            "events after revision " + std::to_string(std::max(since_, seen_)) + " are not kept: only those after " +
                std::to_string(store_.history_.compacted()) + " up to " + std::to_string(store_.revision_) + " are",
            {},
            "list again and watch from the listing's revision"};
  }

  std::optional<Event> bookmark() {
    if (seen_ == store_.revision_) return std::nullopt;
    seen_ = store_.revision_;
    return Event{EventType::kBookmark, nullptr, seen_, true};
  }

  MemoryStore& store_;
  const uint64_t since_;
  uint64_t seen_;  // the newest revision that the watcher was told
  Cursor cursor_;
  std::optional<Error> failed_;
};

MemoryStore::MemoryStore(MemoryStoreOptions options) : options_(options), history_(options.history_events_max) {}

ObjectPtr MemoryStore::find(const ObjectKey& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

Result<ObjectPtr> MemoryStore::get(const ObjectKey& key) {
  const std::lock_guard lock(mutex_);
  if (ObjectPtr object = find(key)) return object;
  return fail(ErrorCode::kNotFound, key.to_string() + " does not exist");
}

Result<Listing> MemoryStore::list(const Selector& selector) {
  const std::lock_guard lock(mutex_);
  Listing listing{{}, revision_};
  auto next = objects_.begin();
  if (!selector.kind.empty()) next = objects_.lower_bound({selector.group, selector.kind, selector.ns.value_or(""), ""});
  for (; next != objects_.end(); ++next) {
    const ObjectKey& key = next->first;
    if (selector.matches(key)) {
      listing.items.push_back(next->second);
    } else if (!selector.kind.empty()) {
      break;  // what one kind (and one namespace of it) selects is one range of keys
    }
  }
  return listing;
}

std::unique_ptr<control::Watch> MemoryStore::watch(const Selector& selector, uint64_t since) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<MemoryWatch>(*this, selector, since);
}

Result<ObjectPtr> MemoryStore::create(Object object) { return write_one(Change::create(std::move(object))); }
Result<ObjectPtr> MemoryStore::update(Object object) { return write_one(Change::update(std::move(object))); }
Result<ObjectPtr> MemoryStore::apply(Object object) { return write_one(Change::apply(std::move(object))); }

Result<ObjectPtr> MemoryStore::remove(const ObjectKey& key, uint64_t revision) {
  return write_one(Change::remove(key, revision));
}

Result<ObjectPtr> MemoryStore::write_one(Change change) {
  std::vector<Change> changes;
  changes.push_back(std::move(change));
  auto written = write(std::move(changes));
  if (!written) return std::unexpected(std::move(written.error()));
  return std::move(written->objects.front());
}

Result<Written> MemoryStore::write(std::vector<Change> changes) {
  if (auto ok = check_keys(changes); !ok) return std::unexpected(std::move(ok.error()));
  const std::lock_guard lock(mutex_);
  auto effects = effects_of(changes);
  if (!effects) return std::unexpected(std::move(effects.error()));
  Written written{{}, revision_};
  std::vector<Event> events;
  for (size_t i = 0; i < changes.size(); ++i) {
    if ((*effects)[i] == Effect::kNone) {
      written.objects.push_back(find(changes[i].object.key));
    } else {
      events.push_back(carry_out(changes[i], (*effects)[i], revision_ + 1));
      written.objects.push_back(events.back().object);
    }
  }
  if (events.empty()) return written;
  written.revision = ++revision_;
  history_.append(std::move(events));
  changed_.notify_all();
  return written;
}

Result<std::vector<MemoryStore::Effect>> MemoryStore::effects_of(const std::vector<Change>& changes) const {
  std::vector<Effect> effects;
  size_t added = 0;
  for (const Change& change : changes) {
    const auto effect = effect_of(change);
    if (!effect) return std::unexpected(effect.error());
    if (*effect == Effect::kAdd) ++added;
    if (added != 0 && objects_.size() + added > options_.objects_max) {
      return fail_at(change.object, ErrorCode::kLimit,
                     "cannot be added: the store holds at most " + std::to_string(options_.objects_max) + " objects",
                     "delete objects that are no longer needed");
    }
    effects.push_back(*effect);
  }
  return effects;
}

Result<MemoryStore::Effect> MemoryStore::effect_of(const Change& change) const {
  const ObjectPtr stored = find(change.object.key);
  const bool removes = change.verb == Change::Verb::kRemove;
  if (change.verb == Change::Verb::kCreate && stored) {
    return fail_at(change.object, ErrorCode::kAlreadyExists, "exists already", "update it or choose another name");
  }
  if (change.verb == Change::Verb::kUpdate || removes) {
    if (!stored) return fail_at(change.object, ErrorCode::kNotFound, "does not exist", "");
    if (auto ok = check_revision(change.object, *stored); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (removes) return Effect::kDelete;
  if (!stored) return Effect::kAdd;
  return same_object(change.object, *stored) ? Effect::kNone : Effect::kReplace;
}

Event MemoryStore::carry_out(Change& change, Effect effect, uint64_t revision) {
  if (effect == Effect::kDelete) {
    auto node = objects_.extract(change.object.key);
    return {EventType::kDeleted, std::move(node.mapped()), revision, true};
  }
  change.object.revision = revision;
  auto object = std::make_shared<const Object>(std::move(change.object));
  objects_.insert_or_assign(object->key, object);
  return {effect == Effect::kAdd ? EventType::kAdded : EventType::kModified, std::move(object), revision, true};
}

}  // namespace graylane::store
