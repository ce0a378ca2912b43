#include "store/history.h"

#include <algorithm>

namespace graylane::store {

using control::Event;

namespace {

size_t kept_bytes(const Event& event) { return event.previous ? stored(event.previous).bytes : 0; }

}  // namespace

std::vector<Past> History::append(std::vector<Past> events) {
  std::vector<Past> dropped;
  if (events.empty()) return dropped;
  const uint64_t newest = events.back().event.revision;
  for (Past& past : events) {
    bytes_ += kept_bytes(past.event);
    past_.push_back(std::move(past));
  }
  while ((past_.size() > events_max_ || bytes_ > bytes_max_) && past_.front().event.revision != newest) {
    drop_oldest_revision(dropped);
  }
  return dropped;
}

std::vector<Past> History::drop_all() {
  std::vector<Past> dropped;
  while (!past_.empty()) drop_oldest_revision(dropped);
  return dropped;
}

void History::drop_oldest_revision(std::vector<Past>& dropped) {
  compacted_ = past_.front().event.revision;
  while (!past_.empty() && past_.front().event.revision == compacted_) {
    bytes_ -= kept_bytes(past_.front().event);
    dropped.push_back(std::move(past_.front()));
    past_.pop_front();
    ++begin_;
  }
}

uint64_t History::position_after(uint64_t revision) const {
  const auto first = std::ranges::upper_bound(past_, revision, {}, [](const Past& past) { return past.event.revision; });
  return begin_ + (first - past_.begin());
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
