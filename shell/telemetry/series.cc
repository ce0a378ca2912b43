#include "telemetry/series.h"

#include <algorithm>
#include <utility>

namespace graylane::telemetry {

namespace {

constexpr std::array<std::string_view, 4> kRoleNames = {"stable", "canary", "default", "none"};
constexpr std::array<std::string_view, 10> kMethodNames = {"GET",    "HEAD",    "POST",  "PUT",     "PATCH",
                                                           "DELETE", "OPTIONS", "TRACE", "CONNECT", "other"};

template <const auto& kBounds>
void record_time(BoundedRecorder<kBounds>& recorder, uint64_t nanoseconds) {
  if (nanoseconds != kNoTime) recorder.record(nanoseconds);
}

}  // namespace

std::string_view to_string(Role role) { return kRoleNames[static_cast<size_t>(role)]; }
std::string_view to_string(Method method) { return kMethodNames[static_cast<size_t>(method)]; }

Method method_of(std::string_view name) {
  const auto end = kMethodNames.end() - 1;
  return static_cast<Method>(std::find(kMethodNames.begin(), end, name) - kMethodNames.begin());
}

Series::Series(SeriesKey key) : key_(std::move(key)) {}

Series::~Series() {
  const Cell* cell = cells();
  while (cell != nullptr) delete std::exchange(cell, cell->next);
}

Cell* Series::find(Method method, uint16_t status) const {
  for (Cell* cell = cells_.load(std::memory_order_relaxed); cell != nullptr; cell = cell->next) {
    if (cell->method == method && cell->status == status) return cell;
  }
  return nullptr;
}

Cell& Series::cell(Method method, uint16_t status) {
  if (last_ != nullptr && last_->method == method && last_->status == status) return *last_;
  last_ = find(method, status);
  if (last_ != nullptr) return *last_;
  if (cell_count_ + 1 >= kCellsMax) {  // the last place is kept for all that comes beyond
    method = Method::kOther;
    status = kAnyStatus;
    last_ = find(method, status);
    if (last_ != nullptr) return *last_;
  }
  auto added = std::make_unique<Cell>();
  added->method = method;
  added->status = status;
  added->next = cells_.load(std::memory_order_relaxed);
  ++cell_count_;
  last_ = added.release();
  cells_.store(last_, std::memory_order_release);
  return *last_;
}

void Series::record(const RequestRecord& request) {
  Cell& counts = cell(request.method, request.status);
  counts.requests.add();
  if (request.by_weight) by_weight_.add();
  counts.duration.record(request.duration);
  record_time(counts.connect, request.connect_duration);
  record_time(counts.header, request.header_duration);
  record_time(counts.response, request.response_duration);
  counts.request_size.record(request.request_bytes);
  counts.response_size.record(request.response_bytes);
  counts.bytes_sent.record(request.response_bytes);
  duration_.record(request.duration);
  if (request.header_duration != kNoTime) header_duration_.record(request.header_duration);
}

}  // namespace graylane::telemetry
