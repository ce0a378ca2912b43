// Whatever was edited in whatever order, the table is the one that a new compiler makes of the objects that are there.
#include <map>

#include "dialect/ingress_nginx/test_manifests.h"
#include "route/split.h"

namespace graylane::ingress_nginx {
namespace {

using Objects = std::map<api::ObjectKey, api::ObjectPtr>;

/// Random manifests over few names, so that Ingresses meet on hosts and Services, and part again.
class Universe {
 public:
  explicit Universe(uint64_t seed) : rng_(seed) {}

  size_t below(size_t bound) { return rng_.below(bound); }
  bool one_in(size_t n) { return below(n) == 0; }
  template <size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[below(N)];
  }

  std::string ns() { return one_of({"a", "b"}); }
  std::string service_name() { return one_of({"s0", "s1", "s2", "s3"}); }

  std::string path() {
    return one_of({"h0.example", "h1.example", "H2.example", "www.h0.example", "www.www.h0.example", "*.w.example", "x.w.example",
                   "-"}) +
           " " + one_of({"/", "/a", "/a/", "/A", "/b", "/a(b)?"}) + " " +
           one_of({"Prefix", "Prefix", "Exact", "ImplementationSpecific", "-"}) + " " + service_name() + ":" +
           one_of({"80", "80", "80", "81", "http"});
  }

  Pairs annotations() {
    static const std::vector<Pairs> kChoices = {
        {{"canary", "true"}, {"canary-weight", "30"}},
        {{"canary", "true"}, {"canary-by-header", "X-Canary"}},
        {{"canary", "true"}, {"canary-by-cookie", "beta"}, {"affinity-canary-behavior", "legacy"}},
        {{"canary", "yes"}, {"canary-weight", "30"}},
        {{"rewrite-target", "/new/$1"}},
        {{"use-regex", "true"}},
        {{"from-to-www-redirect", "true"}},
        {{"server-alias", "h1.example, Alias.example"}},
        {{"server-alias", "alias.example, ~^re[0-9]+, *.w.example"}},
        {{"default-backend", "s3"}},
        {{"auth-type", "basic"}, {"auth-secret", "users"}},
        {{"auth-tls-secret", "a/ca"}},
        {{"custom-headers", "a/headers"}},
        {{"affinity", "cookie"}},
        {{"whitelist-source-range", "10.0.0.0/8"}},
        {{"permanent-redirect", "https://moved.example/"}},
        {{"upstream-hash-by", "$request_uri"}},
        {{"service-upstream", "true"}},
        {{"load-balance", "ip_hash"}},
        {{"app-root", "/home"}},
    };
    Pairs chosen;
    for (size_t n = below(3); n > 0; --n) {
      for (const auto& item : kChoices[below(one_in(2) ? 3 : kChoices.size())]) {
        const bool known = std::ranges::any_of(chosen, [&](const auto& other) { return other.first == item.first; });
        if (!known) chosen.push_back(item);
      }
    }
    return chosen;
  }

  std::string ingress() {
    IngressText text{
        .name = "i" + std::to_string(below(6)), .ns = ns(), .created = static_cast<int>(below(4)), .annotations = annotations()};
    for (size_t n = below(4); n > 0; --n) text.paths.push_back(path());
    if (one_in(6)) text.spec += "  defaultBackend: {service: {name: " + service_name() + ", port: {number: 80}}}\n";
    if (one_in(6)) text.spec += "  ingressClassName: " + one_of({"nginx", "ours", "theirs"}) + "\n";
    return yaml(text);
  }

  std::string any() {
    switch (below(12)) {
      case 0: return service(service_name(), ns(), false);
      case 1: return "---" + service(service_name(), ns()).substr(service("s0", "a").find("---", 3) + 3);  // the slice alone
      case 2:
        return config_map(
            {{one_of({"ssl-redirect", "global-auth-url", "whitelist-source-range", "enable-underscores-in-headers"}),
              one_of({"true", "10.0.0.0/8", "https://x.example/"})}},
            "ingress-nginx-controller", ns());
      case 3: return one_in(2) ? secret("users", ns()) : config_map({{"X-A", "1"}}, "headers", "a");
      case 4:
        return ingress_class(one_of({"ours", "theirs", "nginx"}), one_of({"k8s.io/ingress-nginx", "other.io/controller"}),
                             one_in(4));
      default: return ingress();
    }
  }

