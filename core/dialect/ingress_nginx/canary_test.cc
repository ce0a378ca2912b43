#include <map>

#include "dialect/ingress_nginx/emit.h"
#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

const std::string kShop = "http://shop.example";
const Pairs kByHeader = {{"canary", "true"}, {"canary-by-header", "X-Canary"}};

IngressText stable(Texts paths, int created = 1) { return {.created = created, .paths = std::move(paths)}; }
IngressText canary(Texts paths, int created = 2) {
  return {.name = "canary", .created = created, .annotations = kByHeader, .paths = std::move(paths)};
}

/// What a request that the canary's rule would take gets in the exact reading.
struct Topology {
  std::string name;
  std::vector<IngressText> ingresses;
  std::string url;
  std::string exact;
  std::string safe{};   // empty: the same
  std::string extra{};  // further manifests
};

std::string manifests(const Topology& row) {
  std::string text = services({"main", "new", "second"}) + row.extra;
  for (const IngressText& ingress : row.ingresses) text += yaml(ingress);
  return text;
}

std::vector<Topology> merging_rows() {
  return {
      {"canary after the stable Ingress",
       {stable({"shop.example / Prefix main:80"}), canary({"shop.example / Prefix new:80"})},
       kShop,
       "new"},
      {"canary before the stable Ingress",
       {stable({"shop.example / Prefix main:80"}, 5), canary({"shop.example / Prefix new:80"})},
       kShop,
       "new"},
      {"hosts are compared without case",
       {stable({"Shop.Example / Prefix main:80"}), canary({"shop.example / Prefix new:80"})},
       kShop,
       "new"},
      {"Prefix and ImplementationSpecific",
       {stable({"shop.example / Prefix main:80"}), canary({"shop.example / ImplementationSpecific new:80"})},
       kShop,
       "new"},
      {"Prefix and no type", {stable({"shop.example / Prefix main:80"}), canary({"shop.example / - new:80"})}, kShop, "new"},
      {"no path and /", {stable({"shop.example - - main:80"}), canary({"shop.example / Prefix new:80"})}, kShop, "new"},
      {"both without a host", {stable({"- / Prefix main:80"}), canary({"- / Prefix new:80"})}, "http://any.example", "new"},
      {"canary for a second port of its Service",
       {stable({"shop.example / Prefix main:80"}), canary({"shop.example / Prefix main:81"})},
       kShop,
       "main"},
      {"second path of an unknown host",
       {stable({"shop.example / Prefix main:80"}), canary({"shop.example / Prefix new:80", "gone.example / Prefix new:80"})},
       kShop,
       "new"},
      {"unmatched path of another Service",
       {stable({"shop.example / Prefix main:80"}), canary({"shop.example / Prefix new:80", "shop.example /x Prefix second:80"})},
       kShop,
       "new"},
  };
}

std::vector<Topology> inert_rows() {
  const IngressText main = stable({"shop.example / Prefix main:80"});
  return {
      {"other host", {main, canary({"canary.example / Prefix new:80"})}, kShop, "main"},
      {"the canary's own host", {main, canary({"canary.example / Prefix new:80"})}, "http://canary.example", "404"},
      {"wildcard of the stable host", {main, canary({"*.example / Prefix new:80"})}, kShop, "main"},
      {"host under the stable wildcard",
       {stable({"*.example / Prefix main:80"}), canary({"shop.example / Prefix new:80"})},
       kShop,
       "main"},
      {"alias of the stable host",
       {{.annotations = {{"server-alias", "alias.example"}}, .paths = {"shop.example / Prefix main:80"}},
        canary({"alias.example / Prefix new:80"})},
       "http://alias.example",
       "main"},
      {"/a and /a/",
       {stable({"shop.example /a Prefix main:80"}), canary({"shop.example /a/ Prefix new:80"})},
       kShop + "/a/",
       "main"},
      {"/a and /A", {stable({"shop.example /a Prefix main:80"}), canary({"shop.example /A Prefix new:80"})}, kShop + "/A", "404"},
      {"Exact and Prefix",
       {stable({"shop.example /a Exact main:80"}), canary({"shop.example /a Prefix new:80"})},
       kShop + "/a",
       "main"},
      {"Prefix and Exact",
       {stable({"shop.example /a Prefix main:80"}), canary({"shop.example /a Exact new:80"})},
       kShop + "/a",
       "main"},
      {"a second path without a stable one",
       {main, canary({"shop.example / Prefix new:80", "shop.example /x Prefix new:80"})},
       kShop,
       "main"},
      {"the same, the unmatched path first",
       {main, canary({"shop.example /x Prefix new:80", "shop.example / Prefix new:80"})},
       kShop,
       "main"},
      {"the same, in another canary",
       {main,
        canary({"shop.example / Prefix new:80"}),
        {.name = "later", .created = 3, .annotations = kByHeader, .paths = {"shop.example /x Prefix new:80"}}},
       kShop,
       "main"},
      {"no stable Ingress at all", {canary({"shop.example / Prefix new:80"})}, kShop, "404"},
      {"stable without a host, canary with one",
       {stable({"- / Prefix main:80"}), canary({"shop.example / Prefix new:80"})},
       kShop,
       "main"},
      {"stable with a host, canary without", {main, canary({"- / Prefix new:80"})}, kShop, "main"},
      {"canary / beside a stable /api",
       {stable({"shop.example /api Prefix main:80"}), canary({"shop.example / Prefix new:80"})},
       kShop,
       "404"},
      {"canary of the stable Service", {main, canary({"shop.example / Prefix main:80"})}, kShop, "main"},
      {"the same, canary older",
       {stable({"shop.example / Prefix main:80"}, 5), canary({"shop.example / Prefix main:80"})},
       kShop,
       "404",
       "main"},
      {"canary without a Service", {main, canary({"shop.example / Prefix gone:80"})}, kShop, "main"},
      {"canary with a wrong port", {main, canary({"shop.example / Prefix new:99"})}, kShop, "main"},
  };
}

