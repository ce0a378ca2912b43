#include "cli/route_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "route/trace.h"

namespace graylane::cli {

namespace {

using route::Destination;
using route::Host;
using route::Policy;
using route::Response;
using route::Rule;
using route::RuleKind;
using route::Split;
using route::Table;
using route::Test;

std::string_view type_of(const Rule& rule) {
  switch (rule.path_kind) {
    case route::PathKind::kExact: return "Exact";
    case route::PathKind::kSegmentPrefix: return "Prefix";
    case route::PathKind::kPrefix: return "StartsWith";
    case route::PathKind::kRegex: break;
  }
  return "Regex";
}

std::string service_of(const route::Backend& backend) { return backend.ns + "/" + backend.service; }

std::string name_of(const route::Backend& backend) {
  return fmt::format("{}:{}{}", service_of(backend), backend.port, backend.ready() ? "" : " (no endpoints)");
}

std::string name_of(const Response& response) {
  return fmt::format("answers {}{}", response.status,
                     response.location.is_literal() && !response.location.parts.empty()
                         ? " " + std::string(response.location.literal_text())
                         : "");
}

std::string name_of(const Test& test) {
  switch (test.kind) {
    case Test::Kind::kAffinityCookie: return "session cookie " + test.name;
    case Test::Kind::kHeaderEquals: return fmt::format("header {}={}", test.name, test.value);
    case Test::Kind::kHeaderMatches: return fmt::format("header {}=~{}", test.name, test.pattern_text);
    case Test::Kind::kCookieEquals: return fmt::format("cookie {}={}", test.name, test.value);
  }
  return {};
}

std::string list(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }

std::string conditions_of(const Split& split, size_t destination) {
  std::vector<std::string> parts;
  for (const Test& test : split.tests) {
    if (test.destination == destination) parts.push_back(name_of(test));
  }
  return list(parts);
}

std::string weight_of(const Split& split, size_t destination) {
  const uint64_t weight = split.destinations[destination].weight;
  return split.total > 0 && weight > 0 ? percent(static_cast<double>(weight) / static_cast<double>(split.total)) : "";
}

/// A literal with the places that a request fills in as '$' and a number or "{...}".
std::string text_of(const route::TextTemplate& text) {
  std::string out;
  for (const route::TextTemplate::Part& part : text.parts) {
    switch (part.kind) {
      case route::TextTemplate::Part::Kind::kLiteral: out += part.text; break;
      case route::TextTemplate::Part::Kind::kCapture: out += fmt::format("${}", part.capture); break;
      case route::TextTemplate::Part::Kind::kVariable: out += "{...}"; break;
    }
  }
  return out;
}

/// In the order in which they act.
std::string policy_of(const Host& host, const Rule& rule) {
  std::vector<std::string> parts;
  if (host.closed) parts.push_back(fmt::format("host closed with {}", host.closed->status));
  if (rule.policy >= host.policies.size()) return list(parts);
  const Policy& policy = *host.policies[rule.policy];
  if (policy.closed) parts.push_back(fmt::format("closed with {}", policy.closed->status));
  if (policy.redirect) parts.push_back(fmt::format("redirect {}", policy.redirect->status));
  if (policy.https_redirect && !rule.https_redirect_exempt) parts.emplace_back("to https");
  if (!policy.deny.empty()) parts.push_back(fmt::format("deny {}", policy.deny.size()));
  if (!policy.allow.empty()) parts.push_back(fmt::format("allow {}", policy.allow.size()));
  if (policy.closed_by_auth) parts.push_back(fmt::format("closed with {} (authentication)", policy.closed_by_auth->status));
  if (policy.rewrite) parts.push_back("rewrite " + text_of(*policy.rewrite));
  if (policy.upstream_host) parts.push_back("host " + text_of(*policy.upstream_host));
  if (policy.affinity) parts.push_back("session cookie " + policy.affinity->cookie);
  if (policy.retry) parts.push_back(fmt::format("{} tries", policy.retry->tries_max));
  if (policy.response_edits) parts.emplace_back("edits answers");
  if (policy.http_1_0) parts.emplace_back("HTTP/1.0");
  if (!policy.notes.empty()) parts.push_back(fmt::format("{} not applied yet", policy.notes.size()));
  return list(parts);
}

std::string sticky_of(const Split& split) {
  std::vector<std::string> parts;
  if (!split.affinity_cookie.empty()) parts.push_back("session cookie " + split.affinity_cookie);
  switch (split.sticky.key) {
    case route::Sticky::Key::kNothing: break;
    case route::Sticky::Key::kCookie: parts.push_back("cookie " + split.sticky.name); break;
    case route::Sticky::Key::kHeader: parts.push_back("header " + split.sticky.name); break;
    case route::Sticky::Key::kSourceIp: parts.emplace_back("source-ip"); break;
  }
  return list(parts);
}

/// What answers in the place of a backend, whatever else the rule says.
const Response* answer_of(const Host& host, const Rule& rule) {
  if (rule.kind == RuleKind::kRespondAtOnce) return &host.responses[rule.target];
  if (host.closed) return &*host.closed;
  if (rule.policy < host.policies.size()) {
    const Policy& policy = *host.policies[rule.policy];
    if (policy.closed) return &*policy.closed;
    if (policy.redirect) return &*policy.redirect;
    if (policy.closed_by_auth) return &*policy.closed_by_auth;
  }
  return rule.kind == RuleKind::kRespond ? &host.responses[rule.target] : nullptr;
}

class Lister {
 public:
  explicit Lister(const Table& table) : table_(table) {}

