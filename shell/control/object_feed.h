// ObjectFeed: what changed among selected objects since the last look. Lists once, then watches; when the watch has fallen too far
// behind, it begins anew. Mirror: the same, kept as a map with a typed view of each object, read once per change.
// Looking when nothing has changed costs next to nothing, however many objects there are.
//
// Resync: once in a while all that is known is handed over again, from memory, as if it had changed: so that what a controller
// overlooked, or keeps wrongly, does not stay so for ever.
//
// Live at most as long as their client; one thread. They never wait. The client must show a write to its watches before
// it returns, as stores do.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

#include "api/object.h"
#include "control/port.h"

namespace graylane::control {

inline constexpr std::chrono::hours kResync{10};  // what watches and decisions miss is rare

class ObjectFeed {
 public:
  using Time = std::chrono::sys_seconds;

  /// `resync`: 0: never.
  ObjectFeed(Client& client, Selector selector, std::chrono::seconds resync = {})
      : client_(client), selector_(std::move(selector)), resync_(resync) {}

  /// Whether anything was handed over: `sink.reset()` (all that was known is void), then or else `sink.take(Event)` for each
  /// change; never bookmarks. After an error the next call goes on.
  template <class Sink>
  Result<bool> poll(Sink& sink) {
    return poll_changes(sink);
  }
  /// The same; and `sink.resync()` when it is time for that.
  template <class Sink>
  Result<bool> poll(Sink& sink, Time now) {
    auto changed = poll_changes(sink);
    if (!changed || resync_.count() == 0) return changed;
    const bool due = resync_at_ && *resync_at_ <= now;
    if (due) sink.resync();
    if (due || !resync_at_) resync_at_ = now + resync_;
    return *changed || due;
  }
  /// When there is something to hand over though nothing changes.
  std::optional<Time> resync_at() const { return resync_at_; }

 private:
  template <class Sink>
  Result<bool> poll_changes(Sink& sink) {
    bool changed = false;
    while (watch_) {
      auto event = watch_->next(std::chrono::milliseconds(0));
      if (event && !*event) return changed;
      if (event) {
        if ((*event)->type == EventType::kBookmark) continue;
        sink.take(**event);
        changed = true;
        continue;
      }
      watch_.reset();  // its errors are final; what was missed is in the next listing
      if (event.error().code != ErrorCode::kExpired) return std::unexpected(std::move(event.error()));
    }
    return list(sink);
  }

  template <class Sink>
  Result<bool> list(Sink& sink) {
    auto listing = client_.list(selector_);
    if (!listing) return std::unexpected(std::move(listing.error()));
    sink.reset();
    for (api::ObjectPtr& object : listing->items) {
      const uint64_t revision = object->revision;
      sink.take({EventType::kAdded, std::move(object), revision});
    }
    watch_ = client_.watch(selector_, listing->revision);
    return true;
  }

  Client& client_;
  Selector selector_;
  const std::chrono::seconds resync_;
  std::optional<Time> resync_at_;
  std::unique_ptr<Watch> watch_;  // null: to be listed
};

template <class View>
class Mirror {
 public:
  using Read = View (*)(const api::Object&);
  struct Entry {
    api::ObjectPtr object;
    View view;
  };
  using Entries = std::map<api::ObjectKey, Entry>;

  Mirror(Client& client, Selector selector, Read read, std::chrono::seconds resync = {})
      : feed_(client, std::move(selector), resync), sink_{read, {}} {}

  /// Whether anything changed, or may have.
  Result<bool> catch_up() { return feed_.poll(sink_); }
  /// The same; `touched(key)` for each that came, changed or went.
  template <class Touched>
  Result<bool> catch_up(Touched touched) {
    Telling<Touched> telling{sink_, touched};
    return feed_.poll(telling);
  }
  /// The same; when it is time to resync, all are touched.
  template <class Touched>
  Result<bool> catch_up(ObjectFeed::Time now, Touched touched) {
    Telling<Touched> telling{sink_, touched};
    return feed_.poll(telling, now);
  }
  std::optional<ObjectFeed::Time> resync_at() const { return feed_.resync_at(); }
  const Entries& entries() const { return sink_.entries; }

 private:
  struct Sink {
    Read read;
    Entries entries;

    void reset() { entries.clear(); }
    void take(const Event& event) {
      const api::ObjectKey& key = event.object->key;
      if (event.type == EventType::kDeleted) entries.erase(key);
      else entries.insert_or_assign(key, Entry{event.object, read(*event.object)});
    }
  };

  template <class Touched>
  struct Telling {
    Sink& sink;
    Touched& touched;

    void resync() {
      for (const auto& [key, entry] : sink.entries) touched(key);
    }
    void reset() {
      resync();
      sink.reset();
    }
    void take(const Event& event) {
      sink.take(event);
      touched(event.object->key);
    }
  };

  ObjectFeed feed_;
  Sink sink_;
};

/// Those of one namespace, of entries of one kind.
template <class Entries>
auto in_namespace(const Entries& entries, const std::string& ns) {
  if (entries.empty()) return std::ranges::subrange(entries.end(), entries.end());
  api::ObjectKey key = entries.begin()->first;
  key.ns = ns;
  key.name.clear();
  const auto first = entries.lower_bound(key);
  key.ns += '\0';  // the next one
  return std::ranges::subrange(first, entries.lower_bound(key));
}

}  // namespace graylane::control
