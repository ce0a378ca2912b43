#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

/// A manifest that holds one trap, and what is said about it.
struct Trap {
  std::string text;
  std::string id;
  Severity severity;
  std::string at;  // what stands at the diagnostic's place
  Options options{};
};

constexpr Severity kInfo = Severity::kInfo;
constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kError = Severity::kError;

std::string shop(const Pairs& annotations, Texts paths = {"shop.example / Prefix main:80"}, const std::string& spec = "") {
  return services({"main", "new"}) + yaml({.annotations = annotations, .paths = std::move(paths), .spec = spec});
}

std::string with_canary(Pairs annotations, Texts paths = {"shop.example / Prefix new:80"}, int created = 2) {
  annotations.insert(annotations.begin(), {"canary", "true"});
  return shop({}) + yaml({.name = "canary", .created = created, .annotations = annotations, .paths = std::move(paths)});
}

const Pairs kWeight = {{"canary-weight", "10"}};

void check(const std::vector<Trap>& traps) {
  for (const Trap& trap : traps) {
    World world(trap.text, trap.options);
    const Diagnostic* found = world.only(trap.id);
    ASSERT_NE(found, nullptr) << "not once: " << trap.id << " in: " << world.ids() << "\n" << trap.text;
    EXPECT_EQ(found->severity, trap.severity) << trap.id;
    EXPECT_EQ(world.text_at(*found), trap.at) << trap.id;
    EXPECT_FALSE(found->object.empty()) << trap.id;
  }
}

