// What fails closed, and what the compiler makes of single objects. Canaries: canary_test.cc.
#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

const std::string kShop = "http://shop.example/";

std::string shop(const Pairs& annotations, Texts paths = {"shop.example / Prefix main:80", "shop.example /a Prefix main:80"}) {
  return services({"main", "new"}) + yaml({.annotations = annotations, .paths = std::move(paths)});
}

/// A protection that is not there: the answer, and a part of the reason that explain gives.
struct Protection {
  Pairs annotations;
  std::string answer;
  std::string why;
  std::string extra{};
};

std::vector<Protection> annotation_protections() {
  return {
      {{{"auth-url", "https://auth.example/check"}}, "500", "auth-url cannot be asked yet"},
      {{{"auth-url", "auth.example"}}, "503", "has no scheme or host"},
      {{{"auth-url", "https:///x"}}, "503", "has no scheme or host"},
      {{{"auth-type", "basic"}, {"auth-secret", "users"}}, "503", "does not exist"},
      {{{"auth-type", "basic"}, {"auth-secret", "users"}}, "503", "cannot be checked yet", secret("users")},
      {{{"auth-type", "digest"}, {"auth-secret", "users"}}, "503", "cannot be checked yet", secret("users")},
      {{{"auth-type", "basic"}, {"auth-secret", "other/users"}}, "503", "another namespace", secret("users", "other")},
      {{{"auth-type", "basic"}}, "503", "auth-type without auth-secret"},
      {{{"auth-type", "basic"}, {"auth-secret", "us;ers"}}, "503", "refused"},
      {{{"auth-tls-secret", "default/ca"}}, "403", "client certificates cannot be checked yet", secret("ca")},
      {{{"auth-tls-secret", "default/ca"}}, "403", "client certificates cannot be checked yet"},
      {{{"auth-tls-secret", "default/ca"}, {"auth-tls-verify-client", "optional"}},
       "403",
       "client certificates cannot be checked yet"},
      {{{"enable-modsecurity", "true"}}, "503", "firewall"},
      {{{"configuration-snippet", "deny all;"}},
       "503",
       "is nginx configuration",
       config_map({{"allow-snippet-annotations", "true"}, {"annotations-risk-level", "Critical"}})},
      {{{"auth-snippet", "x"}},
       "503",
       "is nginx configuration",
       config_map({{"allow-snippet-annotations", "true"}, {"annotations-risk-level", "Critical"}})},
      {{{"modsecurity-snippet", "x"}},
       "503",
       "is nginx configuration",
       config_map({{"allow-snippet-annotations", "true"}, {"annotations-risk-level", "Critical"}})},
      {{{"whitelist-source-range", "all"}}, "503", "refused"},
      {{{"denylist-source-range", "1.2.3.4/99"}}, "503", "refused"},
      {{{"proxy-ssl-secret", "default/gone"}}, "503", "does not exist"},
      {{{"custom-headers", "default/gone"}}, "503", "does not exist"},
  };
}

std::vector<Protection> config_protections() {
  return {
      {{}, "500", "global-auth-url", config_map({{"global-auth-url", "https://auth.example/"}})},
      {{}, "503", "block-cidrs", config_map({{"block-cidrs", "192.0.2.0/24"}})},
      {{}, "503", "block-user-agents", config_map({{"block-user-agents", "bad"}})},
      {{}, "503", "block-referers", config_map({{"block-referers", "bad"}})},
      {{}, "503", "whitelist-source-range", config_map({{"whitelist-source-range", "10.0.0.0/8, all"}})},
      {{}, "503", "denylist-source-range", config_map({{"denylist-source-range", "x"}})},
      {{}, "503", "enable-modsecurity", config_map({{"enable-modsecurity", "true"}})},
      {{}, "503", "location-snippet", config_map({{"location-snippet", "deny all;"}})},
  };
}

std::string whole_trace(const route::Explanation& answer) {
  std::string out;
  for (const route::TraceStep& step : answer.trace) out += step.rule + ": " + step.why + "\n";
  return out;
}

void check_closed(const std::vector<Protection>& rows) {
  for (const Protection& row : rows) {
    const World world(shop(row.annotations) + row.extra);
    for (const char* url : {"http://shop.example/", "http://shop.example/a/b", "https://shop.example/a"}) {
      const route::Explanation answer = world.explained({.url = url});
      EXPECT_EQ(text_of(answer), row.answer) << row.why << " " << url;
      EXPECT_TRUE(answer.to.empty()) << row.why << " " << url;
      EXPECT_NE(whole_trace(answer).find(row.why), std::string::npos) << row.why << " in:\n" << whole_trace(answer);
    }
  }
}

TEST(FailClosed, AProtectionThatCannotBeAppliedIsAnsweredAndExplained) {
  // Traffic is never served unprotected; the status is that of ingress-nginx when it cannot check.
  check_closed(annotation_protections());
}

