#include "cli/changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include "cli/route_rows.h"

namespace graylane::cli {

namespace {

constexpr size_t kChangesShown = 3;

using RouteKey = std::tuple<std::string, std::string, std::string>;  // host, path, type
using Routes = std::map<RouteKey, std::vector<RouteRow>>;            // a row for each canary

Routes by_route(std::vector<RouteRow> rows) {
  Routes routes;
  for (RouteRow& row : rows) {
    RouteKey key{row.host, row.path, row.type};
    routes[std::move(key)].push_back(std::move(row));
  }
  return routes;
}

std::string_view number_of(std::string_view percent) { return percent.empty() ? "0" : percent.substr(0, percent.find(' ')); }

std::string endpoints_change(std::string_view service, size_t before, size_t after) {
  return fmt::format("{} {} -> {} endpoint{}", service, before, after, after == 1 ? "" : "s");
}

class RouteChange {
 public:
  RouteChange(const RouteKey& key, std::vector<std::string>& lines)
      : place_(fmt::format("{}{}", std::get<0>(key), std::get<1>(key))), lines_(lines) {}

  void compare(std::span<const RouteRow> before, std::span<const RouteRow> after) {
    if (before.empty()) return added(after);
    if (after.empty()) return add(fmt::format("route removed, it went to {}", before[0].stable));
    compare_stable(before[0], after[0]);
    for (const RouteRow& row : after) compare_canary(row, before);
    for (const RouteRow& row : before) {
      const bool gone = !row.canary.empty() && find_canary(row, after) == nullptr;
      if (gone) add(fmt::format("canary {} removed", row.canary_service));
    }
  }

 private:
  void add(const std::string& text) { lines_.push_back(fmt::format("{} ({})", text, place_)); }

  void added(std::span<const RouteRow> rows) {
    add(fmt::format("route added to {}", rows[0].stable));
    for (const RouteRow& row : rows) {
      if (!row.canary.empty()) add(fmt::format("canary {} added: {}", row.canary_service, row.rule));
    }
  }

  void compare_stable(const RouteRow& before, const RouteRow& after) {
    if (before.stable_service != after.stable_service || before.stable_service.empty()) {
      if (before.stable != after.stable) add(fmt::format("stable {} -> {}", before.stable, after.stable));
    } else if (before.stable_endpoints != after.stable_endpoints) {
      add(endpoints_change(after.stable_service, before.stable_endpoints, after.stable_endpoints));
    }
    if (before.policy != after.policy)
      add(fmt::format("policy {} -> {}", before.policy.empty() ? "none" : before.policy,
                      after.policy.empty() ? "none" : after.policy));
  }

  static const RouteRow* find_canary(const RouteRow& row, std::span<const RouteRow> among) {
    const auto found = std::ranges::find(among, row.canary_service, &RouteRow::canary_service);
    return found == among.end() || found->canary.empty() ? nullptr : &*found;
  }

  void compare_canary(const RouteRow& after, std::span<const RouteRow> rows) {
    if (after.canary.empty()) return;
    const RouteRow* before = find_canary(after, rows);
    if (before == nullptr) return add(fmt::format("canary {} added: {}", after.canary_service, after.rule));
    if (before->weight != after.weight) add(fmt::format("canary {} -> {} %", number_of(before->weight), number_of(after.weight)));
    if (before->conditions != after.conditions) {
      // Without a condition the weight alone is left, which may be nothing.
      const auto named = [](const RouteRow& row) {
        if (!row.conditions.empty()) return row.conditions;
        return row.weight.empty() ? std::string("nothing") : "weight alone, " + row.weight;
      };
      add(fmt::format("canary by {} -> {}", named(*before), named(after)));
    }
    if (before->canary_endpoints != after.canary_endpoints)
      add(endpoints_change(after.canary_service, before->canary_endpoints, after.canary_endpoints));
  }

  std::string place_;
  std::vector<std::string>& lines_;
};

}  // namespace

std::vector<std::string> describe_changes(const route::Table& before, const route::Table& after) {
  const Routes old_routes = by_route(changed_rows(before, after));
  const Routes new_routes = by_route(changed_rows(after, before));
  std::vector<std::string> lines;
  const auto rows_in = [](const Routes& routes, const RouteKey& key) {
    const auto found = routes.find(key);
    return found == routes.end() ? std::span<const RouteRow>() : std::span<const RouteRow>(found->second);
  };
  for (const auto& [key, rows] : new_routes) RouteChange(key, lines).compare(rows_in(old_routes, key), rows);
  for (const auto& [key, rows] : old_routes) {
    if (!new_routes.contains(key)) RouteChange(key, lines).compare(rows, {});
  }
  // The same endpoints stand behind many routes.
  std::vector<std::string> once;
  for (std::string& line : lines) {
    if (std::ranges::find(once, line) == once.end()) once.push_back(std::move(line));
  }
  return once;
}

std::string join_changes(const std::vector<std::string>& changes) {
  if (changes.empty()) return "no route changed";
  const std::span<const std::string> shown = std::span(changes).first(std::min(changes.size(), kChangesShown));
  const size_t rest = changes.size() - shown.size();
  return fmt::format("{}{}", fmt::join(shown, "; "), rest == 0 ? "" : fmt::format(" and {} more", rest));
}

}  // namespace graylane::cli
