// What every table and request must hold, whatever they are: the index finds what a walk finds, and explain() tells what
// match() and all possible draws do. Used by property tests and the fuzz target. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "route/explain.h"
#include "route/match.h"
#include "route/table.h"

namespace graylane::route::test {

/// The plainest reading of "in order of precedence".
inline const Rule* first_match(const Host& host, std::string_view path, RegexScratch& scratch) {
  for (const Rule& rule : host.rules) {
    if (detail::match_path(host, rule, path, scratch) == Why::kMatched) return &rule;
  }
  return nullptr;
}

struct Share {
  BackendId backend;
  double share;
};

inline std::string_view key_of(const Split& split, const Request& request, const Normalised& normalised,
                               const ListenerOptions& options, Scratch& scratch) {
  switch (split.sticky.key) {
    case Sticky::Key::kNothing: return {};
    case Sticky::Key::kCookie: return find_cookie(request, split.sticky.name);
    case Sticky::Key::kHeader: return find_header(request, split.sticky.name, options, scratch.text);
    case Sticky::Key::kSourceIp:
      return {reinterpret_cast<const char*>(normalised.client.bytes.data()), normalised.client.bytes.size()};
  }
  return {};
}

/// Every backend that the draw may give: who is not ready is passed over for the stable version.
inline std::vector<Share> shares_of(const Table& table, const Split& split, std::string_view key) {
  if (key.data() != nullptr) {
    const bool canary = pick_sticky(split.sticky.salt, key, split.destinations[1].weight, split.total);
    return {{split.destinations[canary ? 1 : 0].backend, 1}};
  }
  std::vector<Share> shares{{split.destinations[0].backend, 0}};
  uint64_t left = split.total;
  for (size_t i = 1; i < split.destinations.size(); ++i) {
    const Destination& destination = split.destinations[i];
    if (destination.weight == 0 || !table.backend(destination.backend).ready()) continue;
    left -= destination.weight;
    shares.push_back({destination.backend, static_cast<double>(destination.weight) / static_cast<double>(split.total)});
  }
  shares[0].share = static_cast<double>(left) / static_cast<double>(split.total);
  std::erase_if(shares, [](const Share& share) { return share.share == 0; });
  return shares;
}

struct Expected {
  std::vector<Share> to;
  std::optional<uint16_t> status;
  std::string location;
  Forwarded forwarded;
};

inline Expected expected(const Table& table, const Request& request, Scratch& scratch) {
  const Normalised normalised = normalise(request, *table.listener, scratch.text);
  const TemplateInput input{request, normalised, *table.listener, scratch.text};
  NullTracer tracer;
  const Match match = route::match(table, request, normalised, scratch, tracer);
  Expected result;
  if (match.kind != Match::Kind::kBackend && match.kind != Match::Kind::kDraw) {
    result.status = match.status;
    result.location = location_of(match, input, scratch);
    return result;
  }
  result.forwarded = forwarded_request(match, input, scratch);
  if (!result.forwarded.valid) {
    result.status = 500;
  } else if (match.kind == Match::Kind::kBackend) {
    result.to.push_back({match.backend, 1});
  } else {
    result.to = shares_of(table, *match.split, key_of(*match.split, request, normalised, *table.listener, scratch));
  }
  return result;
}

inline bool same_outcome(const Table& table, const Expected& expected, const Share& share, const Outcome& outcome) {
  const Backend& backend = table.backend(share.backend);
  return backend.ready() && outcome.service == backend.ns + "/" + backend.service &&
         std::abs(outcome.share - share.share) < 1e-12 && outcome.path == expected.forwarded.target &&
         outcome.host == expected.forwarded.host;
}

/// Why explain() and match() differ for this request; empty: they agree.
inline std::string explain_disagrees(const Table& table, const Request& request) {
  Scratch scratch;
  Scratch other;
  const Expected wanted = expected(table, request, scratch);
  const Explanation told = explain(table, request, other);
  if (told.status != wanted.status) return "status";
  if (told.location.value_or("") != wanted.location) return "location";
  if (told.to.size() != wanted.to.size()) return "number of destinations";
  double sum = 0;
  for (size_t i = 0; i < told.to.size(); ++i) {
    sum += told.to[i].share;
    if (!same_outcome(table, wanted, wanted.to[i], told.to[i])) return "destination " + std::to_string(i);
  }
  if (!told.to.empty() && std::abs(sum - 1) > 1e-12) return "sum of the shares";
  if (told.to.empty() != told.status.has_value()) return "neither a destination nor an answer";
  return told.to.empty() == (told.verdict == Verdict::kNobody) ? "" : "verdict";
}

/// Why the index and a walk differ for this request; empty: they agree.
inline std::string index_disagrees(const Table& table, const Request& request) {
  Scratch scratch;
  const Normalised normalised = normalise(request, *table.listener, scratch.text);
  if (normalised.refused_status != 0) return "";
  const Host& host = table.find_host(normalised.host_name, scratch.regex);
  const uint32_t index = detail::find_rule(host, host.index, normalised.path, PathPrefixes(normalised.path), scratch.regex);
  const Rule* found = index == kNoIndex ? nullptr : &host.rules[index];
  return found == first_match(host, normalised.path, scratch.regex) ? "" : "rule for " + std::string(normalised.path);
}

}  // namespace graylane::route::test
