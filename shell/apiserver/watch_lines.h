// WatchLines: events of the store as the lines of a watch, seen through its selectors: what begins to match is added, what ceases to
// is deleted. One watch, one thread.
#pragma once

#include <string>

#include "apiserver/present.h"
#include "control/port.h"

namespace graylane::apiserver {

class WatchLines {
 public:
  /// `options` must outlive it, and the kind of the view.
  WatchLines(View view, const ListOptions& options) : view_(std::move(view)), options_(options) {}

  /// Of an object that was there before; empty when it does not match.
  std::string initial(const api::Object& object, int64_t now_unix_seconds);
  /// Empty when the watcher need not know.
  std::string event(const control::Event& event, int64_t now_unix_seconds);
  std::string bookmark(uint64_t revision, bool initial_end);
  static std::string error(const ApiError& error);

 private:
  bool matches(const api::Object& object) const;
  std::string line(std::string_view type, const api::Object& object, uint64_t revision);

  View view_;
  const ListOptions& options_;
  bool with_columns_ = true;  // of a table: in the first line only
};

}  // namespace graylane::apiserver
