// OwnedMirror: a Mirror of objects that belong to others, sorted by their owners: what one owner has is found without looking at the
// rest. Lives at most as long as its client; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/object_feed.h"

namespace graylane::control {

template <class View>
class OwnedMirror {
 public:
  using Entry = typename Mirror<View>::Entry;
  using Entries = typename Mirror<View>::Entries;
  using Read = typename Mirror<View>::Read;
  /// The name of its owner, of the one kind that matters, in the same namespace; "": it is nobody's; nothing: it does not count.
  using OwnerOf = std::optional<std::string> (*)(const View&);

  OwnedMirror(Client& client, Selector selector, Read read, OwnerOf owner_of)
      : feed_(client, std::move(selector)), read_(read), owner_of_(owner_of) {}

  /// `touched(namespace, owner)`: something of it came, changed or went. Whether anything did.
  template <class Touched>
  Result<bool> catch_up(Touched touched) {
    Sink<Touched> sink{*this, touched};
    return feed_.poll(sink);
  }

  const Entries& entries() const { return entries_; }
  /// In order of name.
  std::vector<const Entry*> of(const std::string& ns, const std::string& owner) const {
    std::vector<const Entry*> found;
    if (const auto keys = by_owner_.find({ns, owner}); keys != by_owner_.end()) {
      for (const api::ObjectKey& key : keys->second) found.push_back(&entries_.at(key));
    }
    return found;
  }

 private:
  template <class Touched>
  struct Sink {
    OwnedMirror& mirror;
    Touched& touched;

    void reset() {
      for (const auto& [owner, keys] : mirror.by_owner_) touched(owner.first, owner.second);
      mirror.by_owner_.clear();
      mirror.entries_.clear();
    }
    void take(const Event& event) {
      const api::ObjectKey& key = event.object->key;
      if (const auto before = mirror.entries_.find(key); before != mirror.entries_.end()) {
        if (const auto owner = mirror.owner_of_(before->second.view)) {
          mirror.forget({key.ns, *owner}, key);
          touched(key.ns, *owner);
        }
        mirror.entries_.erase(before);
      }
      if (event.type == EventType::kDeleted) return;
      const auto added = mirror.entries_.emplace(key, Entry{event.object, mirror.read_(*event.object)}).first;
      if (const auto owner = mirror.owner_of_(added->second.view)) {
        mirror.by_owner_[{key.ns, *owner}].insert(key);
        touched(key.ns, *owner);
      }
    }
  };

  void forget(const std::pair<std::string, std::string>& owner, const api::ObjectKey& key) {
    const auto keys = by_owner_.find(owner);
    if (keys == by_owner_.end()) return;
    keys->second.erase(key);
    if (keys->second.empty()) by_owner_.erase(keys);
  }

  ObjectFeed feed_;
  Read read_;
  OwnerOf owner_of_;
  Entries entries_;
  std::map<std::pair<std::string, std::string>, std::set<api::ObjectKey>> by_owner_;  // namespace, owner
};

}  // namespace graylane::control
