#include <gtest/gtest.h>

#include <random>

#include "control/route_feed.h"
#include "route/explain.h"
#include "sources/directory.h"
#include "sources/test_directory.h"
#include "store/memory_store.h"

namespace graylane::daemon {
namespace {

using Random = std::mt19937;

int below(Random& random, int end) { return std::uniform_int_distribution(0, end - 1)(random); }

std::string one_of(Random& random, std::initializer_list<const char*> words) {
  return words.begin()[below(random, static_cast<int>(words.size()))];
}

// Few hosts, paths and Services, so that objects compete for them and canaries come and go.
std::string random_ingress(Random& random, const std::string& name) {
  std::string text =
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + name + "\n  annotations:\n    a/b: \"c\"\n";
  if (below(random, 2) == 0) {
    text += "    nginx.ingress.kubernetes.io/canary: \"true\"\n    nginx.ingress.kubernetes.io/canary-weight: \"" +
            std::to_string(below(random, 101)) + "\"\n";
    if (below(random, 2) == 0) text += "    nginx.ingress.kubernetes.io/canary-by-header: X-Canary\n";
  } else if (below(random, 4) == 0) {
    text += "    nginx.ingress.kubernetes.io/rewrite-target: /$1\n";
  }
  text += "spec:\n  rules:\n  - host: " + one_of(random, {"a.test", "b.test"}) + "\n    http:\n      paths:\n";
  for (int i = below(random, 2); i >= 0; --i) {
    text += "      - {path: " + one_of(random, {"/", "/x"}) +
            ", pathType: Prefix, backend: {service: {name: " + one_of(random, {"one", "two", "three"}) +
            ", port: {number: 80}}}}\n";
  }
  return text;
}

std::string random_service(Random& random, const std::string& name) {
  const std::string address = below(random, 4) == 0 ? "" : "{addresses: [\"10.0.0.1\"]}";
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         "}\nspec: {ports: [{port: 80}]}\n---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + name +
         ", labels: {kubernetes.io/service-name: " + name + "}}\naddressType: IPv4\nports: [{port: 80}]\nendpoints: [" + address +
         "]\n";
}

void edit(Random& random, const sources::TestDirectory& dir) {
  const std::string service = one_of(random, {"one", "two", "three"});
  const std::string ingress = one_of(random, {"i1", "i2", "i3", "i4"});
  switch (below(random, 5)) {
    case 0: dir.write("s-" + service + ".yaml", random_service(random, service)); break;
    case 1: dir.remove((below(random, 2) == 0 ? "s-" + service : ingress) + ".yaml"); break;
    default: dir.write(ingress + ".yaml", random_ingress(random, ingress)); break;
  }
}

// What the table does with a grid of requests, and what it says of the manifests.
std::string describe(const route::Table& table, const Diagnostics& diagnostics) {
  route::Scratch scratch;
  std::string text;
  const route::HeaderField canary{"X-Canary", "always"};
  for (const char* host : {"a.test", "b.test", "other.test"}) {
    for (const char* path : {"/", "/x", "/x/y", "/z"}) {
      for (const bool with_header : {false, true}) {
        route::Request request;
        request.host = host;
        request.target = path;
        if (with_header) request.headers = {&canary, 1};
        const route::Explanation answer = explain(table, request, scratch);
        text += std::string(host) + path + (with_header ? "+" : "") + " " + std::to_string(answer.status.value_or(0));
        for (const route::Outcome& to : answer.to)
          text += " " + to.service + "=" + std::to_string(to.share) + to.path + "@" + to.at.to_string();
        text += "\n";
      }
    }
  }
  for (const Diagnostic& diagnostic : diagnostics) text += to_string(diagnostic) + "\n";
  return text;
}

// Traffic must follow from what the directory holds now, not from the way it came there: else a restart changes routes.
TEST(DirectoryToTable, AnyOrderOfEditsEndsInTheSameTable) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    Random random(seed);
    const sources::TestDirectory dir;
    store::MemoryStore store;
    sources::DirectorySource source(dir.path());
    control::RouteFeed feed(store, {});
    for (int step = 0; step < 25; ++step) {
      edit(random, dir);
      if (below(random, 2) == 0) continue;
      ASSERT_TRUE(source.sync(store)->in_force) << "seed " << seed;
      const auto table = feed.poll();
      store::MemoryStore fresh_store;
      control::RouteFeed fresh(fresh_store, {});
      ASSERT_TRUE(sources::DirectorySource(dir.path()).sync(fresh_store)->in_force);
      const auto expected = fresh.poll();
      ASSERT_EQ(describe(**table, feed.diagnostics()), describe(**expected, fresh.diagnostics()))
          << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace graylane::daemon