TEST(Diagnostics, EveryCanaryTrapIsToldOnceAtItsPlace) {
  // ingress-nginx says nothing of these, or only in its controller's log.
  const std::string none = services({"empty"});
  check({
      {shop({{"canary-weight", "10"}}), "canary-not-enabled", kWarning, "'10'"},
      {shop({{"canary", "yes"}, {"canary-weight", "10"}}), "canary-not-enabled", kWarning, "'yes'"},
      {shop({{"canary", "yes"}}), "annotation-ignored", kWarning, "'yes'"},
      {with_canary({{"canary-weight", "10%"}}), "annotation-ignored", kWarning, "'10%'"},
      {with_canary({{"canary-weight", "|\n      10"}}), "annotation-ignored", kWarning, "|"},
      {with_canary({{"canary-by-header", "X-V"}, {"canary-by-header-value", "a,b"}}), "canary-value-degraded", kWarning, "'a,b'"},
      {with_canary({{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "a{1,3}"}}), "annotation-ignored", kWarning,
       "'a{1,3}'"},
      {with_canary({{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "a{1,3}"}}), "canary-value-degraded", kWarning,
       "'a{1,3}'"},
      {with_canary(kWeight, {"shop.example /x Prefix new:80"}), "canary-path-unmatched", kError, "'/x'"},
      {with_canary(kWeight, {"gone.example / Prefix new:80"}), "canary-host-unmatched", kWarning, "\"gone.example\""},
      {with_canary(kWeight, {"shop.example /x Prefix new:80", "shop.example / Prefix new:80"}), "canary-already-removed",
       kWarning, "'/'"},
      {with_canary(kWeight) + yaml({.name = "later",
                                    .created = 3,
                                    .annotations = {{"canary", "true"}, {"canary-weight", "20"}},
                                    .paths = {"shop.example / Prefix main:81"}}),
       "canary-second", kWarning, "'true'"},
      {with_canary(kWeight) + yaml({.name = "else", .created = 4, .paths = {"else.example /e Prefix main:80"}}),
       "canary-shared-service", kInfo, "'/e'"},
      {with_canary(kWeight) + yaml({.name = "else", .created = 4, .paths = {"else.example /e Prefix main:80"}}),
       "canary-shared-service", kWarning, "'/e'", exact()},
      {with_canary(kWeight, {"shop.example / Prefix main:80"}), "canary-is-stable", kWarning, "'/'"},
      {with_canary(kWeight, {"shop.example / Prefix main:80"}, 0) +
           yaml({.name = "young", .created = 0, .paths = {"shop.example /y Prefix main:80"}}),
       "canary-is-stable", kWarning, "'/'"},
      {services({"main"}) +
           yaml({.name = "canary",
                 .created = 1,
                 .annotations = {{"canary", "true"}, {"canary-weight", "1"}},
                 .paths = {"shop.example / Prefix main:80"}}) +
           yaml({.created = 2, .paths = {"shop.example /s Prefix main:80"}}),
       "stable-hidden-by-canary", kError, "'/s'", exact()},
      {with_canary(kWeight, {"shop.example / Prefix gone:80"}), "service-missing", kWarning, "'/'"},
      {with_canary(kWeight, {"shop.example / Prefix new:99"}), "service-port-missing", kWarning, "'/'"},
      {with_canary({{"canary-weight", "10"}, {"auth-tls-secret", "default/ca"}}), "canary-auth-tls-leak", kWarning,
       "'default/ca'"},
      {with_canary(kWeight), "canary-nameless-cookie", kWarning, "'true'", exact()},
      {with_canary({{"canary-weight", "5"}, {"canary-weight-total", "10"}}), "canary-total-below-100", kWarning, "'10'"},
      {with_canary({{"canary-weight", "150"}}), "canary-weight-over-total", kWarning, "'150'"},
      {with_canary({{"canary-weight", "-1"}, {"canary-by-cookie", "c"}}), "canary-weight-negative", kWarning, "'-1'"},
      {with_canary({{"canary-weight", "1"}, {"canary-by-header-value", "v"}}), "canary-header-missing", kWarning, "'v'"},
      {with_canary({{"canary-by-header", "X-V"}, {"canary-by-header-value", "v"}, {"canary-by-header-pattern", "p"}}),
       "canary-pattern-unused", kWarning, "'p'"},
      {with_canary({{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "("}}), "canary-pattern-broken", kError, "'('"},
      {with_canary({{"canary-by-header", "x.version"}}), "canary-header-never-seen", kWarning, "'x.version'"},
      {with_canary({}), "canary-without-rules", kWarning, "'true'"},
      {with_canary({{"canary-weight", "10"}, {"affinity", "cookie"}}), "canary-affinity-ignored", kWarning, "'true'"},
      {services({"new"}) + yaml({.name = "canary",
                                 .annotations = {{"canary", "true"}, {"canary-weight", "1"}},
                                 .paths = {"shop.example / Prefix new:80"}}),
       "canary-without-stable", kWarning, "'true'"},
      {with_canary(kWeight) + yaml({.name = "later",
                                    .created = 3,
                                    .annotations = {{"canary", "true"}, {"canary-weight", "20"}},
                                    .paths = {"shop.example / Prefix new:80"}}),
       "canary-policy-of-another", kWarning, "'/'"},
      {with_canary(kWeight) + yaml({.name = "else", .created = 1, .paths = {"else.example / Prefix new:80"}}),
       "canary-service-is-stable-elsewhere", kWarning, "'/'"},
      {shop({}) + service("new", "other") +
           yaml({.name = "canary",
                 .ns = "other",
                 .created = 2,
                 .annotations = {{"canary", "true"}, {"canary-weight", "1"}},
                 .paths = {"shop.example / Prefix new:80"}}),
       "canary-cross-namespace", kError, "'true'"},
  });
}