std::vector<Topology> endpoint_rows() {
  const IngressText main = stable({"shop.example / Prefix main:80"});
  const IngressText on_empty = stable({"shop.example / Prefix empty:80"});
  return {
      {"canary without endpoints",
       {main, canary({"shop.example / Prefix empty:80"})},
       kShop,
       "main",
       {},
       service("empty", "default", false)},
      {"stable without endpoints",
       {on_empty, canary({"shop.example / Prefix new:80"})},
       kShop,
       "503",
       {},
       service("empty", "default", false)},
      {"stable without a Service",
       {stable({"shop.example / Prefix gone:80"}), canary({"shop.example / Prefix new:80"})},
       kShop,
       "503"},
      {"default-backend for an empty stable Service, and the canary",
       {{.annotations = {{"default-backend", "second"}}, .paths = {"shop.example / Prefix empty:80"}},
        canary({"shop.example / Prefix new:80"})},
       kShop,
       "new",
       {},
       service("empty", "default", false)},
  };
}

std::vector<Topology> sharing_rows() {
  const IngressText main = stable({"shop.example / Prefix main:80"});
  const IngressText by_other_header{.name = "second",
                                    .created = 3,
                                    .annotations = {{"canary", "true"}, {"canary-by-header", "X-Other"}},
                                    .paths = {"shop.example / Prefix second:80"}};
  return {
      {"stable Service on another host",
       {main, {.name = "else", .paths = {"else.example / Prefix main:80"}}, canary({"shop.example / Prefix new:80"})},
       "http://else.example",
       "new",
       "main"},
      {"the same by port name",
       {main, {.name = "else", .paths = {"else.example / Prefix main:http"}}, canary({"shop.example / Prefix new:80"})},
       "http://else.example",
       "main"},
      {"a second canary of the path, its header",
       {main,
        {.name = "first",
         .created = 2,
         .annotations = {{"canary", "true"}, {"canary-by-header", "X-First"}},
         .paths = {"shop.example / Prefix second:80"}},
        canary({"shop.example / Prefix new:80"}, 3)},
       kShop,
       "main"},
      {"the first canary of the path, its header",
       {main, canary({"shop.example / Prefix new:80"}), by_other_header},
       kShop,
       "new"},
      {"one canary Service in two canaries: the older policy",
       {main,
        canary({"shop.example / Prefix new:80"}),
        {.name = "later",
         .created = 3,
         .annotations = {{"canary", "true"}, {"canary-by-header", "X-Later"}},
         .paths = {"shop.example / Prefix new:80"}}},
       kShop,
       "new"},
      {"canary Service is an older stable version elsewhere",
       {main, {.name = "else", .paths = {"else.example / Prefix new:80"}}, canary({"shop.example / Prefix new:80"})},
       kShop,
       "main"},
      {"canary Service is a younger stable version elsewhere",
       {main,
        canary({"shop.example / Prefix new:80"}),
        {.name = "else", .created = 9, .paths = {"else.example / Prefix new:80"}}},
       kShop,
       "new"},
      {"the same, that stable host",
       {main,
        canary({"shop.example / Prefix new:80"}),
        {.name = "else", .created = 9, .paths = {"else.example / Prefix new:80"}}},
       "http://else.example",
       "404",
       "new"},
      {"canary of another namespace",
       {main,
        {.name = "canary", .ns = "other", .created = 2, .annotations = kByHeader, .paths = {"shop.example / Prefix new:80"}}},
       kShop,
       "other/new",
       "main",
       service("new", "other")},
  };
}

