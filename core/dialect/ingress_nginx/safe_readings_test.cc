#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

const Pairs kAlways = {{"X-Canary", "always"}};

Options with(bool Compat::* field) {
  Options options;
  options.compat.*field = true;
  return options;
}

/// A stable Ingress and a canary of half the traffic, on one host and path.
std::string pair(const Pairs& canary_annotations, const std::string& canary_ns = "default", int canary_created = 2) {
  return services({"main", "new"}) + service("new", "other") + yaml({.paths = {"shop.example / Prefix main:80"}}) +
         yaml({.name = "canary",
               .ns = canary_ns,
               .created = canary_created,
               .annotations = canary_annotations,
               .paths = {"shop.example / Prefix new:80"}});
}

TEST(SafeReadings, ParseCompatKnowsItsWords) {
  // The flag is the switch back to what people may rely on; a misspelt word must not be taken for either reading.
  EXPECT_FALSE(parse_compat("safe")->shared_service);
  EXPECT_TRUE(parse_compat("exact")->older_canary_404);
  EXPECT_TRUE(parse_compat("safe,+cross-namespace")->cross_namespace);
  EXPECT_FALSE(parse_compat("exact, -nameless-cookie")->nameless_cookie);
  EXPECT_TRUE(parse_compat("exact, -nameless-cookie")->cross_namespace);
  EXPECT_EQ(parse_compat("safe,+nameles-cookie").error().to_string(),
            "unknown word \"+nameles-cookie\" in --compat (fix: use safe or exact, and +NAME or -NAME of nameless-cookie, "
            "cross-namespace, shared-service, older-canary-404)");
  EXPECT_FALSE(parse_compat("nameless-cookie"));
  EXPECT_FALSE(parse_compat("+"));
}

TEST(SafeReadings, NamelessCookieForcesOnlyWhenExact) {
  // Any client can send "Cookie: =always"; by default nobody gets to a canary that has no cookie rule that way.
  const std::string text = pair({{"canary", "true"}, {"canary-weight", "50"}});
  const World safe(text);
  const World exactly(text, with(&Compat::nameless_cookie));
  EXPECT_EQ(safe.answer("http://shop.example/", {{"Cookie", "=always"}}), "main 0.5, new 0.5");
  EXPECT_EQ(exactly.answer("http://shop.example/", {{"Cookie", "=always"}}), "new");
  EXPECT_EQ(safe.answer("http://shop.example/", {{"Cookie", "=never"}}), "main 0.5, new 0.5");
  EXPECT_EQ(exactly.answer("http://shop.example/", {{"Cookie", "=never"}}), "main");
  for (const char* cookie : {"always", "x=always", "=other", "", "a=b; c=d"}) {
    EXPECT_EQ(safe.answer("http://shop.example/", {{"Cookie", cookie}}),
              exactly.answer("http://shop.example/", {{"Cookie", cookie}}))
        << cookie;
  }
}

TEST(SafeReadings, NamelessCookieDoesNotMatterWhenTheCookieHasAName) {
  // With a named rule both readings are one: only that cookie counts.
  const std::string text = pair({{"canary", "true"}, {"canary-by-cookie", "beta"}});
  for (const Options& options : {Options(), with(&Compat::nameless_cookie)}) {
    const World world(text, options);
    EXPECT_EQ(world.answer("http://shop.example/", {{"Cookie", "=always"}}), "main");
    EXPECT_EQ(world.answer("http://shop.example/", {{"Cookie", "beta=always"}}), "new");
  }
}

TEST(SafeReadings, CanaryOfAnotherNamespaceAttachesOnlyWhenExact) {
  // Otherwise whoever may create an Ingress anywhere may take the traffic of everybody.
  const std::string text = pair({{"canary", "true"}, {"canary-weight", "50"}}, "other");
  World safe(text);
  const World exactly(text, with(&Compat::cross_namespace));
  EXPECT_EQ(safe.answer("http://shop.example/"), "main");
  EXPECT_EQ(exactly.answer("http://shop.example/"), "main 0.5, other/new 0.5");
  ASSERT_NE(safe.only("canary-cross-namespace"), nullptr);
  EXPECT_EQ(safe.only("canary-path-unmatched"), nullptr) << "the path does match; the reason is the namespace";
  EXPECT_EQ(exactly.ids().find("canary-cross-namespace"), std::string::npos);
}

