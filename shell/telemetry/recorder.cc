#include "telemetry/recorder.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace graylane::telemetry {

void WorkerCounters::refuse(uint16_t status) {
  const auto end = kRefusalStatuses.end() - 1;
  refusals[static_cast<size_t>(std::find(kRefusalStatuses.begin(), end, status) - kRefusalStatuses.begin())].add();
}

size_t Recorder::KeyHash::operator()(const SeriesKey& key) const {
  size_t hash = static_cast<size_t>(key.role);
  const auto mix = [&hash](const std::string& text) {
    hash = (hash ^ std::hash<std::string>()(text)) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32U;
  };
  for (const std::string* text : {&key.host, &key.path, &key.ns, &key.ingress, &key.service, &key.service_port, &key.canary}) {
    mix(*text);
  }
  return hash;
}

Recorder::Recorder(RecorderLimits limits) : limits_(limits) {}
Recorder::~Recorder() = default;

Series* Recorder::series(const SeriesKey& key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) return found->second.get();
  if (by_key_.size() < limits_.series_max) return add(key);
  if (other_ == nullptr) other_ = add({"other", "other", "", "other", "", "", "", Role::kNone});
  return other_;
}

Series* Recorder::add(const SeriesKey& key) {
  std::unique_ptr<Series>& place = by_key_[key];
  place = std::make_unique<Series>(key);
  place->next_ = newest_.load(std::memory_order_relaxed);
  newest_.store(place.get(), std::memory_order_release);
  return place.get();
}

}  // namespace graylane::telemetry