std::string backend_spec(const std::string& name) {
  return "  defaultBackend: {service: {name: " + name + ", port: {number: 80}}}\n";
}

std::vector<Topology> default_backend_rows() {
  const IngressText canary_backend{.name = "canary", .created = 2, .annotations = kByHeader, .spec = backend_spec("new")};
  return {
      {"both by defaultBackend", {{.spec = backend_spec("main")}, canary_backend}, "http://any.example/x", "new"},
      {"canary defaultBackend, stable path without a host",
       {stable({"- /a Prefix main:80"}), canary_backend},
       "http://any.example/a",
       "new"},
      {"canary / and a stable defaultBackend beside /api",
       {{.paths = {"shop.example /api Prefix second:80"}, .spec = backend_spec("main")},
        canary({"shop.example / Prefix new:80"})},
       kShop,
       "new"},
  };
}

void check(const std::vector<Topology>& rows) {
  const Pairs headers = {{"X-Canary", "always"}};
  for (const Topology& row : rows) {
    EXPECT_EQ(World(manifests(row), exact()).answer(row.url, headers), row.exact) << row.name << ", exact";
    EXPECT_EQ(World(manifests(row)).answer(row.url, headers), row.safe.empty() ? row.exact : row.safe) << row.name << ", safe";
  }
}

TEST(CanaryTopology, MergesWhereHostPathAndTypeAgree) {
  // Which Ingresses make a pair is by text, not by intent; each of these is a pair in ingress-nginx.
  check(merging_rows());
}

TEST(CanaryTopology, AnythingElseLeavesTheStableVersionAlone) {
  // A near miss is inert, and often in a way that nobody expects.
  check(inert_rows());
}

TEST(CanaryTopology, EndpointsOfTheStableVersionDecideFirst) {
  // An empty canary is no outage, an empty stable version is one, even for a request that asks for the canary.
  check(endpoint_rows());
}

TEST(CanaryTopology, UpstreamsAreSharedByServiceAndPort) {
  // The policy belongs to the Service:port and to its first Ingress, not to the Ingress that one looks at.
  check(sharing_rows());
}

TEST(CanaryTopology, DefaultBackendsMergeOnTheCatchAllHost) {
  // A catch-all shop is canaried by a catch-all canary, on each of its paths.
  check(default_backend_rows());
}

TEST(CanaryTopology, CanaryRuleWithoutHttpIsSkipped) {
  // ingress-nginx's controller dies on it; here the other rules work.
  World world(services({"main", "new"}) + yaml(stable({"shop.example / Prefix main:80"})) +
              yaml({.name = "canary",
                    .created = 2,
                    .annotations = kByHeader,
                    .spec = "  rules:\n  - host: shop.example\n  - host: shop.example\n    http: {paths: [{path: /, pathType: "
                            "Prefix, backend: {service: {name: new, port: {number: 80}}}}]}\n"}));
  EXPECT_EQ(world.answer(kShop, {{"X-Canary", "always"}}), "new");
  EXPECT_NE(world.only("canary-rule-without-http"), nullptr);
}

TEST(CanaryTopology, NotQuiteCanaryCompetesAndTheOlderWins) {
  // canary: "yes" is no canary: the object is an ordinary Ingress, and an older one takes everything.
  for (const int created : {1, 9}) {
    const World world(services({"main", "new"}) + yaml(stable({"shop.example / Prefix main:80"}, 5)) +
                      yaml({.name = "canary",
                            .created = created,
                            .annotations = {{"canary", "yes"}, {"canary-weight", "5"}},
                            .paths = {"shop.example / Prefix new:80"}}));
    EXPECT_EQ(world.answer(kShop), created == 1 ? "new" : "main");
  }
}

// ---- decisions