TEST(FailClosed, TheConfigMapsProtectionsCloseEveryPath) {
  // What guards everybody there must not guard nobody here.
  check_closed(config_protections());
}

TEST(FailClosed, SnippetsThatAreNotAllowedLeaveTheIngressOut) {
  // As in ingress-nginx: no route at all rather than one without its snippet.
  EXPECT_EQ(World(shop({{"configuration-snippet", "deny all;"}})).answer(kShop), "404");
  EXPECT_EQ(World(shop({{"server-snippet", "x"}}) + config_map({{"annotations-risk-level", "Critical"}})).answer(kShop), "404");
}

TEST(FailClosed, ClientCertificatesCloseTheWholeHostFromAnyOfItsIngresses) {
  // auth-tls belongs to the host: another team's Ingress of the host, or a canary, closes it for all.
  const std::string other = shop({}, {"shop.example / Prefix main:80"}) + yaml({.name = "other",
                                                                                .ns = "other",
                                                                                .created = 2,
                                                                                .annotations = {{"auth-tls-secret", "other/ca"}},
                                                                                .paths = {"shop.example /x Prefix x:80"}});
  const std::string canary = shop({}, {"shop.example / Prefix main:80"}) +
                             yaml({.name = "canary",
                                   .created = 2,
                                   .annotations = {{"canary", "true"}, {"canary-weight", "1"}, {"auth-tls-secret", "default/ca"}},
                                   .paths = {"shop.example / Prefix new:80"}});
  for (const std::string& text : {other, canary}) {
    for (const Options& options : {Options(), exact()}) {
      const World world(text + service("third") + yaml({.name = "else", .paths = {"else.example / Prefix third:80"}}), options);
      EXPECT_EQ(world.answer(kShop), "403");
      EXPECT_EQ(world.answer("http://shop.example/none"), "403");
      EXPECT_EQ(world.answer("http://else.example/"), "third");
    }
  }
}

TEST(FailClosed, VerifyOffAsksForNothing) {
  // auth-tls-verify-client: "off" says that nobody is checked; there is nothing to miss but the Secret itself.
  const std::string off = shop({{"auth-tls-secret", "default/ca"}, {"auth-tls-verify-client", "off"}});
  EXPECT_EQ(World(off + secret("ca")).answer(kShop), "main");
  EXPECT_EQ(World(off).answer(kShop), "403");
}

TEST(FailClosed, SatisfyAnyLetsAnAllowedAddressIn) {
  // With satisfy: any an address of the list needs no password; everybody else still cannot be checked.
  const Pairs guarded = {{"auth-url", "https://auth.example/"}, {"whitelist-source-range", "10.0.0.0/8"}, {"satisfy", "any"}};
  const World world(shop(guarded));
  EXPECT_EQ(world.answer({.url = kShop, .client = "10.1.2.3"}), "main");
  EXPECT_EQ(world.answer({.url = kShop, .client = "192.0.2.1"}), "500");
  const World all(shop({guarded[0], guarded[1]}));
  EXPECT_EQ(all.answer({.url = kShop, .client = "10.1.2.3"}), "500");
  EXPECT_EQ(all.answer({.url = kShop, .client = "192.0.2.1"}), "403");
}

TEST(FailClosed, SatisfyAnyWithoutAListStillChecks) {
  // "any" of nothing but a password is the password.
  EXPECT_EQ(World(shop({{"auth-url", "https://auth.example/"}, {"satisfy", "any"}})).answer(kShop), "500");
}

TEST(FailClosed, NoAuthLocationsAreThePathsOfRules) {
  // The exemption is for a rule of that path, not for requests below it.
  const Pairs auth = {{"auth-url", "https://auth.example/"}};
  EXPECT_EQ(World(shop(auth)).answer("http://shop.example/.well-known/acme-challenge/x"), "500");
  const Texts paths = {"shop.example / Prefix main:80", "shop.example /.well-known/acme-challenge Prefix new:80"};
  EXPECT_EQ(World(shop(auth, paths)).answer("http://shop.example/.well-known/acme-challenge/x"), "new");
  EXPECT_EQ(World(shop(auth, paths) + config_map({{"no-auth-locations", "/open"}}))
                .answer("http://shop.example/.well-known/acme-challenge/x"),
            "500");
}

TEST(FailClosed, EnableGlobalAuthFalseOptsOut) {
  // The annotation is the documented way out of global-auth-url.
  const std::string config = config_map({{"global-auth-url", "https://auth.example/"}});
  EXPECT_EQ(World(shop({{"enable-global-auth", "false"}}) + config).answer(kShop), "main");
  EXPECT_EQ(World(shop({{"enable-global-auth", "no"}}) + config).answer(kShop), "500");
}

