#include "apiserver/watch_lines.h"

#include "doc/print.h"

namespace graylane::apiserver {

using control::EventType;

namespace {

std::string line_of(std::string_view type, const std::string& object) {
  return "{\"type\":\"" + std::string(type) + "\",\"object\":" + object + "}\n";
}

}  // namespace

bool WatchLines::matches(const api::Object& object) const {
  return options_.labels.matches(object.content) && options_.fields.matches(object.content);
}

std::string WatchLines::line(std::string_view type, const api::Object& object, uint64_t revision) {
  return line_of(type, event_object(object, revision, view_, std::exchange(with_columns_, false)));
}

std::string WatchLines::initial(const api::Object& object, int64_t now) {
  view_.now_unix_seconds = now;
  return matches(object) ? line("ADDED", object, object.revision) : "";
}

std::string WatchLines::event(const control::Event& event, int64_t now) {
  if (event.type == EventType::kBookmark) return {};
  view_.now_unix_seconds = now;
  const api::Object* before = event.type == EventType::kAdded ? nullptr : event.previous.get();
  const bool did = before && matches(*before);
  const bool does = event.type != EventType::kDeleted && matches(*event.object);
  if (does) return line(did ? "MODIFIED" : "ADDED", *event.object, event.revision);
  return did ? line("DELETED", *before, event.revision) : "";
}

std::string WatchLines::bookmark(uint64_t revision, bool initial_end) {
  return line_of("BOOKMARK", bookmark_object(revision, initial_end, view_, std::exchange(with_columns_, false)));
}

std::string WatchLines::error(const ApiError& error) { return line_of("ERROR", doc::to_json(to_status(error))); }

}  // namespace graylane::apiserver