TEST(SafeReadings, APathOfAnotherNamespaceLeavesTheCanarysOwnPathAlone) {
  // The refusal is for one path; the canary works where it belongs, as it does in the exact reading.
  const std::string text = services({"main", "new"}) + service("foreign", "other") +
                           yaml({.paths = {"shop.example / Prefix main:80"}}) +
                           yaml({.name = "theirs", .ns = "other", .paths = {"shop.example /theirs Prefix foreign:80"}}) +
                           yaml({.name = "canary",
                                 .created = 3,
                                 .annotations = {{"canary", "true"}, {"canary-weight", "50"}},
                                 .paths = {"shop.example / Prefix new:80", "shop.example /theirs Prefix new:80"}});
  const World safe(text);
  const World exactly(text, with(&Compat::cross_namespace));
  EXPECT_EQ(safe.answer("http://shop.example/"), "main 0.5, new 0.5");
  EXPECT_EQ(safe.answer("http://shop.example/theirs"), "other/foreign");
  EXPECT_EQ(exactly.answer("http://shop.example/theirs"), "other/foreign 0.5, new 0.5");
}

TEST(SafeReadings, CanaryOfTheSameNamespaceAttachesInBoth) {
  // The safe reading takes nothing from those who do it right.
  const std::string text = pair({{"canary", "true"}, {"canary-weight", "50"}});
  EXPECT_EQ(World(text).answer("http://shop.example/"), "main 0.5, new 0.5");
  EXPECT_EQ(World(text, exact()).answer("http://shop.example/"), "main 0.5, new 0.5");
}

std::string shared() {
  return services({"main", "new"}) +
         yaml({.paths = {"shop.example / Prefix main:80", "shop.example /cart Prefix main:80",
                         "shop.example /port Prefix main:81"}}) +
         yaml({.name = "else", .paths = {"else.example / Prefix main:80"}}) +
         yaml({.name = "canary",
               .created = 3,
               .annotations = {{"canary", "true"}, {"canary-by-header", "X-Canary"}},
               .paths = {"shop.example / Prefix new:80"}});
}

TEST(SafeReadings, CanaryLeaksOverASharedServiceOnlyWhenExact) {
  // A canary for "/" of one host must not answer for another host that happens to use the same Service.
  const World safe(shared());
  const World exactly(shared(), with(&Compat::shared_service));
  for (const char* url : {"http://else.example/", "http://shop.example/cart"}) {
    EXPECT_EQ(safe.answer(url, kAlways), "main") << url;
    EXPECT_EQ(exactly.answer(url, kAlways), "new") << url;
  }
}

TEST(SafeReadings, SharedServiceIsOneReadingOnTheCanarysOwnPathAndOnOtherPorts) {
  // The canary's own path has it either way; a Service's other port is another upstream either way.
  for (const Options& options : {Options(), with(&Compat::shared_service)}) {
    const World world(shared(), options);
    EXPECT_EQ(world.answer("http://shop.example/", kAlways), "new");
    EXPECT_EQ(world.answer("http://shop.example/x", kAlways), "new");
    EXPECT_EQ(world.answer("http://shop.example/port", kAlways), "main");
    EXPECT_EQ(world.answer("http://shop.example/"), "main");
  }
}

TEST(SafeReadings, EachPathHasItsOwnCanaryUnlessServicesAreShared) {
  // Two teams' canaries on two paths of one Service: in the exact reading the second one never gets a request.
  const std::string text = services({"main", "one", "two"}) +
                           yaml({.paths = {"shop.example /one Prefix main:80", "shop.example /two Prefix main:80"}}) +
                           yaml({.name = "c1",
                                 .created = 2,
                                 .annotations = {{"canary", "true"}, {"canary-by-header", "X-Canary"}},
                                 .paths = {"shop.example /one Prefix one:80"}}) +
                           yaml({.name = "c2",
                                 .created = 3,
                                 .annotations = {{"canary", "true"}, {"canary-by-header", "X-Canary"}},
                                 .paths = {"shop.example /two Prefix two:80"}});
  const World safe(text);
  const World exactly(text, with(&Compat::shared_service));
  EXPECT_EQ(safe.answer("http://shop.example/one", kAlways), "one");
  EXPECT_EQ(safe.answer("http://shop.example/two", kAlways), "two");
  EXPECT_EQ(exactly.answer("http://shop.example/one", kAlways), "one");
  EXPECT_EQ(exactly.answer("http://shop.example/two", kAlways), "one");
}