std::vector<Trap> path_traps() {
  const std::string regex_host = shop({{"use-regex", "true"}}, {"shop.example /a(.*) Prefix main:80"});
  return {
      {regex_host + yaml({.name = "plain", .created = 2, .paths = {"shop.example /plain Prefix new:80"}}), "regex-host", kWarning,
       "'/plain'"},
      {regex_host + yaml({.name = "plain",
                          .created = 2,
                          .annotations = {{"use-regex", "true"}},
                          .paths = {"shop.example /exact Exact new:80"}}),
       "regex-exact", kWarning, "'/exact'"},
      {regex_host +
           yaml(
               {.name = "plain", .created = 2, .annotations = {{"use-regex", "true"}}, .paths = {"shop.example / Exact new:80"}}),
       "regex-exact-root", kWarning, "'/'"},
      {shop({{"affinity", "cookie"}, {"use-regex", "true"}}, {"shop.example /a(.*) Prefix main:80"}), "affinity-cookie-path",
       kWarning, "'/a(.*)'"},
      {shop({}, {"shop.example /a/ Prefix main:80"}), "trailing-slash-redirect", kInfo, "'/a/'"},
      {shop({{"whitelist-source-range", "10.0.0.0/8"}}, {"shop.example /a Prefix main:80"}), "implicit-root-inherits", kInfo,
       "\"shop.example\""},
      {shop({{"auth-url", "https://auth.example/"}}, {"shop.example /a Prefix main:80"}), "implicit-root-inherits", kInfo,
       "\"shop.example\""},
      {shop({{"permanent-redirect", "https://x.example/"}}, {"shop.example /a Prefix main:80"}), "implicit-root-inherits", kInfo,
       "\"shop.example\""},
      {shop({{"rewrite-target", "/"}}, {"shop.example /a Prefix main:80"}), "rewrite-collapses", kWarning, "'/'"},
      {shop({}) + yaml({.name = "else", .ns = "other", .created = 2, .paths = {"shop.example / Prefix new:80"}}),
       "path-duplicate", kWarning, "'/'"},
      {shop({}, {"shop.example /foo Prefix main:80", "shop.example /foo/ Prefix new:80"}), "path-would-freeze", kError,
       "'/foo/'"},
      {shop({{"use-regex", "true"}}, {"shop.example /( Prefix main:80"}), "regex-would-freeze", kError, "'/('"},
      {shop({{"force-ssl-redirect", "true"}}), "acme-path-not-exempt", kInfo, "'/'"},
      {shop({}, {"shop.example / Prefix main:80"}, "  tls: [{hosts: [shop.example], secretName: cert}]\n"), "ssl-redirect-off",
       kWarning, "{hosts: [shop.example], secretName: cert}]"},
      {shop({}, {}, "  defaultBackend: {service: {name: main, port: {number: 80}}}\n") +
           yaml({.name = "young", .created = 2, .spec = "  defaultBackend: {service: {name: new, port: {number: 80}}}\n"}),
       "catch-all-taken", kWarning, "new, port: {number: 80}}}"},
      {shop({}, {},
            "  rules: [{host: shop.example, http: {paths: [{path: /r, pathType: Prefix, backend: {resource: {kind: Bucket, name: "
            "b}}}]}}]\n"),
       "resource-backend-ignored", kWarning, "/r, pathType: Prefix, backend: {resource: {kind: Bucket, name: b}}}]}}]"},
  };
}

TEST(Diagnostics, EveryTrapOfPathsIsToldOnceAtItsPlace) {
  // Paths that mean something else than they say, in the words of the one who wrote them.
  check(path_traps());
}

