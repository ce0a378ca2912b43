#include "daemon/publisher.h"

#include <chrono>
#include <utility>

#include "daemon/shares.h"

namespace graylane::daemon {

Result<void> Publisher::compile() {
  const auto table = feed_.poll();
  if (!table) return std::unexpected(table.error());
  compiling_ = feed_.diagnostics();
  return {};
}

Result<void> Publisher::publish(std::optional<net::Instant> edited_since, bool reroutes) {
  auto table = feed_.poll();
  if (!table) return std::unexpected(std::move(table.error()));
  const bool edited = edited_since.has_value();
  if (*table == table_ && !edited) {
    note_revision();
    return {};
  }
  const net::Instant since = edited_since.value_or(std::chrono::steady_clock::now());
  Published published{feed_.revision(), since, reroutes || edited, {0, table_, *table, {}, edited, {}, true}};
  table_ = *table;
  published.effective.revision = gateway_->publish(table_);
  published_.push_back(std::move(published));
  compiling_ = feed_.diagnostics();
  return {};
}

/// A change that does not concern routing is acknowledged as soon as what is on its way.
void Publisher::note_revision() {
  if (published_.empty()) store_revision_ = feed_.revision();
  else published_.back().store_revision = feed_.revision();
}

std::vector<Effective> Publisher::acknowledged(bool clean) {
  std::vector<Effective> all;
  const uint64_t reached = gateway_->acknowledged();
  while (!published_.empty() && published_.front().effective.revision <= reached) {
    Published published = std::move(published_.front());
    published_.pop_front();
    store_revision_ = published.store_revision;
    in_force_ = published.effective.revision;
    published.effective.took = std::chrono::steady_clock::now() - published.since;
    published.effective.clean = clean;
    if (published.reroutes) begin_shares();
    all.push_back(std::move(published.effective));
  }
  return all;
}

bool Publisher::tell_later(const Diagnostics& findings) {
  if (published_.empty()) return false;
  Diagnostics& told = published_.back().effective.findings;
  told.insert(told.end(), findings.begin(), findings.end());
  return true;
}

void Publisher::begin_shares() {
  before_ = telemetry::route_shares(telemetry_.snapshot());
  since_ = std::chrono::steady_clock::now();
}

Shares Publisher::shares() const {
  return {shares_since(telemetry::route_shares(telemetry_.snapshot()), before_), std::chrono::steady_clock::now() - since_,
          table_};
}

}  // namespace graylane::daemon
