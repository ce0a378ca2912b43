#include "route/match.h"

#include <gtest/gtest.h>

#include "route/test_agree.h"
#include "route/test_random.h"
#include "route/test_table.h"

namespace graylane::route::test {
namespace {

constexpr PathKind kPrefix = PathKind::kSegmentPrefix;

struct Shop {
  TableBuilder tables;
  BackendId stable = tables.backend("stable");
  BackendId canary = tables.backend("canary");
  BackendId empty = tables.backend("empty", false);

  Table with(Split split) { return with(HostBuilder("app.example").split(kPrefix, "/", std::move(split)).build()); }
  Table with(const HostPtr& host) { return tables.exact(host).build(); }
  Table with(Policy policy) {
    return with(HostBuilder("app.example").policy(std::move(policy)).forward(kPrefix, "/", stable).build());
  }
};

std::string host_of(const Table& table, std::string_view name) {
  Scratch scratch;
  return table.find_host(name, scratch.regex).name;
}

std::string_view path_of(const Table& table, std::string_view target) {
  const Answer answer(table, get("app.example", target));
  return answer.match.rule == nullptr ? "" : std::string_view(answer.match.rule->path);
}

TEST(Match, TheFirstRuleInTheTablesOrderWins) {
  // The compilers sort; a matcher that sorted again would break the precedence of some dialect.
  Shop shop;
  const Table table = shop.with(HostBuilder("app.example")
                                    .forward(PathKind::kRegex, "^/a", shop.stable)
                                    .forward(PathKind::kExact, "/a", shop.canary)
                                    .forward(kPrefix, "/", shop.stable)
                                    .build());
  EXPECT_EQ(path_of(table, "/a"), "^/a");
  EXPECT_EQ(path_of(table, "/b"), "/");
}

TEST(Match, PathKindsMeanWhatTheirNamesSay) {
  // "/foo" as a segment prefix must not take "/foobar"; as plain text it must.
  Shop shop;
  const Table table = shop.with(HostBuilder("app.example")
                                    .forward(PathKind::kExact, "/exact", shop.stable)
                                    .forward(kPrefix, "/foo", shop.stable)
                                    .forward(PathKind::kPrefix, "/text", shop.stable)
                                    .forward(PathKind::kRegex, "^/R\\d+", shop.stable)
                                    .build());
  EXPECT_EQ(path_of(table, "/exact"), "/exact");
  EXPECT_EQ(path_of(table, "/exact/"), "");
  EXPECT_EQ(path_of(table, "/foo"), "/foo");
  EXPECT_EQ(path_of(table, "/foo/bar"), "/foo");
  EXPECT_EQ(path_of(table, "/foobar"), "");
  EXPECT_EQ(path_of(table, "/textual"), "/text");
  EXPECT_EQ(path_of(table, "/r12"), "^/R\\d+");
  EXPECT_EQ(path_of(table, "/%66oo/x"), "/foo");
}

TEST(Match, WithoutARuleTheAnswerIs404) {
  // Nothing may fall through to somebody else's backend.
  Shop shop;
  const Table table = shop.with(HostBuilder("app.example").forward(kPrefix, "/a", shop.stable).build());
  const Answer none(table, get("app.example", "/b"));
  EXPECT_EQ(none.match.kind, Match::Kind::kStatus);
  EXPECT_EQ(none.match.status, 404);
  EXPECT_EQ(Answer(table, get("other.example", "/a")).match.status, 404);
}

TEST(Match, ARefusedRequestMeetsNoRule) {
  // A path that climbs above the root must not reach any backend.
  Shop shop;
  const Answer answer(shop.with(Policy{}), get("app.example", "/../x"));
  EXPECT_EQ(answer.match.status, 400);
  EXPECT_EQ(answer.match.host, nullptr);
}

TEST(Match, HostsAreFoundFromExactToFallback) {
  // Two Ingresses may both name a host; which one serves it is what users debug most.
  TableBuilder tables;
  tables.exact(HostBuilder("a.b.example").build())
      .any_suffix(HostBuilder("*.example").build())
      .any_suffix(HostBuilder("*.b.example").build())
      .one_label(HostBuilder("*.org").build())
      .one_label(HostBuilder("*.b.example").build())
      .by_regex("^api\\d+\\.", HostBuilder("~api").build())
      .by_regex("^api1\\.", HostBuilder("~api1").build())
      .fallback(HostBuilder("fallback").build());
  const Table table = tables.build();
  EXPECT_EQ(host_of(table, "a.b.example"), "a.b.example");
  EXPECT_EQ(host_of(table, "x.b.example"), "*.b.example");
  EXPECT_EQ(host_of(table, "x.a.b.example"), "*.b.example");
  EXPECT_EQ(host_of(table, "x.example"), "*.example");
  EXPECT_EQ(host_of(table, "example"), "fallback");
  EXPECT_EQ(host_of(table, "x.org"), "*.org");
  EXPECT_EQ(host_of(table, "y.x.org"), "fallback");
  EXPECT_EQ(host_of(table, ".org"), "fallback");
  EXPECT_EQ(host_of(table, "api1.net"), "~api");
  EXPECT_EQ(host_of(table, "api1.example"), "*.example");
  EXPECT_EQ(host_of(table, ""), "fallback");
}

TEST(Match, IndexAndWalkGiveTheSameRule) {
  // The index is only for speed: an answer that depends on the number of rules would be a trap.
  int checked = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    RandomTable random(seed);
    const Table table = random.table();
    for (int i = 0; i < 100; ++i, ++checked)
      ASSERT_EQ(index_disagrees(table, random.request()), "") << "seed " << seed << ", request " << i;
  }
  EXPECT_EQ(checked, 30'000);
}

TEST(Match, AClosedHostAnswersEverything) {
  // What cannot be protected as asked is served to nobody, and no policy of a rule opens it again.
  Shop shop;
  HostBuilder builder("app.example");
  builder.forward(kPrefix, "/", shop.stable).host().closed = response(403);
  EXPECT_EQ(Answer(shop.with(builder.build()), get("app.example", "/")).match.status, 403);
}

TEST(Match, PoliciesActInTheirDocumentedOrder) {
  // A redirect that came after an access list would tell refused clients where things are, or the other way round.
  Shop shop;
  Policy policy;
  policy.closed = response(500);
  policy.redirect = response(301, "/r");
  policy.https_redirect = response(308, "/s");
  policy.deny.push_back(cidr("192.0.2.0/24"));
  policy.closed_by_auth = response(503);
  const Request request = get("app.example", "/");
  const auto status = [&] { return Answer(shop.with(policy), request).match.status; };
  EXPECT_EQ(status(), 500);
  policy.closed.reset();
  EXPECT_EQ(status(), 301);
  policy.redirect.reset();
  EXPECT_EQ(status(), 308);
  policy.https_redirect.reset();
  EXPECT_EQ(status(), 403);
  policy.deny.clear();
  EXPECT_EQ(status(), 503);
  policy.closed_by_auth.reset();
  EXPECT_EQ(status(), 0);
}

TEST(Match, TheHttpsRedirectSparesHttpsAndExemptRules) {
  // A redirect of what is https already is an endless loop.
  Shop shop;
  Policy policy;
  policy.https_redirect = response(308, "/s");
  HostBuilder builder("app.example");
  builder.policy(policy).forward(PathKind::kExact, "/exempt", shop.stable).last().https_redirect_exempt = true;
  builder.forward(kPrefix, "/", shop.stable);
  const HostPtr host = builder.build();
  EXPECT_EQ(Answer(shop.with(host), get("app.example", "/")).match.status, 308);
  EXPECT_EQ(Answer(shop.with(host), get("app.example", "/exempt")).match.backend, shop.stable);
  Request tls = get("app.example", "/");
  tls.tls = true;
  EXPECT_EQ(Answer(shop.with(host), tls).match.backend, shop.stable);
  const HeaderField proto[] = {{"X-Forwarded-Proto", "https"}};
  EXPECT_EQ(Answer(shop.with(host), get("app.example", "/", proto)).match.status, 308) << "not trusted";
  ListenerOptions trusting;
  trusting.use_forwarded_headers = true;
  EXPECT_EQ(Answer(shop.tables.listener(trusting).build(), get("app.example", "/", proto)).match.backend, shop.stable);
}

TEST(Match, AddressListsRefuseWhatIsDeniedOrNotAllowed) {
  // Deny is stronger than allow; an empty allow list allows everybody.
  Shop shop;
  Policy policy;
  policy.allow.push_back(cidr("192.0.2.0/24"));
  Request request = get("app.example", "/");
  const auto status = [&] { return Answer(shop.with(policy), request).match.status; };
  EXPECT_EQ(status(), 0);
  request.peer = address("203.0.113.1");
  EXPECT_EQ(status(), 403);
  policy.deny.push_back(cidr("192.0.2.7"));
  request.peer = address("192.0.2.7");
  EXPECT_EQ(status(), 403);
}

TEST(Match, SatisfyAnyNeedsTheAddressOrThePassword) {
  // With "any" an allowed address needs no password, and a refused one is asked for it instead of sent away.
  Shop shop;
  Policy policy;
  policy.allow.push_back(cidr("192.0.2.0/24"));
  policy.closed_by_auth = response(503);
  policy.satisfy_any = true;
  Request request = get("app.example", "/");
  const auto status = [&] { return Answer(shop.with(policy), request).match.status; };
  EXPECT_EQ(status(), 0);
  request.peer = address("203.0.113.1");
  EXPECT_EQ(status(), 503);
  policy.closed_by_auth.reset();
  EXPECT_EQ(status(), 403);
}

TEST(Match, AResponseAtOnceComesBeforeThePolicyAndAnOrdinaryOneAfter) {
  // A 404 for an unknown path must not show through an access list, but app-root's redirect comes first.
  Shop shop;
  Policy policy;
  policy.deny.push_back(cidr("0.0.0.0/0"));
  const HostPtr host = HostBuilder("app.example")
                           .policy(policy)
                           .respond(PathKind::kExact, "/", response(302, "/app"), RuleKind::kRespondAtOnce)
                           .respond(kPrefix, "/", response(404))
                           .build();
  EXPECT_EQ(Answer(shop.with(host), get("app.example", "/")).match.status, 302);
  EXPECT_EQ(Answer(shop.with(host), get("app.example", "/x")).match.status, 403);
}

TEST(Match, AnAbsoluteRewriteTargetIsARedirect) {
  // nginx answers 302 itself when the new path is a URL.
  Shop shop;
  Policy policy;
  policy.rewrite = TextTemplate{{literal("https://new.example/"), capture(1)}};
  const HostPtr host = HostBuilder("app.example")
                           .policy(policy)
                           .forward(PathKind::kRegex, "^/old/(.*)", shop.stable)
                           .rewriting("^/old/(.*)")
                           .build();
  const Table table = shop.with(host);
  const Request request = get("app.example", "/old/x?y=1");
  Answer answer(table, request);
  EXPECT_EQ(answer.match.kind, Match::Kind::kRewriteRedirect);
  EXPECT_EQ(location_of(answer.match, {request, answer.normalised, *table.listener, answer.scratch.text}, answer.scratch),
            "https://new.example/x?y=1");
}

// ---- splits ----

std::string version(const Table& table, std::span<const HeaderField> headers = {}) {
  const Answer answer(table, get("app.example", "/", headers));
  if (answer.match.kind == Match::Kind::kDraw) return "draw";
  if (answer.match.kind == Match::Kind::kBackend) return table.backend(answer.match.backend).service;
  return std::to_string(answer.match.status);
}

TEST(MatchSplit, TestsAreAskedInOrderAndTheFirstThatHoldsDecides) {
  // header, then cookie, then weight is the promise of every canary guide.
  Shop shop;
  Split split = test::split(100, shop.stable, {{shop.canary, 20}});
  split.tests = {affinity_test("s", "canary", 1), header_test("x-canary", "always", 1), header_test("x-canary", "never", 0),
                 cookie_test("c", "always", 1)};
  const Table table = shop.with(split);
  const HeaderField affine[] = {{"X-Canary", "never"}, {"Cookie", "s=node|canary"}};
  const HeaderField never[] = {{"X-Canary", "never"}, {"Cookie", "c=always"}};
  const HeaderField always[] = {{"x-canary", " always "}};
  const HeaderField cookie[] = {{"X-Canary", "Always"}, {"Cookie", "C=always"}};
  const HeaderField other[] = {{"X-Canary", "always, always"}, {"Cookie", "c=Always"}};
  EXPECT_EQ(version(table, affine), "canary");
  EXPECT_EQ(version(table, never), "stable");
  EXPECT_EQ(version(table, always), "canary");
  EXPECT_EQ(version(table, cookie), "canary");
  EXPECT_EQ(version(table, other), "draw");
  EXPECT_EQ(version(table), "draw");
}

TEST(MatchSplit, ARegexErrorIsFinal) {
  // ingress-nginx sends such a request to the main version without asking the cookie or the weight.
  Shop shop;
  Split split = test::split(100, shop.stable, {{shop.canary, 100}});
  split.tests = {pattern_test("x-canary", nullptr, 1), cookie_test("c", "always", 1)};
  const HeaderField header[] = {{"X-Canary", "x"}, {"Cookie", "c=always"}};
  const HeaderField cookie[] = {{"Cookie", "c=always"}};
  EXPECT_EQ(version(shop.with(split), header), "stable");
  EXPECT_EQ(version(shop.with(split), cookie), "canary") << "an absent header is not an error";
  split.tests[0] = pattern_test("x-canary", regex("^(a+)+$"), 1);
  const std::string long_value = std::string(60, 'a') + "!";
  const HeaderField costly[] = {{"X-Canary", long_value}, {"Cookie", "c=always"}};
  EXPECT_EQ(version(shop.with(split), costly), "stable") << "the match limit is an error as well";
}

TEST(MatchSplit, AnEmptyHeaderMeetsThePattern) {
  // ".*" matches a header that is there and empty, and never one that is absent.
  Shop shop;
  Split split = test::split(100, shop.stable, {{shop.canary, 0}});
  split.tests = {pattern_test("x-canary", regex("^$"), 1)};
  const HeaderField empty[] = {{"X-Canary", "  "}};
  EXPECT_EQ(version(shop.with(split), empty), "canary");
  EXPECT_EQ(version(shop.with(split)), "stable");
}

TEST(MatchSplit, AStableVersionWithoutEndpointsIs503) {
  // A canary never stands in for the stable version: a gray release must not become a full one by accident.
  Shop shop;
  Split split = test::split(100, shop.empty, {{shop.canary, 100}});
  split.tests = {header_test("x-canary", "always", 1)};
  const HeaderField always[] = {{"X-Canary", "always"}};
  EXPECT_EQ(version(shop.with(split), always), "503");
  EXPECT_EQ(version(shop.with(HostBuilder("app.example").forward(kPrefix, "/", shop.empty).build())), "503");
}

TEST(MatchSplit, ACanaryWithoutEndpointsIsPassedOver) {
  // Users of a canary that is down get the stable version, whatever they asked for.
  Shop shop;
  Split split = test::split(100, shop.stable, {{shop.empty, 100}});
  split.tests = {header_test("x-canary", "always", 1)};
  const HeaderField always[] = {{"X-Canary", "always"}};
  EXPECT_EQ(version(shop.with(split), always), "stable");
  EXPECT_EQ(version(shop.with(split)), "stable");
  split = test::split(100, shop.stable, {{shop.empty, 50}, {shop.canary, 0}});
  EXPECT_EQ(version(shop.with(split)), "stable") << "the one that is ready has no weight";
}

TEST(MatchSplit, WithoutWeightThereIsNoDraw) {
  // A draw that cannot choose anything would only move the state of the split.
  Shop shop;
  EXPECT_EQ(version(shop.with(test::split(100, shop.stable, {{shop.canary, 0}}))), "stable");
  EXPECT_EQ(version(shop.with(test::split(0, shop.stable, {{shop.canary, 10}}))), "stable");
  EXPECT_EQ(version(shop.with(test::split(100, shop.stable, {{shop.canary, 100}}))), "draw");
}

}  // namespace
}  // namespace graylane::route::test