  std::vector<api::ObjectPtr> shuffled(const Objects& objects) {
    std::vector<api::ObjectPtr> list;
    for (const auto& [key, object] : objects) list.push_back(object);
    for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[below(i)]);
    return list;
  }

 private:
  route::Rng rng_;
};

std::vector<Ask> grid() {
  std::vector<Ask> asks;
  for (const char* host : {"h0.example", "h1.example", "h2.example", "www.h0.example", "www.www.h0.example", "x.w.example",
                           "y.w.example", "z.y.w.example", "alias.example", "re7.example", "static1.example", "any.example"}) {
    for (const char* path : {"/", "/a", "/a/b", "/b/c?q=1"}) {
      asks.push_back({.url = std::string("http://") + host + path});
      asks.push_back({.url = std::string("http://") + host + path,
                      .headers = {{"X-Canary", "always"}, {"Cookie", "INGRESSCOOKIE=1|2; beta=never"}},
                      .client = "10.0.0.9"});
    }
  }
  return asks;
}

std::string full_text(const route::Explanation& answer) {
  std::string out = text_of(answer);
  for (const route::Outcome& outcome : answer.to) out += " " + outcome.path + " " + outcome.host + " " + outcome.at.to_string();
  for (const route::TraceStep& step : answer.trace)
    out += "\n  " + step.rule + " " + (step.matched ? "+" : "-") + " " + step.why + " " + step.at.to_string() + " " + step.object;
  return out;
}

/// Everything that can be seen of a compiler and its table.
std::string fingerprint(const Compiler& compiler, const route::Table& table) {
  static const std::vector<Ask> kGrid = grid();
  std::string out;
  for (const Ask& ask : kGrid) out += ask.url + ": " + full_text(explain(table, ask)) + "\n";
  for (const Diagnostic& diagnostic : compiler.diagnostics()) out += to_string(diagnostic) + "\n";
  return out;
}

Compiler compiler_of(const std::vector<api::ObjectPtr>& objects, const Options& options) {
  Compiler compiler(options);
  for (const api::ObjectPtr& object : objects) compiler.put(object);
  return compiler;
}

/// Ids by Service and port; Services with several ids (a default backend beside itself) left out.
std::map<std::string, route::BackendId> backend_ids(const route::Table& table) {
  std::map<std::string, route::BackendId> ids;
  std::map<std::string, int> uses;
  for (size_t id = 0; id < table.backends.capacity(); ++id) {
    const route::BackendPtr& backend = table.backends[id];
    if (!backend) continue;
    const std::string name = backend->ns + "/" + backend->service + ":" + backend->port;
    ids[name] = static_cast<route::BackendId>(id);
    ++uses[name];
  }
  std::erase_if(ids, [&](const auto& item) { return uses.at(item.first) > 1; });
  return ids;
}

void expect_stable_ids(const route::Table& before, const route::Table& after) {
  const auto old_ids = backend_ids(before);
  for (const auto& [name, id] : backend_ids(after)) {
    const auto old = old_ids.find(name);
    EXPECT_EQ(old == old_ids.end() ? id : old->second, id) << name;
  }
}

/// Hosts that no edit has to do with.
std::string bystanders() {
  std::string text;
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    text += service("static" + n, "c") +
            yaml({.name = "static" + n, .ns = "c", .paths = {"static" + n + ".example / Prefix static" + n + ":80"}});
  }
  return text;
}

const route::Host* host_of(const route::Table& table, const char* name) {
  const route::HostPtr* host = table.exact.find(name);
  return host == nullptr ? nullptr : host->get();
}

bool concerns_all(const api::Object& object) { return object.key.kind == "IngressClass" || object.key.kind == "ConfigMap"; }

