#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

std::string shop(Pairs annotations, const std::string& path = "shop.example / Prefix main:80") {
  return yaml({.annotations = std::move(annotations), .paths = {path}}) + services({"main"});
}

std::string answer(Pairs annotations, const std::string& more = "") {
  return World(shop(std::move(annotations)) + more).answer("http://shop.example/");
}

// Only an allow list can stand in for a password: whoever is merely not denied has shown nothing.
TEST(Protection, ADenyListAloneSatisfiesNobody) {
  EXPECT_EQ(answer({{"auth-url", "http://auth.test/"}, {"satisfy", "any"}, {"denylist-source-range", "203.0.113.0/24"}}), "500");
  EXPECT_EQ(answer({{"auth-url", "http://auth.test/"}, {"satisfy", "any"}, {"whitelist-source-range", "192.0.2.0/24"}}), "main");
  EXPECT_EQ(answer({{"auth-url", "http://auth.test/"}, {"satisfy", "any"}, {"whitelist-source-range", "203.0.113.0/24"}}), "500");
}

// A firewall is no authentication: what exempts from the one must not open the other.
TEST(Protection, ExemptionsOfAuthenticationDoNotOpenOtherProtections) {
  const Pairs satisfied = {{"enable-modsecurity", "true"}, {"satisfy", "any"}, {"whitelist-source-range", "192.0.2.0/24"}};
  EXPECT_EQ(answer(satisfied), "503");
  const World acme(shop({{"enable-modsecurity", "true"}}, "shop.example /.well-known/acme-challenge/x Prefix main:80"));
  EXPECT_EQ(acme.answer("http://shop.example/.well-known/acme-challenge/x"), "503");
  EXPECT_EQ(answer({}, config_map({{"block-cidrs", "192.0.2.0/24"}})), "503");
  EXPECT_EQ(answer({}, config_map({{"server-snippet", "deny all;"}})), "503");
  EXPECT_EQ(answer({}, config_map({{"enable-modsecurity", "false"}})), "main");
}

// A template that renders an empty list must not open what it should have restricted.
TEST(Protection, ABlankAddressListClosesThePath) {
  for (const char* list : {" ", ",", "10.0.0.0/8,", "10.0.0.0/8,,10.1.0.0/16", "banana"}) {
    EXPECT_EQ(answer({{"whitelist-source-range", list}}), "503") << list;
    EXPECT_EQ(answer({{"denylist-source-range", list}}), "503") << list;
  }
  EXPECT_EQ(answer({}, config_map({{"whitelist-source-range", "10.0.0.0/8,banana"}})), "503");
}

// ingress-nginx reads the older name only when the newer one is absent.
TEST(Protection, TheNewerNameOfAListWins) {
  EXPECT_EQ(answer({{"allowlist-source-range", "0.0.0.0/0"}, {"whitelist-source-range", "banana"}}), "main");
}

// With a part of the trusted proxies unreadable, trusting everybody would let clients choose their address.
TEST(Protection, UnreadableTrustedProxiesTrustFewerNotMore) {
  const World world(shop({{"whitelist-source-range", "10.0.0.0/8"}}) +
                    config_map({{"use-forwarded-headers", "true"}, {"proxy-real-ip-cidr", "lb.example"}}));
  EXPECT_EQ(world.answer("http://shop.example/", {{"X-Forwarded-For", "10.0.0.1"}}), "403");
}

// ingress-nginx fetches the Secret before it reads what is to be verified.
TEST(Protection, AMissingClientCaClosesTheHostEvenWithoutVerification) {
  const Pairs off = {{"auth-tls-secret", "default/ca"}, {"auth-tls-verify-client", "off"}};
  EXPECT_EQ(answer(off), "403");
  EXPECT_EQ(answer(off, secret("ca")), "main");
}

// A server-snippet acts on the whole host, so a neighbour's paths are not open either.
TEST(Protection, AServerSnippetClosesItsWholeHost) {
  const World world(shop({{"server-snippet", "deny all;"}}) +
                    yaml({.name = "other", .created = 2, .paths = {"shop.example /n Prefix main:80"}}) +
                    config_map({{"allow-snippet-annotations", "true"}, {"annotations-risk-level", "Critical"}}));
  EXPECT_EQ(world.answer("http://shop.example/n"), "503");
}