World decide(const Pairs& annotations, const Pairs& stable_annotations = {}, Options options = exact()) {
  return World(services({"main", "new"}) + yaml({.annotations = stable_annotations, .paths = {"shop.example / Prefix main:80"}}) +
                   yaml({.name = "canary", .created = 2, .annotations = annotations, .paths = {"shop.example / Prefix new:80"}}),
               std::move(options));
}

Pairs rules(Pairs more) {
  more.insert(more.begin(), {"canary", "true"});
  return more;
}

TEST(CanaryDecision, HeaderThenCookieThenWeight) {
  // The whole table of precedence, for a weight of nothing and of everything.
  const std::map<std::string, std::string> by_header = {{"always", "new"}, {"never", "main"}};
  const std::map<std::string, std::string> by_cookie = {{"ck=always", "new"}, {"ck=never", "main"}};
  for (const char* weight : {"0", "100"}) {
    const World world = decide(rules({{"canary-weight", weight}, {"canary-by-header", "X-Canary"}, {"canary-by-cookie", "ck"}}));
    const std::string by_weight = std::string(weight) == "0" ? "main" : "new";
    for (const char* header : {"absent", "always", "never", "other", "Always", "\"always\""}) {
      for (const char* cookie : {"", "ck=always", "ck=never", "ck=other", "ck=Always"}) {
        Pairs headers;
        if (std::string(header) != "absent") headers.emplace_back("X-Canary", header);
        if (*cookie != '\0') headers.emplace_back("Cookie", cookie);
        const std::string expected = by_header.contains(header)   ? by_header.at(header)
                                     : by_cookie.contains(cookie) ? by_cookie.at(cookie)
                                                                  : by_weight;
        EXPECT_EQ(world.answer(kShop, headers), expected) << weight << " " << header << " " << cookie;
      }
    }
  }
}

TEST(CanaryDecision, HeaderRulesByWhatTheRequestSends) {
  // The table of header rules against requests; the cookie stands for "next".
  struct Row {
    Pairs rule;
    std::string empty, always, never, match, other;
  };
  const std::string next = "new", main = "main";
  const std::vector<Row> rows = {
      {{{"canary-by-header", "X-V"}}, next, "new", main, next, next},
      {{{"canary-by-header", "X-V"}, {"canary-by-header-value", "two"}}, next, next, next, "new", next},
      {{{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "^two$"}}, next, next, next, "new", next},
      {{{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "("}}, main, main, main, main, main},
  };
  for (const Row& row : rows) {
    Pairs annotations = rules(row.rule);
    annotations.emplace_back("canary-by-cookie", "next");
    const World world = decide(annotations);
    const auto with = [&](const std::string& value) { return world.answer(kShop, {{"X-V", value}, {"Cookie", "next=always"}}); };
    EXPECT_EQ(with(""), row.empty);
    EXPECT_EQ(with("always"), row.always);
    EXPECT_EQ(with("never"), row.never);
    EXPECT_EQ(with("two"), row.match);
    EXPECT_EQ(with("three"), row.other);
    EXPECT_EQ(world.answer(kShop, {{"Cookie", "next=always"}}), "new") << "an absent header is no match and no failure";
  }
}

TEST(CanaryDecision, ValueBeatsPatternAndMakesAlwaysAnOrdinaryWord) {
  // canary-by-header-value: never sends "never" to the canary; the pattern beside a value is never asked.
  const World world =
      decide(rules({{"canary-by-header", "X-V"}, {"canary-by-header-value", "never"}, {"canary-by-header-pattern", ".*"}}));
  EXPECT_EQ(world.answer(kShop, {{"X-V", "never"}}), "new");
  EXPECT_EQ(world.answer(kShop, {{"X-V", "always"}}), "main");
  EXPECT_EQ(world.answer(kShop, {{"x-v", " never "}}), "new");
}

TEST(CanaryDecision, PatternsSearchBytesAndAnEmptyHeaderIsAValue) {
  // Unanchored, with case; "^$" matches a header that is there and empty, and not one that is absent.
  const World search = decide(rules({{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "b+c"}}));
  EXPECT_EQ(search.answer(kShop, {{"X-V", "abbcd"}}), "new");
  EXPECT_EQ(search.answer(kShop, {{"X-V", "ABBCD"}}), "main");
  const World empty = decide(rules({{"canary-by-header", "X-V"}, {"canary-by-header-pattern", "^$"}}));
  EXPECT_EQ(empty.answer(kShop, {{"X-V", ""}}), "new");
  EXPECT_EQ(empty.answer(kShop), "main");
}

