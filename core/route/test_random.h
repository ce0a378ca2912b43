// Random tables and requests from a seed, small enough that their parts meet often. Plain values; one thread.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "route/split.h"
#include "route/test_table.h"

namespace graylane::route::test {

class RandomTable {
 public:
  explicit RandomTable(uint64_t seed) : rng_(seed) {}

  bool chance(uint64_t one_in) { return rng_.below(one_in) == 0; }
  template <class T, size_t N>
  const T& pick(const std::array<T, N>& from) {
    return from[rng_.below(N)];
  }

  std::string path() {
    static constexpr std::array<std::string_view, 9> kSegments{"a", "b", "ab", "a.b", "c", "", "..", ".", "A"};
    std::string path;
    for (uint64_t left = rng_.below(5); left > 0; --left) path.append("/").append(pick(kSegments));
    return path.empty() || chance(4) ? path + "/" : path;
  }

  Table table() {
    TableBuilder builder;
    for (int i = 0; i < 4; ++i) backends_.push_back(builder.backend("app-" + std::to_string(i), i != 3));
    ListenerOptions options;
    options.use_forwarded_headers = chance(2);
    options.enable_underscores_in_headers = chance(2);
    builder.listener(options);
    builder.exact(host("app.example")).any_suffix(host("*.example")).one_label(host("*.org"));
    builder.by_regex("^api\\d+\\.net$", host("~^api\\d+\\.net$"));
    if (chance(2)) builder.fallback(host(""));
    return builder.build();
  }

  /// The views of the request live until the next one is made.
  Request request() {
    static constexpr std::array<std::string_view, 9> kHosts{"app.example", "App.Example:80", "x.y.example",  "a.org", "b.a.org",
                                                            "api7.net",    "other",          "app.example.", ""};
    static constexpr std::array<std::string_view, 6> kNames{"X-Canary", "x_canary",        "Cookie",
                                                            "cookie",   "X-Forwarded-For", "X-Forwarded-Proto"};
    static constexpr std::array<std::string_view, 10> kValues{
        "always",  "never",      "",           "x=always; who=1",       "x = never, x=always",
        "=always", "s=n|stable", "s=n|canary", "203.0.113.9, 10.0.0.1", "https"};
    target_ = chance(20) ? "no-slash" : path();
    if (chance(6)) target_ += "%2fa";
    if (chance(9)) target_ += "%2e%2e/";
    if (chance(3)) target_ += "?q=1&x=/2";
    headers_.clear();
    for (uint64_t left = rng_.below(4); left > 0; --left) headers_.push_back({pick(kNames), pick(kValues)});
    Request request = get(pick(kHosts), target_, headers_);
    request.tls = chance(3);
    if (chance(2)) request.peer = address("10.1.2.3");
    return request;
  }

 private:
  BackendId any_backend() { return backends_[rng_.below(backends_.size())]; }

  HostPtr host(std::string name) {
    HostBuilder builder(std::move(name));
    if (chance(12)) builder.host().closed = response(403);
    for (uint64_t left = rng_.below(24); left > 0; --left) add_rule(builder);
    return builder.build();
  }

  void add_rule(HostBuilder& builder) {
    static constexpr std::array<std::string_view, 5> kPatterns{"^/a", "^/(a|b)/(.*)", "b$", "^/a\\.b", "(x|c)/?$"};
    static constexpr std::array kKinds{PathKind::kExact, PathKind::kSegmentPrefix, PathKind::kPrefix, PathKind::kRegex};
    if (chance(2)) builder.policy(policy());
    const PathKind kind = pick(kKinds);
    std::string text = kind == PathKind::kRegex ? std::string(pick(kPatterns)) : path();
    switch (rng_.below(8)) {
      case 0: builder.respond(kind, std::move(text), response(404)); break;
      case 1: builder.respond(kind, std::move(text), response(302, "/there"), RuleKind::kRespondAtOnce); break;
      case 2:
      case 3: builder.forward(kind, std::move(text), any_backend()); break;
      default: builder.split(kind, std::move(text), split());
    }
    builder.last().https_redirect_exempt = chance(4);
    if (chance(2)) builder.rewriting(pick(kPatterns));
  }

  TextTemplate text() {
    TextTemplate text = TextTemplate::literal(chance(9) ? "https://to.example" : chance(9) ? "" : "/new");
    if (chance(2)) text.parts.push_back(capture(2));
    if (chance(2)) text.parts.push_back(variable(Variable::kHeader, "x-canary"));
    return text;
  }

  Policy policy() {
    Policy policy;
    if (chance(20)) policy.closed = response(503);
    if (chance(20)) policy.redirect = response(301, "https://away.example");
    if (chance(8)) policy.https_redirect = response(308, "https://app.example");
    if (chance(8)) policy.deny.push_back(cidr("10.0.0.0/8"));
    if (chance(8)) policy.allow.push_back(cidr("192.0.2.0/24"));
    if (chance(12)) policy.closed_by_auth = response(503);
    policy.satisfy_any = chance(4);
    if (chance(3)) policy.rewrite = text();
    if (chance(6)) policy.forwarded_prefix = text();
    if (chance(6)) policy.upstream_host = TextTemplate::literal("up.example");
    return policy;
  }

  Test test(uint8_t destination) {
    switch (rng_.below(6)) {
      case 0: return header_test("x-canary", "always", destination);
      case 1: return header_test("x-canary", "never", 0);
      case 2: return cookie_test("x", "always", destination);
      case 3: return cookie_test("", "always", destination);
      case 4: return affinity_test("s", chance(2) ? "canary" : "stable", destination);
      default: return pattern_test("x-canary", chance(4) ? nullptr : regex("^al"), destination);
    }
  }

  Split split() {
    static constexpr std::array<uint64_t, 4> kTotals{3, 10, 100, 1'000'000'007};
    const uint64_t total = pick(kTotals);
    const bool two = chance(3);
    const uint64_t first = chance(4) ? 0 : chance(4) && !two ? total : rng_.below(total / 2 + 1);
    Split made = two ? test::split(total, any_backend(), {{any_backend(), first}, {any_backend(), total - first}})
                     : test::split(total, any_backend(), {{any_backend(), first}});
    if (chance(8)) made.total = 0;
    for (uint64_t left = rng_.below(4); left > 0; --left)
      made.tests.push_back(test(static_cast<uint8_t>(rng_.below(made.destinations.size()))));
    if (two) return made;
    made.sticky.key =
        std::array{Sticky::Key::kNothing, Sticky::Key::kCookie, Sticky::Key::kHeader, Sticky::Key::kSourceIp}[rng_.below(4)];
    made.sticky.name = made.sticky.key == Sticky::Key::kCookie ? "who" : "x-canary";
    made.sticky.salt = rng_.next();
    return made;
  }

  Rng rng_;
  std::vector<BackendId> backends_;
  std::string target_;
  std::vector<HeaderField> headers_;
};

}  // namespace graylane::route::test