void run(uint64_t seed, int edits, const Options& options) {
  Universe universe(seed);
  Objects present;
  Compiler compiler(options);
  for (const api::ObjectPtr& object : objects_of(bystanders())) {
    present[object->key] = object;
    compiler.put(object);
  }
  route::TablePtr table = compiler.compile();
  for (int edit = 0; edit < edits; ++edit) {
    bool for_all = false;
    for (size_t n = 1 + universe.below(3); n > 0; --n) {
      const std::vector<api::ObjectPtr> objects = objects_of(universe.any());
      ASSERT_EQ(objects.size(), 1U);
      const api::ObjectPtr& object = objects[0];
      for_all = for_all || concerns_all(*object);
      if (universe.one_in(3)) {
        present.erase(object->key);
        compiler.remove(object->key);
      } else {
        present[object->key] = object;
        compiler.put(object);
      }
    }
    const route::TablePtr before = table;
    table = compiler.compile();
    Compiler fresh = compiler_of(universe.shuffled(present), options);
    const route::TablePtr expected = fresh.compile();
    ASSERT_EQ(fingerprint(compiler, *table), fingerprint(fresh, *expected)) << "seed " << seed << ", edit " << edit;
    ASSERT_EQ(table->exact.size(), expected->exact.size());
    ASSERT_EQ(backend_ids(*table).size(), backend_ids(*expected).size()) << "a backend that nobody uses is left";
    expect_stable_ids(*before, *table);
    if (for_all) continue;
    for (const char* host : {"static0.example", "static1.example", "static2.example"})
      EXPECT_EQ(host_of(*before, host), host_of(*table, host)) << "seed " << seed << ", edit " << edit;
  }
}

TEST(Incremental, EditsEndInTheTableOfANewCompiler) {
  // What is left of an old table, and what a merge or split of components forgets, would send requests astray for good.
  for (uint64_t seed = 1; seed <= 12; ++seed) run(seed, 40, Options());
}

TEST(Incremental, EditsEndInTheTableOfANewCompilerInTheExactReading) {
  // Shared upstreams carry more from one Ingress to another there.
  for (uint64_t seed = 101; seed <= 108; ++seed) run(seed, 40, exact());
}

TEST(Incremental, OrderOfObjectsDoesNotMatter) {
  // A watch gives them in any order; two gateways must not differ.
  Universe universe(7);
  Objects objects;
  for (int i = 0; i < 60; ++i) {
    for (const api::ObjectPtr& object : objects_of(universe.any())) objects[object->key] = object;
  }
  Compiler first = compiler_of(universe.shuffled(objects), Options());
  const std::string expected = fingerprint(first, *first.compile());
  for (int i = 0; i < 10; ++i) {
    Compiler next = compiler_of(universe.shuffled(objects), Options());
    ASSERT_EQ(fingerprint(next, *next.compile()), expected);
  }
}

TEST(Incremental, PuttingTheSameAgainChangesNoAnswer) {
  // A watch that reconnects sends everything once more.
  Universe universe(8);
  Objects objects;
  for (int i = 0; i < 40; ++i) {
    for (const api::ObjectPtr& object : objects_of(universe.any())) objects[object->key] = object;
  }
  Compiler compiler = compiler_of(universe.shuffled(objects), Options());
  const std::string expected = fingerprint(compiler, *compiler.compile());
  for (const auto& [key, object] : objects) compiler.put(object);
  EXPECT_EQ(fingerprint(compiler, *compiler.compile()), expected);
}

TEST(Incremental, AnAliasConnectsHostsWhateverItsCase) {
  // The alias takes no traffic of a host that comes later, in a component of its own but for the alias.
  Compiler compiler = compiler_of(objects_of(services({"main", "new"}) + yaml({.annotations = {{"server-alias", "Else.Example"}},
                                                                               .paths = {"shop.example / Prefix main:80"}})),
                                  Options());
  EXPECT_EQ(text_of(explain(*compiler.compile(), {.url = "http://else.example/"})), "main");
  const auto later = objects_of(yaml({.name = "else", .created = 2, .paths = {"else.example / Prefix new:80"}}));
  compiler.put(later[0]);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {.url = "http://else.example/"})), "new");
  compiler.remove(later[0]->key);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {.url = "http://else.example/"})), "main");
}

TEST(Incremental, AWwwRedirectNeverReplacesAHostWithMoreLabels) {
  // www.www.x redirects from www.x: that host may belong to somebody, whichever came first.
  const auto redirecting = objects_of(services({"main", "new"}) + yaml({.annotations = {{"from-to-www-redirect", "true"}},
                                                                        .paths = {"www.www.x.example / Prefix main:80"}}));
  const auto real = objects_of(yaml({.name = "real", .created = 2, .paths = {"www.x.example / Prefix new:80"}}));
  Compiler compiler = compiler_of(real, Options());
  compiler.compile();
  for (const api::ObjectPtr& object : redirecting) compiler.put(object);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {.url = "http://www.x.example/"})), "new");
}

}  // namespace
}  // namespace graylane::ingress_nginx