TEST(CanaryDecision, WeightsAreSharesOfTheTotal) {
  // The total has a floor of 100, more than the total is everything, less than nothing is nothing, and nonsense is nothing.
  const std::map<std::pair<std::string, std::string>, std::string> rows = {
      {{"10", "100"}, "main 0.9, new 0.1"},
      {{"10", "10"}, "main 0.9, new 0.1"},
      {{"1", "1000"}, "main 0.999, new 0.001"},
      {{"100", "100"}, "new"},
      {{"150", "100"}, "new"},
      {{"150", "200"}, "main 0.25, new 0.75"},
      {{"-5", "100"}, "main"},
      {{"9223372036854775807", "100"}, "new"},
      {{"50%", "100"}, "main"},
      {{"+50", "100"}, "main 0.5, new 0.5"},
      {{"050", "0"}, "main 0.5, new 0.5"},
      {{"50", "-7"}, "main 0.5, new 0.5"},
      {{" 50", "100"}, "main"},
      {{"99999999999999999999", "100"}, "main"},
      {{"50", "x"}, "main 0.5, new 0.5"},
  };
  for (const auto& [row, expected] : rows) {
    EXPECT_EQ(decide(rules({{"canary-weight", row.first}, {"canary-weight-total", row.second}})).answer(kShop), expected)
        << row.first << " of " << row.second;
  }
}

TEST(CanaryDecision, NamesOfHeadersAndCookiesHaveNoCase) {
  // X_Canary in the annotation is the header X-Canary; a cookie's value has case, its name has not.
  const World world = decide(rules({{"canary-by-header", "X_Canary"}, {"canary-by-cookie", "Beta"}}));
  EXPECT_EQ(world.answer(kShop, {{"x-canary", "always"}}), "new");
  EXPECT_EQ(world.answer(kShop, {{"X_Canary", "always"}}), "main") << "nginx drops request headers with underscores";
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "a=b; bETA=always"}}), "new");
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "beta=never; beta=always"}}), "main") << "the first one counts";
}

// ---- session affinity

const Pairs kAffinity = {{"affinity", "cookie"}, {"session-cookie-name", "route"}};
const std::string kMainKey = "1700.1.1.1|" + affinity_key("default-main-80");
const std::string kNewKey = "1700.1.1.1|" + affinity_key("default-new-80");

TEST(CanaryAffinity, KeyIsTheDoubleHashOfTheUpstreamsName) {
  // Users move with their cookies: what ingress-nginx has handed out must be understood here. md5hex(md5hex(n) + n).
  EXPECT_EQ(affinity_key("default-main-80").size(), 32U);
  EXPECT_EQ(affinity_key(""), "74be16979710d4c4e7c6647856088456");  // md5hex("d41d8cd98f00b204e9800998ecf8427e")
}

TEST(CanaryAffinity, CookiePinsBothWaysAboveEveryRule) {
  // A user who has a session keeps the version of that session, whatever header or weight says.
  const World world = decide(rules({{"canary-by-header", "X-Canary"}, {"canary-weight", "50"}}), kAffinity);
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=" + kMainKey}, {"X-Canary", "always"}}), "main");
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=" + kNewKey}, {"X-Canary", "never"}}), "new");
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=1700|unknown"}}), "main 0.5, new 0.5");
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=1700"}}), "main 0.5, new 0.5");
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "Route=" + kNewKey}}), "main 0.5, new 0.5") << "the affinity cookie's name has case";
}

TEST(CanaryAffinity, LegacyOnlyLetsCanarySessionsGo) {
  // affinity-canary-behavior: legacy on the canary removes the canary's pin; the stable version's stays.
  const World world = decide(rules({{"canary-by-header", "X-Canary"}, {"affinity-canary-behavior", "legacy"}}), kAffinity);
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=" + kNewKey}}), "main");
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=" + kMainKey}, {"X-Canary", "always"}}), "main");
  Pairs on_stable = kAffinity;
  on_stable.emplace_back("affinity-canary-behavior", "legacy");
  EXPECT_EQ(decide(rules({{"canary-weight", "0"}, {"canary-by-header", "X-Canary"}}), on_stable)
                .answer(kShop, {{"Cookie", "route=" + kNewKey}}),
            "new")
      << "no effect on the stable Ingress";
}

