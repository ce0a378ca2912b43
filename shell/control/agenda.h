// Agenda: which objects a controller is to look at: since something of them changed, since they are not finished, or since their time
// has come. So a step costs what has changed, not what there is. A plain value.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "api/object.h"
#include "control/object_feed.h"

namespace graylane::control {

class Agenda {
 public:
  using Time = std::chrono::sys_seconds;

  void add(api::ObjectKey key) { now_.insert(std::move(key)); }
  void add(api::ObjectKey key, std::optional<Time> time) {
    if (time) later_.emplace(*time, std::move(key));
  }
  /// Of those in `entries`, all of this namespace.
  template <class Entries>
  void add_namespace(const Entries& entries, const std::string& ns) {
    for (const auto& [key, entry] : in_namespace(entries, ns)) add(key);
  }

  /// All that are due; forgotten here.
  std::set<api::ObjectKey> take(Time now) {
    while (!later_.empty() && later_.begin()->first <= now) now_.insert(later_.extract(later_.begin()).value().second);
    return std::exchange(now_, {});
  }
  /// When the next one of those that have a time is due.
  std::optional<Time> next() const { return later_.empty() ? std::nullopt : std::optional(later_.begin()->first); }

 private:
  std::set<api::ObjectKey> now_;
  std::set<std::pair<Time, api::ObjectKey>> later_;
};

}  // namespace graylane::control
