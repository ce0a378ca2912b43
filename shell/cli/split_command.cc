#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/route_rows.h"
#include "cli/running.h"
#include "doc/print.h"

namespace graylane::cli {

namespace {

struct Measured {
  uint64_t requests = 0;          // of the route
  uint64_t canary = 0;            // of them, to this canary
  uint64_t by_weight = 0;         // of the route's, those that the weights decided
  uint64_t canary_by_weight = 0;  // of them, to this canary
  uint64_t stable_errors = 0;
  uint64_t canary_errors = 0;
};

/// "NAMESPACE/SERVICE:PORT" as the counters have it.
std::string backend_name(std::string_view shown) {
  std::string name(shown.substr(0, shown.find(' ')));
  std::ranges::replace(name, '/', '-');
  std::ranges::replace(name, ':', '-');
  return name;
}

Measured measured(const RouteRow& row, const daemon::Shares& shares) {
  Measured sum;
  for (const telemetry::RouteShare& share : shares.routes) {
    if ((share.host.empty() ? "*" : share.host) != row.host || share.path != row.path) continue;
    for (const telemetry::RouteShare::Part& part : share.parts) {
      sum.requests += part.requests;
      sum.by_weight += part.by_weight;
      if (part.role == telemetry::Role::kStable) sum.stable_errors += part.server_errors;
      if (part.role != telemetry::Role::kCanary || part.backend != backend_name(row.canary)) continue;
      sum.canary += part.requests;
      sum.canary_by_weight += part.by_weight;
      sum.canary_errors += part.server_errors;
    }
  }
  return sum;
}

/// In percent, of the requests that no header or cookie decides.
double share_of(const Measured& measured) {
  return 100.0 * static_cast<double>(measured.canary_by_weight) / static_cast<double>(measured.by_weight);
}

std::string share_text(const Measured& measured) {
  return measured.by_weight == 0 ? "-" : fmt::format("{:.2f} %", share_of(measured));
}

/// "0.5 %" as a number.
double asked_of(const RouteRow& row) { return row.weight.empty() ? 0 : std::strtod(row.weight.c_str(), nullptr); }

doc::Value to_value(const RouteRow& row, const Measured& measured, const daemon::Shares& shares) {
  doc::Object object;
  const auto number = [](uint64_t value) { return doc::Value(static_cast<int64_t>(value)); };
  object.set("host", doc::Value(row.host));
  object.set("path", doc::Value(row.path));
  object.set("stable", doc::Value(row.stable_service));
  object.set("canary", doc::Value(row.canary_service));
  object.set("rule", doc::Value(row.rule));
  object.set("asked", doc::Value(asked_of(row)));
  object.set("measured", measured.by_weight == 0 ? doc::Value::null() : doc::Value(share_of(measured)));
  object.set("byWeight", number(measured.by_weight));
  object.set("requests", number(measured.requests));
  object.set("canaryRequests", number(measured.canary));
  object.set("stableErrors", number(measured.stable_errors));
  object.set("canaryErrors", number(measured.canary_errors));
  object.set("seconds", doc::Value(std::chrono::duration<double>(shares.since).count()));
  return doc::Value(std::move(object));
}

}  // namespace

int split(const SplitFlags& flags, Io& io) {
  const daemon::Shares shares = io.running->shares();
  Columns columns;
  columns.row({"HOST", "PATH", "STABLE", "CANARY", "BY", "ASKED", "MEASURED", "REQUESTS", "5XX STABLE", "5XX CANARY"});
  size_t found = 0;
  const std::vector<RouteRow> rows = shares.table ? route_rows(*shares.table) : std::vector<RouteRow>();
  for (const RouteRow& row : rows) {
    if (row.canary.empty()) continue;
    ++found;
    const Measured seen = measured(row, shares);
    if (flags.output == "json") {
      io.out.line(doc::to_json(to_value(row, seen, shares)));
      continue;
    }
    columns.row({printable(row.host), printable(row.path), row.stable_service, row.canary_service,
                 row.conditions.empty() ? "-" : printable(row.conditions), row.weight.empty() ? "0 %" : row.weight,
                 share_text(seen), std::to_string(seen.requests), std::to_string(seen.stable_errors),
                 std::to_string(seen.canary_errors)});
  }
  if (flags.output == "json") return kOk;
  if (found == 0) return io.talk("no canary is in force"), kOk;
  io.out.write(columns.text(2));
  io.talk(fmt::format(
      "counted for {:.1f} s, since the last edit took effect; ASKED and MEASURED are of requests that BY does not decide",
      std::chrono::duration<double>(shares.since).count()));
  return kOk;
}

}  // namespace graylane::cli