TEST(FailClosed, RedirectsAndSlashesComeBeforeAuthentication) {
  // As in ingress-nginx; nothing of the backend is shown by them.
  EXPECT_EQ(World(shop({{"auth-url", "https://auth.example/"}, {"permanent-redirect", "https://x.example/"}})).answer(kShop),
            "301 https://x.example/");
  EXPECT_EQ(
      World(shop({{"auth-url", "https://auth.example/"}}, {"shop.example /a/ Prefix main:80"})).answer("http://shop.example/a"),
      "301 http://shop.example/a/");
}

TEST(FailClosed, AnAliasAndAWwwNameAreNoWayAround) {
  // A second name of the host has the same protection, or is a redirect.
  const World world(shop(
      {{"auth-url", "https://auth.example/"}, {"server-alias", "alias.example, ~^re[0-9]"}, {"from-to-www-redirect", "true"}}));
  EXPECT_EQ(world.answer("http://alias.example/"), "500");
  EXPECT_EQ(world.answer("http://re1.example/"), "500");
  EXPECT_EQ(world.answer("http://www.shop.example/"), "308 http://shop.example:80");
}

TEST(FailClosed, ADefaultBackendIsProtectedLikeItsIngress) {
  // What serves unmatched paths or unknown hosts has the annotations of its Ingress.
  const std::string spec = "  defaultBackend: {service: {name: main, port: {number: 80}}}\n";
  EXPECT_EQ(World(services({"main"}) + yaml({.annotations = {{"auth-url", "https://auth.example/"}}, .spec = spec}))
                .answer("http://any.example/"),
            "500");
  EXPECT_EQ(World(services({"main"}) + yaml({.annotations = {{"auth-url", "https://auth.example/"}},
                                             .paths = {"shop.example /a Prefix main:80"},
                                             .spec = spec}))
                .answer("http://shop.example/b"),
            "500");
}

TEST(FailClosed, ASecretThatComesAndGoesChangesTheReasonOnly) {
  // The Secret is no object of a route; its coming must still be seen.
  Compiler compiler{Options()};
  for (const api::ObjectPtr& object : objects_of(shop({{"auth-type", "basic"}, {"auth-secret", "users"}}))) compiler.put(object);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "503");
  EXPECT_EQ(compiler.diagnostics().at(0).id, "location-denied");
  const api::ObjectPtr users = objects_of(secret("users"))[0];
  compiler.put(users);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "503");
  EXPECT_EQ(compiler.diagnostics().at(0).id, "protection-fails-closed");
  compiler.remove(users->key);
  compiler.compile();
  EXPECT_EQ(compiler.diagnostics().at(0).id, "location-denied");
}

TEST(Compiler, NothingIsATableThatAnswers404) {
  // The gateway starts before the first object comes.
  Compiler compiler{Options()};
  const route::TablePtr table = compiler.compile();
  EXPECT_EQ(text_of(explain(*table, {})), "404");
  EXPECT_EQ(text_of(explain(*table, {.url = "http://any.example/healthz"})), "200");
  EXPECT_EQ(compiler.compile(), table) << "nothing changed, nothing is published";
}

TEST(Compiler, AnotherKindChangesNothing) {
  // The feed passes everything on.
  Compiler compiler{Options()};
  for (const api::ObjectPtr& object : objects_of(shop({}))) compiler.put(object);
  const route::TablePtr table = compiler.compile();
  for (const api::ObjectPtr& object : objects_of("apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n")) compiler.put(object);
  EXPECT_EQ(compiler.compile(), table);
}

TEST(Compiler, FrozenIngressIsLeftOutAndTheOthersAreServed) {
  // ingress-nginx would take no further change of anybody.
  const World world(shop({{"rewrite-target", "/$nobody"}}) + yaml({.name = "else", .paths = {"else.example / Prefix main:80"}}));
  EXPECT_EQ(world.answer(kShop), "404");
  EXPECT_EQ(world.answer("http://else.example/"), "main");
}

TEST(Compiler, FrozenPathIsLeftOutAndTheOthersAreServed) {
  // One bad expression costs one path.
  const World world(shop({{"use-regex", "true"}}, {"shop.example /( Prefix main:80", "shop.example /b Prefix new:80"}));
  EXPECT_EQ(world.answer("http://shop.example/b"), "new");
}

TEST(Compiler, AgeDecidesAndTiesGoToTheNameThatSortsLast) {
  // One second is the resolution of creationTimestamp; scripts create several objects in one.
  const std::string both =
      services({"main", "new"}) + yaml({.name = "a", .created = 5, .paths = {"shop.example / Prefix main:80"}});
  EXPECT_EQ(World(both + yaml({.name = "b", .created = 5, .paths = {"shop.example / Prefix new:80"}})).answer(kShop), "new");
  EXPECT_EQ(World(both + yaml({.name = "b", .created = 6, .paths = {"shop.example / Prefix new:80"}})).answer(kShop), "main");
  EXPECT_EQ(World(both + yaml({.name = "b", .created = 0, .paths = {"shop.example / Prefix new:80"}})).answer(kShop), "main")
      << "without a timestamp it is younger";
}

}  // namespace
}  // namespace graylane::ingress_nginx