TEST(CanaryAffinity, OfTheCanaryAloneIsIgnored) {
  // The documentation lists it as honoured; it is not.
  Pairs annotations = rules({{"canary-weight", "50"}});
  annotations.insert(annotations.end(), kAffinity.begin(), kAffinity.end());
  World world = decide(annotations);
  EXPECT_EQ(world.answer(kShop, {{"Cookie", "route=" + kNewKey}}), "main 0.5, new 0.5");
  EXPECT_NE(world.only("canary-affinity-ignored"), nullptr);
}

TEST(CanaryAffinity, DefaultCookieNameIsIngresscookie) {
  // The name that ingress-nginx uses when none is given, or when a bad one is.
  EXPECT_EQ(decide(rules({{"canary-weight", "0"}, {"canary-by-cookie", "x"}}), {{"affinity", "cookie"}})
                .answer(kShop, {{"Cookie", "INGRESSCOOKIE=" + kNewKey}}),
            "new");
  EXPECT_EQ(
      decide(rules({{"canary-weight", "0"}, {"canary-by-cookie", "x"}}), {{"affinity", "cookie"}, {"session-cookie-name", "a;b"}})
          .answer(kShop, {{"Cookie", "INGRESSCOOKIE=" + kNewKey}}),
      "new");
}

// ---- what a canary inherits

TEST(CanaryInheritance, LocationSettingsAreTheStableIngresss) {
  // A redirect, list or rewrite on the stable Ingress acts on canary requests; the canary's own does nothing.
  const Pairs by_header = rules({{"canary-by-header", "X-Canary"}});
  const Pairs always = {{"X-Canary", "always"}};
  EXPECT_EQ(decide(by_header, {{"permanent-redirect", "https://moved.example/"}}).answer(kShop, always),
            "301 https://moved.example/");
  EXPECT_EQ(decide(by_header, {{"force-ssl-redirect", "true"}}).answer(kShop, always), "308 https://shop.example");
  EXPECT_EQ(decide(by_header, {{"whitelist-source-range", "10.0.0.0/8"}}).answer(kShop, always), "403");
  EXPECT_EQ(decide(by_header, {{"auth-url", "https://auth.example/check"}}).answer(kShop, always), "500");
  const route::Explanation rewritten = decide(by_header, {{"rewrite-target", "/v1"}, {"upstream-vhost", "inner.example"}})
                                           .explained({.url = kShop + "/x", .headers = always});
  EXPECT_EQ(text_of(rewritten), "new");
  EXPECT_EQ(rewritten.to[0].path, "/v1");
  EXPECT_EQ(rewritten.to[0].host, "inner.example");
}

TEST(CanaryInheritance, LocationSettingsOfTheCanaryHaveNoEffect) {
  // Whoever writes them on the canary only believes in them.
  for (const auto& [name, value] : Pairs{{"permanent-redirect", "https://moved.example/"},
                                         {"force-ssl-redirect", "true"},
                                         {"whitelist-source-range", "10.0.0.0/8"},
                                         {"auth-url", "https://auth.example/check"},
                                         {"rewrite-target", "/v2"},
                                         {"use-regex", "true"},
                                         {"server-alias", "alias.example"},
                                         {"upstream-vhost", "x.example"}}) {
    const World world = decide(rules({{"canary-by-header", "X-Canary"}, {name, value}}));
    const route::Explanation answer = world.explained({.url = kShop + "/x", .headers = {{"X-Canary", "always"}}});
    EXPECT_EQ(text_of(answer), "new") << name;
    EXPECT_EQ(text_of(answer) == "new" ? answer.to[0].path : "", "/x") << name;
    EXPECT_EQ(world.answer("http://alias.example/"), "404") << name;
  }
}

TEST(CanaryInheritance, BalancingIsTheCanarysOwn) {
  // load-balance, upstream-hash-by and service-upstream belong to the Service:port of the Ingress that names it first.
  const World world =
      decide(rules({{"canary-by-header", "X-Canary"}, {"upstream-hash-by", "$request_uri"}}), {{"load-balance", "ewma"}});
  const route::Host& host = **world.table().exact.find("shop.example");
  ASSERT_EQ(host.splits.size(), 1U);
  EXPECT_EQ(world.table().backend(host.splits[0].destinations[0].backend).balance, route::LoadBalance::kEwma);
  EXPECT_EQ(world.table().backend(host.splits[0].destinations[1].backend).balance, route::LoadBalance::kConsistentHash);
}

}  // namespace
}  // namespace graylane::ingress_nginx