  void add(const std::string& name, const Host& host) {
    for (const Rule& rule : host.rules) {
      if (!rule.implicit) add(name, host, rule);
    }
  }
  std::vector<RouteRow> take() { return std::move(rows_); }

 private:
  void add(const std::string& name, const Host& host, const Rule& rule) {
    RouteRow row;
    row.host = name;
    row.path = rule.path;
    row.type = type_of(rule);
    row.from = location_of(host, rule.at);
    row.object = object_of(host, rule.at);
    row.policy = policy_of(host, rule);
    if (const Response* response = answer_of(host, rule)) {
      row.stable = name_of(*response);
      rows_.push_back(std::move(row));
    } else if (rule.kind == RuleKind::kSplit) {
      add_split(host, host.splits[rule.target], row);
    } else {
      set_stable(row, rule.target);
      rows_.push_back(std::move(row));
    }
  }

  /// One row for each canary.
  void add_split(const Host& host, const Split& split, RouteRow row) {
    set_stable(row, split.destinations[0].backend);
    row.sticky = sticky_of(split);
    for (size_t i = 1; i < split.destinations.size(); ++i) {
      const Destination& canary = split.destinations[i];
      row.canary = name_of(table_.backend(canary.backend));
      row.canary_service = service_of(table_.backend(canary.backend));
      row.canary_object = object_of(host, canary.at);
      row.conditions = conditions_of(split, i);
      row.weight = weight_of(split, i);
      const bool both = !row.conditions.empty() && !row.weight.empty();
      row.rule = both ? row.conditions + ", " + row.weight : row.conditions + row.weight;
      if (row.rule.empty()) row.rule = "never";
      row.canary_endpoints = table_.backend(canary.backend).endpoints.size();
      row.endpoints = fmt::format("{}/{}", row.stable_endpoints, row.canary_endpoints);
      rows_.push_back(row);
    }
    if (split.destinations.size() == 1) rows_.push_back(std::move(row));
  }

  void set_stable(RouteRow& row, route::BackendId id) const {
    row.stable = name_of(table_.backend(id));
    row.stable_service = service_of(table_.backend(id));
    row.stable_endpoints = table_.backend(id).endpoints.size();
    row.endpoints = std::to_string(row.stable_endpoints);
  }

  static std::string object_of(const Host& host, const route::Origin& at) {
    return at.object < host.objects.size() ? host.objects[at.object].name : std::string();
  }

  const Table& table_;
  std::vector<RouteRow> rows_;
};

std::map<std::string, route::HostPtr> named_hosts(const Table& table) {
  std::map<std::string, route::HostPtr> hosts;
  table.exact.for_each([&](const std::string& name, const route::HostPtr& host) { hosts.emplace(name, host); });
  const auto wildcard = [&](const std::string& suffix, const route::HostPtr& host) { hosts.emplace("*" + suffix, host); };
  table.any_suffix.for_each(wildcard);
  table.one_label.for_each(wildcard);
  return hosts;
}

/// As people name them; by name, then expressions, then the fallback.
std::vector<std::pair<std::string, route::HostPtr>> all_hosts(const Table& table) {
  const auto named = named_hosts(table);
  std::vector<std::pair<std::string, route::HostPtr>> hosts(named.begin(), named.end());
  for (const route::HostRegex& entry : table.regexes) hosts.emplace_back("~" + entry.regex->pattern(), entry.host);
  hosts.emplace_back("*", table.fallback);
  return hosts;
}

}  // namespace

bool RouteRow::is_of(std::string_view ns) const {
  const std::string part = fmt::format(" {}/", ns);
  return object.find(part) != object.npos || canary_object.find(part) != canary_object.npos;
}

std::vector<RouteRow> route_rows(const Table& table) {
  Lister lister(table);
  for (const auto& [name, host] : all_hosts(table)) lister.add(name, *host);
  return lister.take();
}

std::vector<RouteRow> changed_rows(const Table& table, const Table& other) {
  const auto listed = all_hosts(other);
  const std::map<std::string, route::HostPtr> others(listed.begin(), listed.end());
  Lister lister(table);
  for (const auto& [name, host] : all_hosts(table)) {
    const auto found = others.find(name);
    if (found == others.end() || found->second != host) lister.add(name, *host);
  }
  return lister.take();
}

std::vector<std::string> host_names(const Table& table) {
  std::vector<std::string> names;
  for (const auto& [name, host] : named_hosts(table)) names.push_back(name);
  return names;
}

std::string percent(double share) { return fmt::format("{:.10g} %", share * 100); }

}  // namespace graylane::cli