// It says that the stable Ingress's settings hold, instead of "the paths answer 503", which they do not.
TEST(Protection, OnACanaryItIsReportedAsWithoutEffect) {
  World world(shop({}) + services({"canary"}) +
              yaml({.name = "canary",
                    .created = 2,
                    .annotations = {{"canary", "true"}, {"canary-weight", "10"}, {"auth-url", "http://auth.test/"}},
                    .paths = {"shop.example / Prefix canary:80"}}));
  EXPECT_EQ(world.answer("http://shop.example/"), "main 0.9, canary 0.1");
  EXPECT_NE(world.only("canary-annotation-ignored"), nullptr) << world.ids();
  EXPECT_EQ(world.only("protection-fails-closed"), nullptr);
}

// nginx: two locations "= /f" are one location twice.
TEST(Paths, ASecondExactPathAfterAPrefixIsIsolated) {
  World world(yaml({.name = "a", .paths = {"shop.example /f Prefix main:80"}}) +
              yaml({.name = "b", .created = 2, .paths = {"shop.example /f Exact one:80"}}) +
              yaml({.name = "c", .created = 3, .paths = {"shop.example /f Exact two:80"}}) + services({"main", "one", "two"}));
  EXPECT_EQ(world.answer("http://shop.example/f"), "one");
  EXPECT_NE(world.only("path-would-freeze"), nullptr) << world.ids();
}

// A plain Prefix beside an Exact of the same path keeps only what is below it, on a host in regex mode too.
TEST(Paths, OnARegexHostAnExactPathTakesItsTextFromThePrefix) {
  const World world(yaml({.name = "a", .paths = {"shop.example /foo Prefix main:80", "shop.example /foo Exact exact:80"}}) +
                    yaml({.name = "b",
                          .created = 2,
                          .annotations = {{"use-regex", "true"}},
                          .paths = {"shop.example /re ImplementationSpecific main:80"}}) +
                    services({"main", "exact"}));
  EXPECT_EQ(world.answer("http://shop.example/foo"), "exact");
  EXPECT_EQ(world.answer("http://shop.example/foo/x"), "main");
}

// People's expressions were written for PCRE 1, which takes the hyphen of [\w-.] for itself.
TEST(Paths, ExpressionsOfPcre1Compile) {
  const World world(
      yaml({.annotations = {{"use-regex", "true"}}, .paths = {"shop.example /u/[\\w-.]+$ ImplementationSpecific main:80"}}) +
      services({"main"}));
  EXPECT_EQ(world.answer("http://shop.example/u/a-b.c"), "main");
  EXPECT_EQ(world.answer("http://shop.example/u/a+b"), "404");
}

// Reference: *.x is exactly one label of [A-Za-z0-9_-].
TEST(Hosts, AWildcardLabelIsLettersDigitsDashAndUnderscore) {
  const World world(yaml({.paths = {"*.example / Prefix main:80"}}) + services({"main"}));
  EXPECT_EQ(world.answer("http://a-b_1.example/"), "main");
  EXPECT_EQ(world.answer("http://a+b.example/"), "404");
  EXPECT_EQ(world.answer("http://a.b.example/"), "404");
}

// A Service that is not there is the commonest mistake, and its 503 shows only when somebody asks.
TEST(Lint, AStableServiceThatNothingServesIsReportedOnce) {
  World world(yaml({.paths = {"shop.example / Prefix gone:80", "shop.example /b Prefix gone:80"}}));
  ASSERT_NE(world.only("service-missing"), nullptr) << world.ids();
  EXPECT_EQ(world.text_at(*world.only("service-missing")).substr(0, 4), "gone");
}

// "No ready endpoints" would send the author to the Pods of a Service that is not there at all.
TEST(Lint, AMistypedServiceOrPortIsSaidAsSuch) {
  World service(yaml({.paths = {"shop.example / Prefix mian:80"}}) + services({"main", "other"}));
  const Diagnostic* missing = service.only("service-missing");
  ASSERT_NE(missing, nullptr) << service.ids();
  EXPECT_EQ(missing->message, "Service default/mian does not exist: its paths answer 503");
  EXPECT_EQ(missing->fix, "did you mean main?");
  World port(yaml({.paths = {"shop.example / Prefix main:99"}}) + services({"main"}));
  const Diagnostic* wrong = port.only("service-port-missing");
  ASSERT_NE(wrong, nullptr) << port.ids();
  EXPECT_EQ(wrong->message, "Service default/main has no port 99: its paths answer 503");
  EXPECT_NE(wrong->fix.find("80"), std::string::npos) << wrong->fix;
}

}  // namespace
}  // namespace graylane::ingress_nginx
