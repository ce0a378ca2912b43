#include "store/timeline.h"

#include <algorithm>
#include <limits>

namespace graylane::store {

using api::ObjectKey;
using api::ObjectPtr;
using control::Event;
using control::EventType;
using control::Listing;
using control::Selector;

namespace {

// Longer timeouts would overflow the clock's type.
constexpr std::chrono::milliseconds kWaitMax = std::chrono::hours(24);

}  // namespace

// Calls a watcher's `ready`, until it is silenced.
class Timeline::Waker {
 public:
  explicit Waker(std::function<void()> ready) : ready_(std::move(ready)) {}

  void wake() {
    const std::lock_guard lock(mutex_);
    if (ready_) ready_();
  }
  void silence() {
    const std::lock_guard lock(mutex_);
    ready_ = nullptr;
  }

 private:
  std::mutex mutex_;  // never taken together with the timeline's
  std::function<void()> ready_;
};

// Its state is guarded by the timeline's lock.
class Timeline::Reader final : public control::Watch {
 public:
  Reader(Timeline& timeline, const Selector& selector, uint64_t since, std::function<void()> ready)
      : timeline_(timeline), since_(since), seen_(since), cursor_(selector, timeline.history_.position_after(since)) {
    if (!timeline_.can_go_back(selector, since) || since > timeline_.state_.revision) failed_ = expired();
    if (!ready) return;
    waker_ = std::make_shared<Waker>(std::move(ready));
    timeline_.woken_.insert(this);
  }

  ~Reader() override {
    if (!waker_) return;
    waker_->silence();
    const std::lock_guard lock(timeline_.mutex_);
    timeline_.woken_.erase(this);
  }

  /// Whom to wake for these events, the newest of the history; null: nobody.
  std::shared_ptr<Waker> note(const std::vector<Past>& events) {
    if (!idle_) return nullptr;
    const auto selected = [this](const Past& past) { return cursor_.selector().matches(past.event.object->key); };
    idle_ = std::ranges::none_of(events, selected);
    // One that waits for its waker must not expire by events that are not for it.
    if (idle_) cursor_.skip_to(timeline_.history_.end() + events.size());
    return idle_ ? nullptr : waker_;
  }

  Result<std::optional<Event>> next(std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + std::clamp(timeout, std::chrono::milliseconds(0), kWaitMax);
    std::unique_lock lock(timeline_.mutex_);
    std::optional<Event> event;
    const auto has_news = [&] { return failed() || (event = cursor_.take(timeline_.history_)); };
    if (timeout > std::chrono::milliseconds(0)) timeline_.changed_.wait_until(lock, deadline, has_news);
    else has_news();
    if (failed_) return std::unexpected(*failed_);
    if (!event) return bookmark();
    seen_ = event->revision;
    return event;
  }

 private:
  bool failed() {
    if (!failed_ && cursor_.expired(timeline_.history_)) failed_ = expired();
    return failed_.has_value();
  }

  Error expired() const { return timeline_.gone(std::max(since_, seen_)); }

  std::optional<Event> bookmark() {
    idle_ = true;
    if (seen_ == timeline_.state_.revision) return std::nullopt;
    seen_ = timeline_.state_.revision;
    return Event{EventType::kBookmark, nullptr, seen_, true};
  }

