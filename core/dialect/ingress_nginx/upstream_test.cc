// Retries, session affinity, HTTP version and edits of answers: what annotations and ConfigMap keys become in a policy.
#include <gtest/gtest.h>

#include "dialect/ingress_nginx/emit.h"
#include "dialect/ingress_nginx/test_manifests.h"
#include "dialect/ingress_nginx/upstream_values.h"

namespace graylane::ingress_nginx {
namespace {

using route::Affinity;
using route::Policy;

World shop(Pairs annotations, const std::string& more = "", Texts paths = {"shop.example / Prefix main:80"}) {
  IngressText ingress;
  ingress.annotations = std::move(annotations);
  ingress.paths = std::move(paths);
  return World(yaml(ingress) + service("main") + more);
}

/// Of the rule with this path on shop.example.
Policy policy_of(const World& world, std::string_view path = "/") {
  route::Scratch scratch;
  const route::Host& host = world.table().find_host("shop.example", scratch.regex);
  for (const route::Rule& rule : host.rules) {
    if (rule.path == path && !rule.implicit) return *host.policies[rule.policy];
  }
  ADD_FAILURE() << "no rule " << path;
  return {};
}

route::Retry retry_of(const World& world) { return policy_of(world).retry ? *policy_of(world).retry : route::Retry(); }

// Nearly all policies: their size is what a large table costs.
TEST(Upstream, AnOrdinaryIngressHasNoneOfThis) {
  const Policy policy = policy_of(shop({{"proxy-next-upstream", "timeout error"}, {"proxy-next-upstream-tries", "3"}}));
  EXPECT_FALSE(policy.retry);
  EXPECT_FALSE(policy.affinity);
  EXPECT_FALSE(policy.response_edits);
  EXPECT_FALSE(policy.http_1_0);
}

// ---- the length of an answer's head ----

TEST(Upstream, AnAnswersHeadMayBeAsLongAsTheBuffer) {
  // The annotation goes before the ConfigMap; nobody gets more than the gateway's own limit.
  const auto size = [](Pairs annotations, Pairs config) {
    return policy_of(shop(std::move(annotations), config_map(std::move(config)))).response_head_bytes_max;
  };
  EXPECT_EQ(size({}, {{"ssl-redirect", "true"}}), route::kResponseHeadCeiling);
  EXPECT_EQ(size({}, {{"proxy-buffer-size", "8k"}}), 8'192U);
  EXPECT_EQ(size({{"proxy-buffer-size", "16k"}}, {{"proxy-buffer-size", "8k"}}), 16'384U);
  EXPECT_EQ(size({{"proxy-buffer-size", "0"}}, {{"proxy-buffer-size", "8k"}}), 8'192U);
  EXPECT_EQ(size({{"proxy-buffer-size", "1m"}}, {{"proxy-buffer-size", "8k"}}), route::kResponseHeadCeiling);
}

TEST(Upstream, IngressNginxsOwnBufferIsSmall) {
  // Only who wants all of its ways gets a 502 for an answer of which nobody said anything.
  const std::string text = yaml({.paths = {"shop.example / Prefix main:80"}}) + service("main");
  Options exact;
  exact.compat = kExactCompat;
  EXPECT_EQ(policy_of(World(text, exact)).response_head_bytes_max, 4'096U);
}

// ---- retries ----

TEST(Upstream, RetriesAreReadAsNginxReadsThem) {
  // "error timeout" is not kept when something else is written.
  const route::Retry retry = retry_of(shop({{"proxy-next-upstream", "http_503  invalid_header http_404 non_idempotent"},
                                            {"proxy-next-upstream-tries", "5"},
                                            {"proxy-next-upstream-timeout", "7"}}));
  EXPECT_FALSE(retry.on_error);
  EXPECT_FALSE(retry.on_timeout);
  EXPECT_TRUE(retry.on_invalid_header);
  EXPECT_TRUE(retry.non_idempotent);
  EXPECT_EQ(retry.statuses, (std::vector<uint16_t>{404, 503}));
  EXPECT_EQ(retry.tries_max, 5U);
  EXPECT_EQ(retry.time_max, std::chrono::seconds(7));
  EXPECT_EQ(retry.at.at.line, 9U);
}

TEST(Upstream, OffIsOffWhateverElseIsWritten) {
  // nginx: one "off" among others wins.
  const route::Retry retry = *parse_next_upstream("error off http_500");
  EXPECT_FALSE(retry.on_error || retry.on_timeout || retry.on_invalid_header || retry.non_idempotent);
  EXPECT_TRUE(retry.statuses.empty());
}

// As ingress-nginx ignores it; but said.
TEST(Upstream, AnUnknownConditionCountsAsAbsent) {
  for (const std::string value : {"http_503,timeout", "http_501", "errors"}) {
    World world = shop({{"proxy-next-upstream", value}});
    EXPECT_FALSE(policy_of(world).retry) << value;
    EXPECT_NE(world.only("annotation-ignored"), nullptr) << value;
  }
}

// "0" has no limit there: thousands of requests a second on an endpoint that fails.
TEST(Upstream, TriesHaveACeilingAndSaySo) {
  for (const std::string value : {"0", "17"}) {
    World world = shop({{"proxy-next-upstream-tries", value}});
    EXPECT_EQ(retry_of(world).tries_max, route::kTriesCeiling);
    EXPECT_NE(world.only("tries-over-ceiling"), nullptr);
    ASSERT_EQ(policy_of(world).notes.size(), 1U);
    EXPECT_NE(policy_of(world).notes[0].find("proxy-next-upstream-tries " + value), std::string::npos);
  }
  World at_ceiling = shop({{"proxy-next-upstream-tries", "16"}});
  EXPECT_EQ(at_ceiling.ids(), "");
  World negative = shop({{"proxy-next-upstream-tries", "-1"}, {"proxy-next-upstream-timeout", "-1"}});
  EXPECT_FALSE(policy_of(negative).retry);
  EXPECT_EQ(negative.ids(), "value-would-freeze value-would-freeze");
}

// Annotations win over the ConfigMap, which wins over what is built in.
TEST(Upstream, TheConfigMapHasDefaultsForAll) {
  const std::string config = config_map({{"proxy-next-upstream", "http_500"},
                                         {"proxy-next-upstream-tries", "2"},
                                         {"proxy-next-upstream-timeout", "9"},
                                         {"retry-non-idempotent", "true"},
                                         {"proxy-cookie-path", "/app /"},
                                         {"proxy-cookie-domain", "a.test b.test"},
                                         {"proxy-redirect-from", "http://a.test/"},
                                         {"proxy-redirect-to", "/"},
                                         {"proxy-http-version", "1.0"}});
  World world = shop({}, config);
  const Policy policy = policy_of(world);
  EXPECT_EQ(world.ids(), "");
  EXPECT_EQ(policy.retry->statuses, std::vector<uint16_t>{500});
  EXPECT_TRUE(policy.retry->non_idempotent);
  EXPECT_EQ(policy.retry->tries_max, 2U);
  EXPECT_EQ(policy.retry->time_max, std::chrono::seconds(9));
  EXPECT_EQ(*policy.response_edits->cookie_path, (route::CookieEdit{"/app", "/"}));
  EXPECT_EQ(*policy.response_edits->cookie_domain, (route::CookieEdit{"a.test", "b.test"}));
  EXPECT_EQ(policy.response_edits->location->from.literal_text(), "http://a.test/");
  EXPECT_TRUE(policy.http_1_0);
  World own = shop({{"proxy-next-upstream", "error"},
                    {"proxy-cookie-path", "off"},
                    {"proxy-cookie-domain", "off"},
                    {"proxy-redirect-from", "off"},
                    {"proxy-http-version", "1.1"}},
                   config);
  EXPECT_TRUE(policy_of(own).retry->on_error);
  EXPECT_TRUE(policy_of(own).retry->non_idempotent);  // added to whatever an Ingress says
  EXPECT_FALSE(policy_of(own).response_edits);
  EXPECT_FALSE(policy_of(own).http_1_0);
}

TEST(Upstream, BadValuesOfTheConfigMapLeaveTheDefaults) {
  // And each one is named.
  World world = shop({}, config_map({{"proxy-next-upstream", "sometimes"},
                                     {"proxy-next-upstream-tries", "-2"},
                                     {"proxy-cookie-path", "one"},
                                     {"proxy-http-version", "2"},
                                     {"proxy-redirect-from", "~("},
                                     {"proxy-redirect-to", "/"}}));
  EXPECT_FALSE(policy_of(world).retry || policy_of(world).response_edits || policy_of(world).http_1_0);
  EXPECT_EQ(world.ids(),
            "config-value-ignored config-value-ignored config-value-ignored config-value-ignored config-would-freeze");
}

// ---- edits ----

TEST(Upstream, EditsOfAnswersAreTwoWords) {
  const route::ResponseEdits edits = *policy_of(shop({{"proxy-cookie-path", "/app  /"},
                                                      {"proxy-cookie-domain", ".old.test .new.example"},
                                                      {"proxy-redirect-from", "http://internal.test/"},
                                                      {"proxy-redirect-to", "https://$host/"}}))
                                          .response_edits;
  EXPECT_EQ(*edits.cookie_path, (route::CookieEdit{"/app", "/"}));
  EXPECT_EQ(*edits.cookie_domain, (route::CookieEdit{"old.test", "new.example"}));
  EXPECT_EQ(edits.location->from.literal_text(), "http://internal.test/");
  EXPECT_EQ(edits.location->to.parts.size(), 3U);
  EXPECT_FALSE(edits.location->relative);
  EXPECT_EQ(edits.location->at.at.line, 11U);
}

TEST(Upstream, RedirectsCanBeDefaultOffOrAnExpression) {
  // "default" means the one name that nginx has for all backends.
  const route::ResponseEdits edits = *policy_of(shop({{"proxy-redirect-from", "default"}})).response_edits;
  EXPECT_EQ(edits.location->from.literal_text(), "http://upstream_balancer/");
  EXPECT_EQ(edits.location->to.literal_text(), "/");
  EXPECT_FALSE(policy_of(shop({{"proxy-redirect-from", "off"}, {"proxy-redirect-to", "/x"}})).response_edits);
  World pattern =
      shop({{"proxy-redirect-from", "~*^http://([^/]+)/"}, {"proxy-redirect-to", "/$1"}, {"relative-redirects", "true"}});
  EXPECT_NE(policy_of(pattern).response_edits->location->pattern, nullptr);
  EXPECT_TRUE(policy_of(pattern).response_edits->location->relative);
}

// What cannot be applied as it stands is left out alone, and named.
TEST(Upstream, EditsThatCannotBeAppliedAreReported) {
  const auto reported = [](Pairs annotations) {
    World world = shop(std::move(annotations));
    EXPECT_FALSE(policy_of(world).response_edits);
    return world.ids();
  };
  EXPECT_EQ(reported({{"proxy-cookie-path", "/app"}}), "annotation-ignored");
  EXPECT_EQ(reported({{"proxy-cookie-path", "~/a /b"}}), "annotation-ignored");
  EXPECT_EQ(reported({{"proxy-cookie-path", "/a /;x"}}), "annotation-ignored");
  EXPECT_EQ(reported({{"proxy-cookie-domain", "a;b"}}), "annotation-ignored");
  EXPECT_EQ(reported({{"proxy-redirect-from", "http://a.test/"}}), "redirect-edit-half");
  EXPECT_EQ(reported({{"proxy-redirect-to", "/x"}}), "redirect-edit-half");
  EXPECT_EQ(reported({{"proxy-redirect-from", "~("}, {"proxy-redirect-to", "/"}}), "value-would-freeze");
  EXPECT_EQ(reported({{"proxy-redirect-from", "/a"}, {"proxy-redirect-to", "$nonsense"}}), "value-would-freeze");
  EXPECT_EQ(reported({{"proxy-http-version", "3"}}), "annotation-ignored");
}

// ---- affinity ----

TEST(Upstream, AnAffinityCookieHasTheSettingsOfItsIngress) {
  World world = shop({{"affinity", "cookie"},
                      {"affinity-mode", "persistent"},
                      {"session-cookie-name", "route"},
                      {"session-cookie-path", "/all"},
                      {"session-cookie-domain", "shop.example"},
                      {"session-cookie-expires", "60"},
                      {"session-cookie-max-age", "600"},
                      {"session-cookie-samesite", "none"},
                      {"session-cookie-conditional-samesite-none", "true"},
                      {"session-cookie-secure", "false"},
                      {"session-cookie-change-on-failure", "true"}});
  EXPECT_EQ(world.ids(), "");
  Affinity expected;
  expected.cookie = "route";
  expected.backend_key = affinity_key("default-main-80");
  expected.mode = Affinity::Mode::kPersistent;
  expected.change_on_failure = true;
  expected.expires_seconds = 60;
  expected.max_age_seconds = 600;
  expected.domain = "shop.example";
  expected.path = "/all";
  expected.same_site = "None";
  expected.conditional_same_site_none = true;
  expected.secure = Affinity::Secure::kNever;
  expected.at = policy_of(world).affinity->at;
  EXPECT_EQ(*policy_of(world).affinity, expected);
}

// Each path has a cookie of its own, as browsers keep them.
TEST(Upstream, TheCookiesPathIsThePathOfTheRule) {
  const World world = shop({{"affinity", "cookie"}}, "", {"shop.example /a Prefix main:80", "shop.example /b Prefix main:80"});
  EXPECT_EQ(policy_of(world, "/a").affinity->path, "/a");
  EXPECT_EQ(policy_of(world, "/b").affinity->path, "/b");
  EXPECT_EQ(policy_of(world, "/b").affinity->cookie, "INGRESSCOOKIE");
  const World regex =
      shop({{"affinity", "cookie"}, {"use-regex", "true"}}, "", {"shop.example /app/[0-9]+ ImplementationSpecific main:80"});
  EXPECT_EQ(policy_of(regex, "^/app/[0-9]+").affinity->path, "/app/[0-9]+");
}

TEST(Upstream, BadAffinityValuesCountAsAbsent) {
  // As in ingress-nginx, except that it is said.
  World world = shop({{"affinity", "cookie"}, {"affinity-mode", "zzz"}, {"session-cookie-samesite", "foo"}});
  EXPECT_EQ(policy_of(world).affinity->mode, Affinity::Mode::kBalanced);
  EXPECT_EQ(policy_of(world).affinity->same_site, "");
  EXPECT_EQ(world.ids(), "annotation-ignored annotation-ignored");
}

// With validation off a value may hold anything, but it must not reach into the head of an answer.
TEST(Upstream, NoValueBreaksOutOfACookie) {
  IngressText ingress;
  ingress.annotations = {{"affinity", "cookie"},
                         {"session-cookie-name", "a=b; c"},
                         {"session-cookie-path", "/; Secure"},
                         {"session-cookie-domain", "x;y"}};
  ingress.paths = {"shop.example / Prefix main:80"};
  Options options;
  options.annotation_validation = false;
  const World world(yaml(ingress) + service("main"), options);
  const Affinity affinity = *policy_of(world).affinity;
  EXPECT_EQ(affinity.cookie, "INGRESSCOOKIE");
  EXPECT_EQ(affinity.path, "/");
  EXPECT_EQ(affinity.domain, "");
}

// The cookie belongs to the Ingress that asked; the Service's balancing to all.
TEST(Upstream, AnotherIngressOfTheServiceHonoursTheCookieAndGivesNone) {
  IngressText with, without;
  with.annotations = {{"affinity", "cookie"}};
  with.paths = {"shop.example /a Prefix main:80"};
  without.name = "other";
  without.annotations = {{"upstream-hash-by", "$host"}};
  without.paths = {"shop.example /b Prefix main:80"};
  const World world(yaml(with) + yaml(without) + service("main"));
  EXPECT_TRUE(policy_of(world, "/a").affinity->sets_cookie);
  EXPECT_FALSE(policy_of(world, "/b").affinity->sets_cookie);
  EXPECT_EQ(policy_of(world, "/b").affinity->backend_key, policy_of(world, "/a").affinity->backend_key);
}

// A user who is in the canary stays there, with the same cookie.
TEST(Upstream, ACanaryGoesTogetherWithTheCookie) {
  IngressText main, canary;
  main.annotations = {{"affinity", "cookie"}};
  main.paths = {"shop.example / Prefix main:80"};
  canary.name = "canary";
  canary.annotations = {{"canary", "true"}, {"canary-weight", "10"}};
  canary.paths = {"shop.example / Prefix next:80"};
  const World world(yaml(main) + yaml(canary) + services({"main", "next"}));
  const Affinity affinity = *policy_of(world).affinity;
  EXPECT_EQ(world.answer("http://shop.example/", {{"Cookie", "INGRESSCOOKIE=x|" + affinity_key("default-next-80")}}), "next");
  EXPECT_EQ(world.answer("http://shop.example/", {{"Cookie", "INGRESSCOOKIE=x|" + affinity.backend_key}}), "main");
}

// ---- explain, listeners ----

TEST(Upstream, ExplainSaysWhatHappensOnTheWay) {
  // Nobody should have to read annotations to know why a request was sent twice.
  const World world = shop({{"affinity", "cookie"},
                            {"proxy-next-upstream", "error http_503"},
                            {"proxy-cookie-path", "/a /b"},
                            {"proxy-redirect-from", "default"}});
  const route::Explanation answer = world.explained({});
  EXPECT_EQ(why_of(answer, "affinity"), "the cookie INGRESSCOOKIE chooses the endpoint, and is given to clients without it");
  EXPECT_EQ(why_of(answer, "proxy-next-upstream"), "up to 3 tries, on error http_503");
  EXPECT_EQ(why_of(answer, "proxy-cookie"), "the answer's cookies are changed");
  EXPECT_EQ(why_of(answer, "proxy-redirect"), "the answer's Location is changed");
}

TEST(Upstream, OnlyExactCompatibilityPassesEveryUpgradeOn) {
  // It lets clients ask backends for protocols that no rule looks at.
  EXPECT_FALSE(World("").table().listener->upgrade_without_connection);
  EXPECT_TRUE(World("", exact()).table().listener->upgrade_without_connection);
  Options almost = exact();
  almost.compat.nameless_cookie = false;
  EXPECT_FALSE(World("", almost).table().listener->upgrade_without_connection);
}

}  // namespace
}  // namespace graylane::ingress_nginx
