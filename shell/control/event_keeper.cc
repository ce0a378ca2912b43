#include "control/event_keeper.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/work.h"

namespace graylane::control {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using EventEntry = Mirror<int64_t>::Entry;

int64_t read_event_time(const api::Object& event) {
  int64_t last = created_unix_seconds(event);
  for (const char* member : {"eventTime", "lastTimestamp"}) {
    const std::string* text = api::fields::find_text(&event.content, member);
    if (text) last = std::max(last, api::parse_time(*text).value_or(0));
  }
  return last;
}

Result<bool> EventKeeper::step(sys_seconds now) {
  const auto changed = events_.catch_up();
  if (!changed) return changed;
  if (!*changed && !unfinished_ && !(look_again_ && *look_again_ <= now) && !queue_.is_due(now)) return false;
  Work work{now};
  const auto remove = [&](const EventEntry& event) {
    work.changes.push_back(Change::remove(event.object->key, event.object->revision));
  };
  std::map<std::string, std::vector<const EventEntry*>> kept;  // by namespace
  for (const auto& [key, event] : events_.entries()) {
    const sys_seconds end = sys_seconds(seconds(event.view)) + kEventAgeMax;
    if (end <= now) {
      remove(event);
      continue;
    }
    kept[key.ns].push_back(&event);
    work.look_at(end);
  }
  for (auto& [ns, events] : kept) {
    if (events.size() <= kEventsMax) continue;
    std::ranges::stable_sort(events, {}, [](const EventEntry* event) { return event->view; });
    for (size_t i = 0; i + kEventsMax < events.size(); ++i) remove(*events[i]);
  }
  look_again_ = work.look_again;
  const auto written = queue_.carry_out(std::move(work));
  unfinished_ = !written || *written;
  return written;
}

}  // namespace graylane::control