std::vector<Trap> annotation_traps() {
  return {
      {shop({{"proxy-body-size", "8mb"}}), "annotation-ignored", kWarning, "'8mb'"},
      {shop({{"proxy-read-timeout", "2s"}}), "annotation-ignored", kWarning, "'2s'"},
      {shop({{"ssl-redirect", "yes"}}), "annotation-ignored", kWarning, "'yes'"},
      {shop({{"satisfy", "some"}}), "satisfy-unknown", kWarning, "'some'"},
      {shop({{"affinity", "ip"}}), "affinity-unknown", kWarning, "'ip'"},
      {shop({{"load-balance", "least_conn"}}), "ingress-dropped", kError, "'least_conn'"},
      {shop({{"permanent-redirect", "https://x$y"}}), "ingress-dropped", kError, "'https://x$y'"},
      {shop({{"server-snippet", "deny all;"}}), "annotation-risk", kError, "'deny all;'"},
      {shop({{"whitelist-source-range", "10.0.0.0/33"}}), "location-denied", kError, "'10.0.0.0/33'"},
      {shop({{"canary-wieght", "5"}}), "annotation-unknown", kWarning, "'5'"},
      {shop({{"secure-backends", "true"}}), "annotation-gone", kWarning, "'true'"},
      {shop({{"ingress.kubernetes.io/ssl-redirect", "false"}}), "annotation-other-prefix", kWarning, "'false'"},
      {shop({{"nginx.ingress.kuberntes.io/ssl-redirect", "false"}}), "annotation-other-prefix", kWarning, "'false'"},
      {shop({{"enable-cors", "true"}}), "annotation-not-applied", kWarning, "'true'"},
      {shop({{"proxy-read-timeout", "-1"}}), "value-would-freeze", kError, "'-1'"},
      {shop({{"limit-burst-multiplier", "0"}}), "value-would-freeze", kError, "'0'"},
      {shop({{"proxy-busy-buffers-size", "1k"}}), "value-would-freeze", kError, "'1k'"},
      {shop({{"auth-url", "https://a.example/"}, {"auth-signin", "https://a.example/ b"}}), "value-would-freeze", kError,
       "'https://a.example/ b'"},
      {shop({{"from-to-www-redirect", "true"}}, {"*.shop.example / Prefix main:80"}), "value-would-freeze", kError, "'true'"},
      {shop({{"rewrite-target", "/$nobody"}}), "ingress-would-freeze", kError, "'/$nobody'"},
      {shop({{"app-root", "/$nobody"}}), "ingress-would-freeze", kError, "'/$nobody'"},
      {shop({{"upstream-vhost", "$nobody"}}), "ingress-would-freeze", kError, "'$nobody'"},
      {shop({{"server-alias", "~^(a"}}), "ingress-would-freeze", kError, "'~^(a'"},
      {shop({{"auth-secret", "users"}}), "auth-secret-alone", kWarning, "'users'"},
      {shop({{"auth-signin", "https://a.example/"}}), "auth-signin-alone", kWarning, "'https://a.example/'"},
      {shop({{"x-forwarded-prefix", "/p"}}), "forwarded-prefix-without-rewrite", kWarning, "'/p'"},
      {shop({{"app-root", "home"}}), "app-root-not-absolute", kWarning, "'home'"},
      {shop({{"app-root", "/home"}, {"force-ssl-redirect", "true"}}), "redirect-downgrades", kWarning, "'/home'"},
      {shop({}, {"shop.example /a/ Prefix main:80"}) + config_map({{"use-forwarded-headers", "true"}}), "redirect-downgrades",
       kWarning, "'/a/'"},
      {shop({{"permanent-redirect", "https://x.example"}, {"temporal-redirect", "https://y.example"}}), "redirect-shadowed",
       kWarning, "'https://x.example'"},
      {shop({{"permanent-redirect", "https://x.example"}, {"permanent-redirect-code", "200"}}), "redirect-code-range", kWarning,
       "'200'"},
      {shop({{"server-alias", "b.example"}}) + yaml({.name = "b", .created = 2, .paths = {"b.example / Prefix new:80"}}),
       "alias-conflict", kWarning, "'b.example'"},
      {shop({{"server-alias", "a.example"}}) + yaml({.name = "b",
                                                     .created = 2,
                                                     .annotations = {{"server-alias", "b.example"}},
                                                     .paths = {"shop.example /b Prefix new:80"}}),
       "alias-ignored", kWarning, "'b.example'"},
      {shop({{"from-to-www-redirect", "true"}}) +
           yaml({.name = "www", .created = 2, .paths = {"www.shop.example / Prefix new:80"}}),
       "www-host-exists", kWarning, "'true'"},
      {shop({{"graylane.dev/split-by", "user"}}), "split-by-unknown", kError, "'user'"},
      {shop({}, {"shop.example / Prefix main:80"}, "  ingressClassName: traefik\n"), "ingress-not-ours", kInfo, "traefik"},
  };
}

TEST(Diagnostics, EveryTrapOfAnnotationsIsToldOnceAtItsPlace) {
  // One line for each, and it leads to the value.
  check(annotation_traps());
}

TEST(Diagnostics, EveryTrapOfTheConfigMapIsToldOnceAtItsPlace) {
  // A ConfigMap is for everybody, and a key that is misspelt is for nobody.
  const auto config = [](const std::string& key, const std::string& value) { return shop({}) + config_map({{key, value}}); };
  check({
      {config("proxy-body-sise", "8m"), "config-key-unknown", kWarning, "proxy-body-sise: '8m'"},
      {config("use-gzip", "true"), "config-key-not-applied", kWarning, "use-gzip: 'true'"},
      {config("proxy-body-size", "8mb"), "config-value-ignored", kWarning, "'8mb'"},
      {config("limit-req-status-code", "302"), "config-would-freeze", kError, "'302'"},
      {config("use-forwarded-headers", "true"), "forwarded-headers-trust-everybody", kWarning, "'true'"},
      {config("enable-real-ip", "true"), "forwarded-headers-trust-everybody", kWarning, "'true'"},
      {config("global-auth-url", "https://auth.example/"), "protection-fails-closed", kWarning, "'https://auth.example/'"},
      {config("block-cidrs", "192.0.2.0/24"), "protection-fails-closed", kWarning, "'192.0.2.0/24'"},
      {config("whitelist-source-range", "10.0.0.0/99"), "protection-fails-closed", kWarning, "'10.0.0.0/99'"},
      {config("enable-modsecurity", "true"), "protection-fails-closed", kWarning, "'true'"},
      {config("server-snippet", "deny all;"), "protection-fails-closed", kWarning, "'deny all;'"},
      {config("ssl-redirect", "true") + config_map({{"ssl-redirect", "true"}}, "ingress-nginx-controller", "z-second"),
       "config-map-second", kWarning, ""},
  });
}