std::string one_service(int canary_created) {
  return services({"main"}) + yaml({.created = 5, .paths = {"shop.example / Prefix main:80"}}) +
         yaml({.name = "canary",
               .created = canary_created,
               .annotations = {{"canary", "true"}, {"canary-weight", "50"}},
               .paths = {"shop.example / Prefix main:80"}});
}

TEST(SafeReadings, OlderCanaryOnTheStableServiceTakesTheLocationOnlyWhenExact) {
  // Applying the canary first must not take the shop down: 404 for everybody.
  EXPECT_EQ(World(one_service(1)).answer("http://shop.example/"), "main");
  EXPECT_EQ(World(one_service(1), with(&Compat::older_canary_404)).answer("http://shop.example/"), "404");
  World exactly(one_service(1), with(&Compat::older_canary_404));
  ASSERT_NE(exactly.only("stable-hidden-by-canary"), nullptr);
}

TEST(SafeReadings, YoungerCanaryOnTheStableServiceIsInertInBoth) {
  // The other order of creation hurts nobody in either reading.
  EXPECT_EQ(World(one_service(9)).answer("http://shop.example/"), "main");
  EXPECT_EQ(World(one_service(9), exact()).answer("http://shop.example/"), "main");
}

std::string canary_is_stable_elsewhere(int elsewhere_created) {
  return services({"main", "new"}) + yaml({.created = 5, .paths = {"shop.example / Prefix main:80"}}) +
         yaml({.name = "canary",
               .created = 6,
               .annotations = {{"canary", "true"}, {"canary-by-header", "X-Canary"}},
               .paths = {"shop.example / Prefix new:80"}}) +
         yaml({.name = "else", .created = elsewhere_created, .paths = {"else.example / Prefix new:80"}});
}

TEST(SafeReadings, OlderCanaryDoesNotHideAStableHostOfItsServiceUnlessExact) {
  // A second host for the new version is what people add when they promote it; it must not answer 404.
  const World safe(canary_is_stable_elsewhere(9));
  const World exactly(canary_is_stable_elsewhere(9), with(&Compat::older_canary_404));
  EXPECT_EQ(safe.answer("http://else.example/"), "new");
  EXPECT_EQ(exactly.answer("http://else.example/"), "404");
  EXPECT_EQ(safe.answer("http://shop.example/", kAlways), "new");
  EXPECT_EQ(exactly.answer("http://shop.example/", kAlways), "new");
  EXPECT_EQ(safe.answer("http://shop.example/"), "main");
}

TEST(SafeReadings, AnOlderStableHostOfTheCanarysServiceIsServedInBoth) {
  // Then the canary is attached with an empty policy and never chosen: one reading.
  for (const Options& options : {Options(), exact()}) {
    const World world(canary_is_stable_elsewhere(1), options);
    EXPECT_EQ(world.answer("http://else.example/"), "new");
    EXPECT_EQ(world.answer("http://shop.example/", kAlways), "main");
  }
}

TEST(SafeReadings, ReadingsAreOneForAnOrdinaryCanary) {
  // Nobody who follows the documentation sees a difference, whatever the request.
  const std::string text =
      pair({{"canary", "true"}, {"canary-weight", "20"}, {"canary-by-header", "X-Canary"}, {"canary-by-cookie", "beta"}});
  const World safe(text);
  const World exactly(text, exact());
  for (const char* header : {"always", "never", "other", ""}) {
    for (const char* cookie : {"beta=always", "beta=never", "beta=1", "=always"}) {
      const Pairs headers = {{"X-Canary", header}, {"Cookie", cookie}};
      EXPECT_EQ(safe.answer("http://shop.example/", headers), exactly.answer("http://shop.example/", headers))
          << header << " " << cookie;
    }
  }
}

// ingress-nginx names both upstreams a-b-c-80, and the older namespace's Pods answer for the other's host.
TEST(Upstreams, NamespacesWhoseNamesRunIntoServicesStayApart) {
  const std::string text = yaml({.name = "one", .ns = "a-b", .paths = {"one.example / Prefix c:80"}}) + service("c", "a-b") +
                           yaml({.name = "two", .ns = "a", .created = 2, .paths = {"two.example / Prefix b-c:80"}}) +
                           service("b-c", "a");
  for (const Options& options : {Options(), exact()}) {
    EXPECT_EQ(World(text, options).answer("http://one.example/"), "a-b/c");
    EXPECT_EQ(World(text, options).answer("http://two.example/"), "a/b-c");
  }
}

}  // namespace
}  // namespace graylane::ingress_nginx
