// WatchLines: events of the store as the lines of a watch, seen through its selectors: what begins to match is added, what ceases to
// is deleted. One watch, one thread; the LineCache is for all watches of a thread.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "apiserver/present.h"
#include "control/port.h"

namespace graylane::apiserver {

/// Null: there is nothing to send.
using Line = std::shared_ptr<const std::string>;

/// The newest lines, so that what a thousand watchers see alike is written once.
class LineCache {
 public:
  /// What a line is made of, beside the kind that it is shown as.
  struct Key {
    std::string_view type;
    const api::Object* object;
    uint64_t revision;
    const api::Kind* kind;
    Form::As as;
    std::string meta_version;  // these three of a Table and the like, else as they are by default
    IncludeObject include_object;
    int64_t now_unix_seconds;
    bool operator==(const Key&) const = default;
  };

  Line find(const Key& key) const;
  /// `object` and `kinds` stay as long as the line does, so that no other has their address.
  void add(Key key, api::ObjectPtr object, std::shared_ptr<const void> kinds, Line line);

 private:
  struct Entry {
    Key key;
    api::ObjectPtr object;
    std::shared_ptr<const void> kinds;
    Line line;
  };
  std::deque<Entry> entries_;  // the newest first
  size_t bytes_ = 0;           // of lines
};

class WatchLines {
 public:
  /// `options` and `cache` must outlive it; `kinds` keeps the kind of the view.
  WatchLines(View view, const ListOptions& options, std::shared_ptr<const void> kinds, LineCache& cache)
      : view_(std::move(view)), options_(options), kinds_(std::move(kinds)), cache_(cache) {}

  /// Of an object that was there before; null when it does not match.
  Line initial(const api::ObjectPtr& object, int64_t now_unix_seconds);
  /// Null when the watcher need not know.
  Line event(const control::Event& event, int64_t now_unix_seconds);
  Line bookmark(uint64_t revision, bool initial_end);
  static std::string error(const ApiError& error);

 private:
  bool matches(const api::Object& object) const;
  Line make(std::string_view type, const api::Object& object, uint64_t revision);
  Line shared(std::string_view type, const api::ObjectPtr& object, uint64_t revision);

  View view_;
  const ListOptions& options_;
  const std::shared_ptr<const void> kinds_;
  LineCache& cache_;
  bool with_columns_ = true;  // the first object of a table has them
};

}  // namespace graylane::apiserver