// ---- whole texts

struct Golden {
  std::string text;
  std::string id;
  std::string expected;
};

std::vector<Golden> canary_texts() {
  return {
      {with_canary({{"canary-weight", "|\n      10"}}), "annotation-ignored",
       "test.yaml:49:48: warning: canary-weight: the value \"10\\n\" is refused and counts as absent, as in ingress-nginx, which "
       "says so in its log only [annotation-ignored]\n"
       "    in: Ingress default/canary, metadata.annotations[nginx.ingress.kubernetes.io/canary-weight]\n"
       "    fix: remove the blanks and line ends around the value (a block scalar | adds one; write >- or quotes)"},
      {with_canary(kWeight, {"shop.example /x Prefix new:80"}), "canary-path-unmatched",
       "test.yaml:56:15: error: no stable Ingress has this host with this path and pathType: ingress-nginx takes the whole "
       "canary Service new away, for its other paths too [canary-path-unmatched]\n"
       "    in: Ingress default/canary, spec.rules[0].http.paths[0]\n"
       "    fix: write the stable Ingress's path and pathType, letter for letter, or remove the path"},
      {with_canary(kWeight, {"gone.example / Prefix new:80"}), "canary-host-unmatched",
       "test.yaml:52:11: warning: no stable Ingress has the host gone.example: this rule of the canary gets no traffic "
       "[canary-host-unmatched]\n"
       "    in: Ingress default/canary, spec.rules[0].host\n"
       "    fix: write the stable Ingress's host, letter for letter (aliases and wildcards do not count)"},
      {shop({{"canary", "yes"}, {"canary-weight", "10"}}), "canary-not-enabled",
       "test.yaml:33:41: warning: this Ingress has canary settings but canary is not \"true\": it is an ordinary Ingress and "
       "competes with the stable one [canary-not-enabled]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/canary]\n"
       "    fix: set canary: \"true\", or delete the object"},
      {with_canary({{"canary-weight", "5"}, {"canary-weight-total", "10"}}), "canary-total-below-100",
       "test.yaml:50:54: warning: canary-weight-total below 100 counts as 100: 5 is 5 % [canary-total-below-100]\n"
       "    in: Ingress default/canary, metadata.annotations[nginx.ingress.kubernetes.io/canary-weight-total]\n"
       "    fix: write shares of 100, or a total above 100"},
      {with_canary({{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "("}}), "canary-pattern-broken",
       "test.yaml:50:59: error: regular expression does not compile: missing closing parenthesis at offset 1 of \"(\"; every "
       "request with the header X-V stays on the stable version [canary-pattern-broken]\n"
       "    in: Ingress default/canary, metadata.annotations[nginx.ingress.kubernetes.io/canary-by-header-pattern]\n"
       "    fix: mend the expression"},
      {with_canary(kWeight) + yaml({.name = "else", .created = 4, .paths = {"else.example /e Prefix main:80"}}),
       "canary-shared-service",
       "test.yaml:71:15: info: in ingress-nginx the canary Ingress default/canary would take traffic of else.example/e too, "
       "because it uses the same Service and port; here it does not [canary-shared-service]\n"
       "    in: Ingress default/else"},
  };
}

