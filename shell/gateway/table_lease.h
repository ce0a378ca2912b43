// TableLease: one table as one worker uses it. Requests hold it while they are in flight, so that what they point to stays;
// the counts are the worker's own and not atomic. Whoever lets go last ends it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "route/table.h"
#include "telemetry/series.h"

namespace graylane::gateway {

struct SeriesOf {
  const route::Rule* rule;  // nullptr: no rule
  route::BackendId backend;
  telemetry::Role role;
  bool operator==(const SeriesOf&) const = default;
};

struct SeriesOfHash {
  size_t operator()(const SeriesOf& of) const {
    const auto rule = reinterpret_cast<uintptr_t>(of.rule);
    return (rule ^ (static_cast<uint64_t>(of.backend) << 8) ^ static_cast<uint64_t>(of.role)) * 0x9e3779b97f4a7c15ULL >> 16;
  }
};

class TableLease {
 public:
  TableLease() = default;
  explicit TableLease(route::TablePtr table) : held_(new Held{std::move(table), {}, 1}) {}
  TableLease(const TableLease& other) : held_(other.held_) {
    if (held_ != nullptr) ++held_->leases;
  }
  TableLease(TableLease&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  TableLease& operator=(TableLease other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~TableLease() {
    if (held_ != nullptr && --held_->leases == 0) delete held_;
  }

  explicit operator bool() const { return held_ != nullptr; }
  const route::Table& operator*() const { return *held_->table; }
  const route::Table* operator->() const { return held_->table.get(); }
  /// What this table's rules count into, as far as it was asked for.
  std::unordered_map<SeriesOf, telemetry::Series*, SeriesOfHash>& series() const { return held_->series; }

 private:
  struct Held {
    route::TablePtr table;
    std::unordered_map<SeriesOf, telemetry::Series*, SeriesOfHash> series;
    uint32_t leases;
  };
  Held* held_ = nullptr;
};

}  // namespace graylane::gateway
