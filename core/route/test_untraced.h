// match() written out by hand without a tracer, for the benchmark that shows what the null tracer costs: nothing. Benchmark
// only; where it and match() differ, match() is right (the benchmark compares their answers first).
#pragma once

#include "route/match.h"

namespace graylane::route::test {

inline void untraced_version(const Table& table, const Split& split, const TemplateInput& input, Scratch& scratch, Match& match) {
  const Destination& stable = split.destinations[0];
  if (!table.ready(stable.backend)) {
    match.status = 503;
    return;
  }
  match.kind = Match::Kind::kBackend;
  match.split = &split;
  match.backend = stable.backend;
  match.role = stable.role;
  bool any_other = false;
  for (size_t i = 1; i < split.destinations.size(); ++i) any_other = any_other || table.ready(split.destinations[i].backend);
  if (!any_other) return;
  uint32_t chosen = kNoIndex;
  for (const Test& test : split.tests) {
    const Why why = detail::run_test(test, detail::subject_of(test, input), scratch.regex);
    if (why == Why::kMatched) chosen = test.destination;
    if (why == Why::kRegexFailed) chosen = test.on_error;
    if (chosen != kNoIndex) break;
  }
  if (chosen == kNoIndex) {
    if (detail::draws(table, split)) match.kind = Match::Kind::kDraw;
    return;
  }
  const Destination& destination = split.destinations[chosen];
  if (!table.ready(destination.backend)) return;
  match.backend = destination.backend;
  match.role = destination.role;
}

inline bool untraced_policy(const Rule& rule, const Policy& policy, const TemplateInput& input, Match& match) {
  const auto respond = [&](const Box<Response>& response) {
    if (response) detail::answer(match, *response);
    return response.has_value();
  };
  if (policy.rewrite && rule.rewrite != kNoIndex && !policy.closed && !policy.redirect &&
      detail::is_absolute_url(*policy.rewrite)) {
    match.kind = Match::Kind::kRewriteRedirect;
    match.status = 302;
    return true;
  }
  if (respond(policy.closed) || respond(policy.redirect)) return true;
  if (policy.https_redirect && !rule.https_redirect_exempt && access_scheme(input) == "http")
    return respond(policy.https_redirect);
  if (!policy.deny.empty() || !policy.allow.empty()) {
    const Address& client = input.normalised.client;
    const bool refused =
        detail::any_contains(policy.deny, client) || (!policy.allow.empty() && !detail::any_contains(policy.allow, client));
    if (!refused && policy.satisfy_any) return false;
    if (refused && !(policy.satisfy_any && policy.closed_by_auth)) {
      match.status = 403;
      return true;
    }
  }
  return respond(policy.closed_by_auth);
}

inline Match untraced_match(const Table& table, const Request& request, const Normalised& normalised, Scratch& scratch) {
  Match match;
  if (normalised.refused_status != 0) {
    match.status = normalised.refused_status;
    return match;
  }
  const uint64_t name_hash = hash_name(normalised.host_name);
  table.exact.prefetch_slot(name_hash);
  const PathPrefixes prefixes(normalised.path);
  const auto [target, rules] = table.find(normalised.host_name, name_hash, scratch.regex);
  const Host& host = *target;
  match.host = &host;
  if (rules.closed() != nullptr) {
    detail::answer(match, *rules.closed());
    return match;
  }
  const uint32_t found = detail::find_rule(host, rules, normalised.path, prefixes, scratch.regex);
  if (found == kNoIndex) {
    match.status = 404;
    return match;
  }
  match.rule = rules.rules() + found;
  const RuleHead& head = rules.head(found);
  match.policy = head.policy;
  if (head.kind == RuleKind::kRespondAtOnce) {
    detail::answer(match, host.responses[head.target]);
    return match;
  }
  const TemplateInput input{request, normalised, *table.listener, scratch.text};
  if (head.policy_acts && untraced_policy(*match.rule, *match.policy, input, match)) return match;
  switch (head.kind) {
    case RuleKind::kRespond:
    case RuleKind::kRespondAtOnce: detail::answer(match, host.responses[head.target]); break;
    case RuleKind::kSplit: untraced_version(table, host.splits[head.target], input, scratch, match); break;
    case RuleKind::kForward:
      if (!table.ready(head.target)) {
        match.status = 503;
        break;
      }
      match.kind = Match::Kind::kBackend;
      match.backend = head.target;
      match.role = head.role;
      break;
  }
  return match;
}

}  // namespace graylane::route::test