std::vector<Golden> annotation_texts() {
  return {
      {shop({{"proxy-body-size", "8mb"}}), "annotation-ignored",
       "test.yaml:33:50: warning: proxy-body-size: the value \"8mb\" is refused and counts as absent, as in ingress-nginx, which "
       "says so in its log only [annotation-ignored]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/proxy-body-size]\n"
       "    fix: write a number, or a number with k, m or g"},
      {shop({{"load-balance", "least_conn"}}), "ingress-dropped",
       "test.yaml:33:47: error: load-balance: the value \"least_conn\" is refused, and with it the whole Ingress is left out, as "
       "in ingress-nginx [ingress-dropped]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/load-balance]\n"
       "    fix: write round_robin or ewma"},
      {shop({{"whitelist-source-range", "10.0.0.0/33"}}), "location-denied",
       "test.yaml:33:57: error: whitelist-source-range: the value \"10.0.0.0/33\" is refused; the Ingress's paths answer 503 "
       "rather than be open [location-denied]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/whitelist-source-range]\n"
       "    fix: mend the value"},
      {shop({{"auth-url", "https://auth.example/"}}), "protection-fails-closed",
       "test.yaml:33:43: warning: auth-url cannot be asked yet: the Ingress's paths answer 500, as ingress-nginx does when the "
       "service does not answer [protection-fails-closed]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/auth-url]\n"
       "    fix: keep ingress-nginx in front of this host until this is applied here"},
      {shop({{"canary-wieght", "5"}}), "annotation-unknown",
       "test.yaml:33:48: warning: ingress-nginx knows no annotation canary-wieght and ignores it silently [annotation-unknown]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/canary-wieght]\n"
       "    fix: did you mean canary-weight?"},
      {shop({{"rewrite-target", "/$nobody"}}), "ingress-would-freeze",
       "test.yaml:33:49: error: rewrite-target: unknown variable $nobody: nginx would refuse the whole configuration and take no "
       "further change of anybody; here only this Ingress is left out [ingress-would-freeze]\n"
       "    in: Ingress default/main, metadata.annotations[nginx.ingress.kubernetes.io/rewrite-target]\n"
       "    fix: use a variable that nginx has, such as $host or $request_uri"},
      {shop({}, {"shop.example /foo Prefix main:80", "shop.example /foo/ Prefix new:80"}), "path-would-freeze",
       "test.yaml:44:15: error: the path /foo/ is the same nginx location as /foo of Ingress default/main: nginx would refuse "
       "the whole configuration and take no further change; here only this path is left out [path-would-freeze]\n"
       "    in: Ingress default/main\n"
       "    fix: remove one of the two paths"},
      {shop({{"use-regex", "true"}}, {"shop.example /a(.*) Prefix main:80"}) +
           yaml({.name = "plain", .created = 2, .paths = {"shop.example /plain Prefix new:80"}}),
       "regex-host",
       "test.yaml:55:15: warning: the path /plain is read as the case-insensitive expression ^/plain, open at its end: Ingress "
       "default/main of the same host has use-regex or rewrite-target [regex-host]\n"
       "    in: Ingress default/plain\n"
       "    fix: give the Ingress with expressions a host of its own"},
      {shop({}) + config_map({{"use-forwarded-headers", "true"}}), "forwarded-headers-trust-everybody",
       "test.yaml:45:26: warning: forwarded headers are trusted from every client (proxy-real-ip-cidr is 0.0.0.0/0): clients "
       "choose their own address, allow lists included [forwarded-headers-trust-everybody]\n"
       "    in: ConfigMap ingress-nginx/ingress-nginx-controller, data.use-forwarded-headers\n"
       "    fix: set proxy-real-ip-cidr to the addresses of your load balancers"},
  };
}

void check_texts(const std::vector<Golden>& rows) {
  for (const Golden& row : rows) {
    World world(row.text);
    const Diagnostic* found = world.only(row.id);
    EXPECT_NE(found, nullptr) << row.id << " in: " << world.ids();
    EXPECT_EQ(found == nullptr ? "" : to_string(*found), row.expected);
  }
}

TEST(Diagnostics, TextsOfCanaryTrapsSayWhatWhereAndWhatToDo) {
  // Golden: the wording is what users search for.
  check_texts(canary_texts());
}

TEST(Diagnostics, TextsOfAnnotationTrapsSayWhatWhereAndWhatToDo) {
  // Golden, as above.
  check_texts(annotation_texts());
}

TEST(Diagnostics, AnOrdinaryPairHasNone) {
  // A lint that cries at good manifests is switched off.
  EXPECT_EQ(World(with_canary(kWeight)).ids(), "");
  EXPECT_EQ(World(with_canary({{"canary-by-header", "X-Canary"}, {"canary-by-cookie", "beta"}})).ids(), "");
}

}  // namespace
}  // namespace graylane::ingress_nginx