  Timeline& timeline_;
  const uint64_t since_;
  uint64_t seen_;  // the newest revision that the watcher was told
  Cursor cursor_;
  std::optional<Error> failed_;
  bool idle_ = true;  // has taken all there was
  std::shared_ptr<Waker> waker_;
};

Timeline::State Timeline::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

ObjectMap Timeline::objects() const { return state().objects; }

uint64_t Timeline::revision() const {
  const std::lock_guard lock(mutex_);
  return state_.revision;
}

uint64_t Timeline::compacted() const {
  const std::lock_guard lock(mutex_);
  return history_.compacted();
}

Result<ObjectPtr> Timeline::get(const ObjectKey& key) const {
  if (ObjectPtr object = objects().find(key)) return object;
  return fail(ErrorCode::kNotFound, key.to_string() + " does not exist");
}

Result<Listing> Timeline::list(const Selector& selector) const {
  const State newest = state();
  Listing listing{{}, newest.revision};
  Scan(newest.objects, selector, newest.revision).walk([&](const ObjectPtr& object) {
    listing.items.push_back(object);
    return true;
  });
  return listing;
}

Result<Scan> Timeline::scan(const Selector& selector, uint64_t revision, const std::optional<ObjectKey>& after) const {
  const State newest = state();
  if (revision == 0 || revision == newest.revision) return Scan(newest.objects, selector, newest.revision, after);
  if (revision > newest.revision) {
    return fail(ErrorCode::kUnavailable,
                "revision " + std::to_string(revision) + " has not come yet: the newest is " + std::to_string(newest.revision));
  }
  auto objects = undone(selector, after ? Scan::behind(*after) : Scan::first_key(selector), revision);
  if (!objects) return std::unexpected(std::move(objects.error()));
  return Scan(*std::move(objects), selector, revision, after);
}

Result<Paged> Timeline::page(const Selector& selector, const Page& page) const {
  auto scan = this->scan(selector, page.revision, page.after);
  if (!scan) return std::unexpected(std::move(scan.error()));
  Paged paged{{}, scan->revision(), 0};
  scan->walk([&](const ObjectPtr& object) {
    if (!page.keep || page.keep(*object)) paged.items.push_back(object);
    return page.limit == 0 || paged.items.size() < page.limit;
  });
  paged.remaining = scan->remaining();
  return paged;
}

// The state at a revision, right for all that is selected and not before `from`.
Result<ObjectMap> Timeline::undone(const Selector& selector, const ObjectKey& from, uint64_t revision) const {
  ObjectMap objects;
  std::vector<std::pair<ObjectPtr, ObjectPtr>> changes;  // newest first: an object, and its state before
  {
    const std::lock_guard lock(mutex_);
    if (!can_go_back(selector, revision)) return std::unexpected(gone(revision));
    objects = state_.objects;
    const uint64_t first = history_.position_after(revision);
    for (uint64_t position = history_.end(); position-- > first;) {
      const Event& event = history_.at(position);
      if (selector.matches(event.object->key) && !(event.object->key < from)) changes.emplace_back(event.object, event.previous);
    }
  }
  for (auto& [object, previous] : changes) {
    if (previous) objects.put(std::move(previous));
    else objects.erase(object->key);
  }
  return objects;
}

bool Timeline::can_go_back(const Selector& selector, uint64_t revision) const {
  if (revision < history_.compacted()) return false;
  if (revision >= forgotten_before_ || forgotten_.empty()) return true;
  return !selector.kind.empty() && !forgotten_.contains({selector.group, selector.kind});
}

Error Timeline::gone(uint64_t revision) const {
  return {ErrorCode::kExpired,
          "events after revision " + std::to_string(revision) + " are not kept: only those after " +
              std::to_string(std::max(history_.compacted(), forgotten_.empty() ? 0 : forgotten_before_)) + " up to " +
              std::to_string(state_.revision) + " are",
          {},
          "list again and watch from the listing's revision"};
}

std::unique_ptr<control::Watch> Timeline::watch(const Selector& selector, uint64_t since, std::function<void()> ready) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<Reader>(*this, selector, since, std::move(ready));
}

std::vector<Past> Timeline::publish(ObjectMap objects, uint64_t revision, std::vector<Past> events) {
  std::vector<std::shared_ptr<Waker>> wakers;
  std::vector<Past> dropped;
  {
    const std::lock_guard lock(mutex_);
    for (Reader* reader : woken_) {
      if (auto waker = reader->note(events)) wakers.push_back(std::move(waker));
    }
    std::swap(state_.objects, objects);  // the old one is freed without the lock
    state_.revision = revision;
    dropped = history_.append(std::move(events));
  }
  changed_.notify_all();
  for (const auto& waker : wakers) waker->wake();
  return dropped;
}

std::vector<Past> Timeline::forget_history() {
  const std::lock_guard lock(mutex_);
  return history_.drop_all();
}

void Timeline::begin(ObjectMap objects, uint64_t revision, History history, Kinds forgotten) {
  const std::lock_guard lock(mutex_);
  state_ = {std::move(objects), revision};
  history_ = std::move(history);
  forgotten_ = std::move(forgotten);
  forgotten_before_ = revision;
}

}  // namespace graylane::store
