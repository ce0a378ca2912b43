#include "apiserver/watch_lines.h"

#include <algorithm>

#include "doc/print.h"

namespace graylane::apiserver {

using control::EventType;

namespace {

constexpr size_t kEntriesMax = 32;
constexpr size_t kBytesMax = 4 << 20;

std::string line_of(std::string_view type, const std::string& object) {
  std::string line;
  line.reserve(type.size() + object.size() + 24);
  return line.append(R"({"type":")").append(type).append(R"(","object":)").append(object).append("}\n");
}

}  // namespace

Line LineCache::find(const Key& key) const {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : found->line;
}

void LineCache::add(Key key, api::ObjectPtr object, std::shared_ptr<const void> kinds, Line line) {
  bytes_ += line->size();
  entries_.push_front({std::move(key), std::move(object), std::move(kinds), std::move(line)});
  while (entries_.size() > kEntriesMax || (bytes_ > kBytesMax && entries_.size() > 1)) {
    bytes_ -= entries_.back().line->size();
    entries_.pop_back();
  }
}

bool WatchLines::matches(const api::Object& object) const {
  return options_.labels.matches(object.content) && options_.fields.matches(object.content);
}

Line WatchLines::make(std::string_view type, const api::Object& object, uint64_t revision) {
  return std::make_shared<const std::string>(
      line_of(type, event_object(object, revision, view_, std::exchange(with_columns_, false))));
}

Line WatchLines::shared(std::string_view type, const api::ObjectPtr& object, uint64_t revision) {
  const bool is_table = view_.form.as == Form::As::kTable;
  if (is_table && with_columns_) return make(type, *object, revision);
  const LineCache::Key key{type,
                           object.get(),
                           revision,
                           &view_.kind,
                           view_.form.as,
                           view_.form.meta_version,
                           view_.include_object,
                           is_table ? view_.now_unix_seconds : 0};  // for ages
  Line line = cache_.find(key);
  if (line) return line;
  line = make(type, *object, revision);
  cache_.add(key, object, kinds_, line);
  return line;
}

Line WatchLines::initial(const api::ObjectPtr& object, int64_t now) {
  view_.now_unix_seconds = now;
  return matches(*object) ? make("ADDED", *object, object->revision) : nullptr;
}

Line WatchLines::event(const control::Event& event, int64_t now) {
  if (event.type == EventType::kBookmark) return nullptr;
  view_.now_unix_seconds = now;
  const api::ObjectPtr before = event.type == EventType::kAdded ? nullptr : event.previous;
  const bool did = before && matches(*before);
  const bool does = event.type != EventType::kDeleted && matches(*event.object);
  if (does) return shared(did ? "MODIFIED" : "ADDED", event.object, event.revision);
  return did ? shared("DELETED", before, event.revision) : nullptr;
}

Line WatchLines::bookmark(uint64_t revision, bool initial_end) {
  return std::make_shared<const std::string>(
      line_of("BOOKMARK", bookmark_object(revision, initial_end, view_, std::exchange(with_columns_, false))));
}

std::string WatchLines::error(const ApiError& error) { return line_of("ERROR", doc::to_json(to_status(error))); }

}  // namespace graylane::apiserver
