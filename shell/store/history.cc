#include "store/history.h"

#include <algorithm>
#include <iterator>

namespace graylane::store {

using control::Event;

void History::append(std::vector<Event> events) {
  if (events.empty()) return;
  const uint64_t newest = events.back().revision;
  std::ranges::move(events, std::back_inserter(events_));
  while (events_.size() > events_max_ && events_.front().revision != newest) drop_oldest_revision();
}

void History::drop_oldest_revision() {
  compacted_ = events_.front().revision;
  while (!events_.empty() && events_.front().revision == compacted_) {
    events_.pop_front();
    ++begin_;
  }
}

uint64_t History::position_after(uint64_t revision) const {
  const auto first = std::ranges::upper_bound(events_, revision, {}, &Event::revision);
  return begin_ + (first - events_.begin());
}

std::optional<Event> Cursor::take(const History& history) {
  skip_unselected(history);
  if (position_ == history.end()) return std::nullopt;
  Event event = history.at(position_++);
  skip_unselected(history);
  event.complete = position_ == history.end() || history.at(position_).revision != event.revision;
  return event;
}

void Cursor::skip_unselected(const History& history) {
  while (position_ != history.end() && !selector_.matches(history.at(position_).object->key)) ++position_;
}

}  // namespace graylane::store
