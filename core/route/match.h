// match(): the one matcher. It serves requests (NullTracer, which costs nothing) and explanations (a tracer that keeps a
// record). What it returns needs at most a draw between versions; everything else is decided.
#pragma once

#include <string>
#include <string_view>

#include "route/split.h"
#include "route/table.h"

namespace graylane::route {

/// Why a part did not apply, or did. Read by explain only.
enum class Why : uint8_t {
  kMatched,
  kPathDiffers,
  kRegexNoMatch,
  kRegexFailed,
  kHostUnknown,
  kHeaderAbsent,
  kHeaderDiffers,
  kCookieAbsent,
  kCookieDiffers,
  kNotReady,  // the backend has no endpoints
  kAddressAllowed,
  kAddressRefused,
  kAlreadyHttps,
  kExempt,
};

/// Does nothing. A tracer has the same members.
struct NullTracer {
  static constexpr bool kEnabled = false;
  void host(const Host&) {}
  void rule(const Host&, const Rule&, Why) {}
  void response(const Host&, const Response&) {}
  void https_redirect(const Host&, const Policy&, Why) {}
  void access(const Host&, const Policy&, Why) {}
  void backend(const Host&, const Origin&, const Backend&, Why) {}
  void test(const Host&, const Split&, const Test&, Why, std::string_view /*seen*/) {}
  void draw(const Host&, const Split&) {}
};

/// Memory of one worker for matching.
struct Scratch {
  RegexScratch regex;
  TextScratch text;
};

struct Match {
  enum class Kind : uint8_t {
    kBackend,          // forward to `backend`
    kDraw,             // a version of `split` is to be drawn
    kRespond,          // `response`
    kRewriteRedirect,  // the rewrite target is an absolute URL
    kStatus,           // `status` without more: 400, 403, 503
  };
  Kind kind = Kind::kStatus;
  Role role = Role::kStable;  // with kBackend
  uint16_t status = 0;        // of every answer that the gateway gives itself
  BackendId backend = kNoIndex;
  const Host* host = nullptr;
  const Rule* rule = nullptr;
  const Policy* policy = nullptr;  // never null when there is a rule
  const Split* split = nullptr;
  const Response* response = nullptr;
  bool by_test = false;  // of `split`: a header or a cookie decided, not the weights
};

namespace detail {

inline bool prefix_ends_at_segment(std::string_view path, std::string_view prefix) {
  return path.size() == prefix.size() || path[prefix.size()] == '/';
}

/// Of all kinds but expressions.
inline bool text_matches(PathKind kind, std::string_view text, std::string_view path) {
  if (kind == PathKind::kExact) return path == text;
  if (!path.starts_with(text)) return false;
  return kind == PathKind::kPrefix || text == "/" || prefix_ends_at_segment(path, text);
}

/// On a regular expression's match, `scratch` holds its captures.
inline Why match_path(const Host& host, const Rule& rule, std::string_view path, RegexScratch& scratch) {
  if (rule.path_kind != PathKind::kRegex)
    return text_matches(rule.path_kind, rule.path, path) ? Why::kMatched : Why::kPathDiffers;
  switch (host.regexes[rule.regex]->search(path, scratch)) {
    case RegexOutcome::kMatch: return Why::kMatched;
    case RegexOutcome::kNoMatch: return Why::kRegexNoMatch;
    case RegexOutcome::kError: break;
  }
  return Why::kRegexFailed;
}

/// The first rule that matches; kNoIndex: none does. Reads the index only, but for expressions.
inline uint32_t find_rule(const Host& host, PathIndexView rules, std::string_view path, const PathPrefixes& prefixes,
                          RegexScratch& scratch) {
  uint32_t winner = kNoIndex;
  rules.candidates(prefixes, [&](uint32_t index) {
    const RuleHead& head = rules.head(index);
    const bool matches = head.path_kind == PathKind::kRegex ? match_path(host, host.rules[index], path, scratch) == Why::kMatched
                                                            : text_matches(head.path_kind, rules.text(head), path);
    if (matches) winner = index;
    return matches;
  });
  return winner;
}

template <class Tracer>
void trace_rules(const Host& host, const Rule* winner, std::string_view path, RegexScratch& scratch, Tracer& tracer) {
  for (const Rule& rule : host.rules) {
    tracer.rule(host, rule, match_path(host, rule, path, scratch));
    if (&rule == winner) break;
  }
}

inline bool any_contains(const std::vector<Cidr>& ranges, const Address& address) {
  for (const Cidr& range : ranges) {
    if (range.contains(address)) return true;
  }
  return false;
}

/// What the test looks at; nullptr data when absent.
inline std::string_view subject_of(const Test& test, const TemplateInput& input) {
  switch (test.kind) {
    case Test::Kind::kAffinityCookie: return find_cookie_exact(input.request, test.name);
    case Test::Kind::kCookieEquals: return find_cookie(input.request, test.name);
    case Test::Kind::kHeaderEquals:
    case Test::Kind::kHeaderMatches: break;
  }
  return find_header(input.request, test.name, input.options, input.scratch);
}

/// ingress-nginx's affinity cookie is "NODE|BACKEND"; empty parts do not count.
inline std::string_view affinity_key_of(std::string_view cookie) {
  size_t part = 0;
  while (!cookie.empty()) {
    const std::string_view text = cookie.substr(0, cookie.find('|'));
    cookie.remove_prefix(std::min(cookie.size(), text.size() + 1));
    if (!text.empty() && ++part == 2) return text;
  }
  return {};
}

inline Why run_test(const Test& test, std::string_view subject, RegexScratch& scratch) {
  const bool is_cookie = test.kind == Test::Kind::kAffinityCookie || test.kind == Test::Kind::kCookieEquals;
  if (subject.data() == nullptr) return is_cookie ? Why::kCookieAbsent : Why::kHeaderAbsent;
  switch (test.kind) {
    case Test::Kind::kAffinityCookie: return affinity_key_of(subject) == test.value ? Why::kMatched : Why::kCookieDiffers;
    case Test::Kind::kCookieEquals: return subject == test.value ? Why::kMatched : Why::kCookieDiffers;
    case Test::Kind::kHeaderEquals: return subject == test.value ? Why::kMatched : Why::kHeaderDiffers;
    case Test::Kind::kHeaderMatches: break;
  }
  if (!test.pattern) return Why::kRegexFailed;
  switch (test.pattern->search(subject, scratch)) {
    case RegexOutcome::kMatch: return Why::kMatched;
    case RegexOutcome::kNoMatch: return Why::kHeaderDiffers;
    case RegexOutcome::kError: break;
  }
  return Why::kRegexFailed;
}

inline bool draws(const Table& table, const Split& split) {
  if (split.total == 0) return false;
  for (size_t i = 1; i < split.destinations.size(); ++i) {
    if (split.destinations[i].weight > 0 && table.ready(split.destinations[i].backend)) return true;
  }
  return false;
}

/// Which destination the tests choose; kNoIndex: none of them, the weights decide.
template <class Tracer>
uint32_t run_tests(const Host& host, const Split& split, const TemplateInput& input, Scratch& scratch, Tracer& tracer) {
  for (const Test& test : split.tests) {
    const std::string_view subject = subject_of(test, input);
    const Why why = run_test(test, subject, scratch.regex);
    tracer.test(host, split, test, why, subject);
    if (why == Why::kMatched) return test.destination;
    if (why == Why::kRegexFailed) return test.on_error;
  }
  return kNoIndex;
}

template <class Tracer>
void choose_version(const Table& table, const Split& split, const TemplateInput& input, Scratch& scratch, Tracer& tracer,
                    Match& match) {
  const Destination& stable = split.destinations[0];
  if (!table.ready(stable.backend)) {
    tracer.backend(*match.host, stable.at, table.backend(stable.backend), Why::kNotReady);
    match.status = 503;
    return;
  }
  match.kind = Match::Kind::kBackend;
  match.split = &split;
  match.backend = stable.backend;
  match.role = stable.role;
  bool any_other = false;
  for (size_t i = 1; i < split.destinations.size(); ++i) {
    const BackendId other = split.destinations[i].backend;
    const bool ready = table.ready(other);
    any_other = any_other || ready;
    if (!ready) tracer.backend(*match.host, split.destinations[i].at, table.backend(other), Why::kNotReady);
  }
  if (!any_other) return;
  const uint32_t chosen = run_tests(*match.host, split, input, scratch, tracer);
  if (chosen == kNoIndex) {
    if (!draws(table, split)) return;
    match.kind = Match::Kind::kDraw;
    tracer.draw(*match.host, split);
    return;
  }
  match.by_test = true;
  const Destination& destination = split.destinations[chosen];
  if (!table.ready(destination.backend)) return;
  match.backend = destination.backend;
  match.role = destination.role;
}

inline void answer(Match& match, const Response& response) {
  match.kind = Match::Kind::kRespond;
  match.response = &response;
  match.status = response.status;
}

/// "https://..." as a rewrite target is a redirect.
inline bool is_absolute_url(const TextTemplate& target) {
  if (target.parts.empty()) return false;
  const TextTemplate::Part& first = target.parts[0];
  if (first.kind == TextTemplate::Part::Kind::kVariable) return first.variable == Variable::kScheme;
  return first.text.starts_with("http://") || first.text.starts_with("https://");
}

/// Redirects, access and protections; true when the gateway answers.
template <class Tracer>
bool apply_policy(const Rule& rule, const Policy& policy, const TemplateInput& input, Tracer& tracer, Match& match) {
  if (policy.rewrite && rule.rewrite != kNoIndex && !policy.closed && !policy.redirect && is_absolute_url(*policy.rewrite)) {
    match.kind = Match::Kind::kRewriteRedirect;
    match.status = 302;
    return true;
  }
  const auto respond = [&](const Box<Response>& response) {
    if (!response) return false;
    tracer.response(*match.host, *response);
    answer(match, *response);
    return true;
  };
  if (respond(policy.closed) || respond(policy.redirect)) return true;
  if (policy.https_redirect) {
    const bool http = access_scheme(input) == "http";
    const Why why = rule.https_redirect_exempt ? Why::kExempt : http ? Why::kMatched : Why::kAlreadyHttps;
    tracer.https_redirect(*match.host, policy, why);
    if (why == Why::kMatched) {
      answer(match, *policy.https_redirect);
      return true;
    }
  }
  if (!policy.deny.empty() || !policy.allow.empty()) {
    const Address& client = input.normalised.client;
    const bool denied = any_contains(policy.deny, client);
    const bool allowed = !denied && any_contains(policy.allow, client);
    const bool refused = denied || (!policy.allow.empty() && !allowed);
    tracer.access(*match.host, policy, refused ? Why::kAddressRefused : Why::kAddressAllowed);
    if (allowed && policy.satisfy_any) return false;  // a deny list alone satisfies nobody
    if (refused && !(policy.satisfy_any && policy.closed_by_auth)) {
      match.status = 403;
      return true;
    }
  }
  return respond(policy.closed_by_auth);
}

}  // namespace detail

/// `normalised` must come from `request` with the table's listener options and this scratch.
template <class Tracer>
Match match(const Table& table, const Request& request, const Normalised& normalised, Scratch& scratch, Tracer& tracer) {
  Match match;
  if (normalised.refused_status != 0) {
    match.status = normalised.refused_status;
    return match;
  }
  const uint64_t name_hash = hash_name(normalised.host_name);
  table.exact.prefetch_slot(name_hash);
  const PathPrefixes prefixes(normalised.path);  // while the slot is on its way
  const auto [target, rules] = table.find(normalised.host_name, name_hash, scratch.regex);
  const Host& host = *target;
  match.host = &host;
  tracer.host(host);
  if (rules.closed() != nullptr) {
    tracer.response(host, *rules.closed());
    detail::answer(match, *rules.closed());
    return match;
  }
  const uint32_t found = detail::find_rule(host, rules, normalised.path, prefixes, scratch.regex);
  if (found != kNoIndex) match.rule = rules.rules() + found;
  if constexpr (Tracer::kEnabled) detail::trace_rules(host, match.rule, normalised.path, scratch.regex, tracer);
  if (found == kNoIndex) {
    match.status = 404;
    return match;
  }
  const RuleHead& head = rules.head(found);
  match.policy = head.policy;
  const auto respond = [&] {
    tracer.response(host, host.responses[head.target]);
    detail::answer(match, host.responses[head.target]);
  };
  if (head.kind == RuleKind::kRespondAtOnce) {
    respond();
    return match;
  }
  const TemplateInput input{request, normalised, *table.listener, scratch.text};
  if (head.policy_acts && detail::apply_policy(*match.rule, *match.policy, input, tracer, match)) return match;
  switch (head.kind) {
    case RuleKind::kRespond:
    case RuleKind::kRespondAtOnce: respond(); break;
    case RuleKind::kSplit: detail::choose_version(table, host.splits[head.target], input, scratch, tracer, match); break;
    case RuleKind::kForward: {
      if (!table.ready(head.target)) {
        tracer.backend(host, match.rule->at, table.backend(head.target), Why::kNotReady);
        match.status = 503;
        break;
      }
      match.kind = Match::Kind::kBackend;
      match.backend = head.target;
      match.role = head.role;
      break;
    }
  }
  return match;
}

/// The Location header of an answer; empty: none.
std::string location_of(const Match& match, const TemplateInput& input, Scratch& scratch);

/// What the backend gets.
struct Forwarded {
  std::string target;  // path and query
  std::string host;
  std::string forwarded_prefix;  // X-Forwarded-Prefix; empty: as the client sent it
  bool valid = true;             // false: the rewritten path is empty, nginx answers 500
};
Forwarded forwarded_request(const Match& match, const TemplateInput& input, Scratch& scratch);

}  // namespace graylane::route
