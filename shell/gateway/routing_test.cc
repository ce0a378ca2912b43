// What the table says, on the wire: versions, cookies, forwarded headers, the gateway's own answers.
#include <gtest/gtest.h>

#include <set>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

struct TwoVersions : testing::Test {
  Upstream stable{"stable"};
  Upstream canary{"canary"};
  TestGateway gateway;
  Routes routes;
  route::BackendId a = routes.backend({stable.address()}, "old");
  route::BackendId b = routes.backend({canary.address()}, "new");

  int canaries(int of, std::string_view fields = "") {
    Socket client = gateway.connect();
    int count = 0;
    for (int i = 0; i < of; ++i) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
      count += read_response(client).body == "canary";
    }
    return count;
  }
};

using Versions = TwoVersions;

// "20 %" is read off a dashboard after a minute: chance would make it 12 or 28 of 100.
TEST_F(Versions, TheShareIsExactInAnyWindow) {
  routes.split("/", a, b, 20);
  gateway.publish(routes);
  for (int window = 0; window < 5; ++window) EXPECT_NEAR(canaries(100), 20, 2);
}

// The draw's state survives: otherwise frequent changes would begin a new stratum each time.
TEST_F(Versions, TheShareIsExactOverChangesOfTheTable) {
  int count = 0;
  for (int i = 0; i < 50; ++i) {
    Routes fresh;
    fresh.revision = static_cast<uint64_t>(i);
    const auto old = fresh.backend({stable.address()}, "old");
    fresh.split("/", old, fresh.backend({canary.address()}, "new"), 10);
    gateway.publish(fresh);
    count += canaries(2);
  }
  EXPECT_NEAR(count, 10, 2);
}

TEST_F(Versions, AHeaderDecidesBeforeTheWeight) {
  // Seed of every gray release: testers first.
  route::Split& split = routes.split("/", a, b, 0);
  route::Test test;
  test.name = "foo";
  test.value = "bar";
  test.destination = 1;
  split.tests.push_back(test);
  gateway.publish(routes);
  EXPECT_EQ(canaries(5), 0);
  EXPECT_EQ(canaries(5, "Foo: bar\r\n"), 5);
}

// Users who flip between versions lose their baskets.
TEST_F(Versions, AStickySplitGivesACookieAndKeepsToIt) {
  route::Split& split = routes.split("/", a, b, 50);
  split.sticky.key = route::Sticky::Key::kCookie;
  split.sticky.name = "user";
  gateway.publish(routes);
  std::set<std::string> versions;
  for (int i = 0; i < 20; ++i) {
    const Response first = gateway.get();
    const std::string cookie = first.field("Set-Cookie");
    ASSERT_TRUE(cookie.starts_with("user=")) << first.head;
    EXPECT_TRUE(cookie.ends_with("; Path=/; HttpOnly"));
    versions.insert(first.body);
    const std::string sent = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
    for (int n = 0; n < 3; ++n) {
      const Response again = gateway.get("/", sent);
      EXPECT_EQ(again.body, first.body);
      EXPECT_FALSE(again.has("Set-Cookie"));
    }
  }
  EXPECT_EQ(versions.size(), 2U);
}

// Session affinity: the same endpoint of the same version, and a new cookie only when the old one names nobody.
TEST_F(Versions, AnAffinityCookieKeepsTheVersionAndTheEndpoint) {
  Upstream second("stable2");
  Routes made;
  const auto old = made.backend({stable.address(), second.address()}, "old");
  route::Split& split = made.split("/", old, made.backend({canary.address()}, "new"), 50);
  split.affinity_cookie = "INGRESSCOOKIE";
  route::Affinity affinity;
  affinity.cookie = "INGRESSCOOKIE";
  affinity.path = "/";
  made.policy.affinity = affinity;
  split.destinations[0].affinity_key = "key-of-old";
  split.destinations[1].affinity_key = "key-of-new";
  for (uint8_t i = 0; i < 2; ++i) {
    route::Test test;
    test.kind = route::Test::Kind::kAffinityCookie;
    test.name = "INGRESSCOOKIE";
    test.value = split.destinations[i].affinity_key;
    test.destination = i;
    split.tests.push_back(test);
  }
  gateway.publish(made);
  std::set<std::string> seen;
  for (int i = 0; i < 30; ++i) {
    const Response first = gateway.get("/", "Cookie: INGRESSCOOKIE=x|key-of-nobody\r\n");
    const std::string cookie = first.field("Set-Cookie");
    ASSERT_TRUE(cookie.starts_with("INGRESSCOOKIE=")) << first.head;
    EXPECT_NE(cookie.find(first.body == "canary" ? "|key-of-new; " : "|key-of-old; "), std::string::npos);
    seen.insert(first.body);
    for (int n = 0; n < 2; ++n) {
      const Response again = gateway.get("/", "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n");
      EXPECT_EQ(again.body, first.body);
      EXPECT_FALSE(again.has("Set-Cookie"));
    }
  }
  EXPECT_EQ(seen.size(), 3U);
}

// upstream-hash-by: the cache of one user is on one endpoint.
TEST(Balancing, AConsistentHashSendsAKeyToOneEndpoint) {
  Upstream a("a");
  Upstream b("b");
  Upstream c("c");
  TestGateway gateway;
  Routes routes;
  route::Backend backend;
  backend.service = "web";
  for (const Upstream* upstream : {&a, &b, &c}) backend.endpoints.push_back({"127.0.0.1", upstream->address().port()});
  backend.balance = route::LoadBalance::kConsistentHash;
  route::TextTemplate::Part part;
  part.kind = route::TextTemplate::Part::Kind::kVariable;
  part.variable = route::Variable::kHeader;
  part.text = "x-user";
  backend.hash_key.parts = {part};
  routes.forward("/", routes.add(std::move(backend)));
  gateway.publish(routes);
  std::set<std::string> seen;
  for (int user = 0; user < 20; ++user) {
    const std::string field = "X-User: u" + std::to_string(user) + "\r\n";
    const std::string first = gateway.get("/", field).body;
    seen.insert(first);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(gateway.get("/", field).body, first);
  }
  EXPECT_EQ(seen.size(), 3U);
}

TEST(Balancing, RoundRobinTakesTurns) {
  // 12 requests over 3 endpoints are 4 each: people count.
  Upstream a;
  Upstream b;
  Upstream c;
  TestGateway gateway;
  gateway.serve({a.address(), b.address(), c.address()});
  for (int i = 0; i < 12; ++i) gateway.get();
  EXPECT_EQ(a.count(), 4U);
  EXPECT_EQ(b.count(), 4U);
  EXPECT_EQ(c.count(), 4U);
}

// The address in a header is whatever its sender likes, unless a proxy of ours wrote it.
TEST(Forwarded, AddressesAreBelievedOnlyWhereTheTableSaysSo) {
  Upstream upstream;
  TestGateway gateway;
  Routes routes;
  routes.forward("/", routes.backend({upstream.address()}));
  const std::string fields =
      "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: pub.test\r\nX-Forwarded-Port: 444\r\n";
  const auto told = [&](std::string_view name) { return upstream.last().field(name); };

  gateway.publish(routes);
  gateway.get("/", fields);
  EXPECT_EQ(told("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(told("X-Forwarded-Proto"), "http");
  EXPECT_EQ(told("Host"), "app.example");
  EXPECT_EQ(told("X-Forwarded-Port"), std::to_string(gateway.gateway->address().port()));
  EXPECT_EQ(told("X-Request-ID").size(), 32U);

  routes.listener.enable_real_ip = true;  // the address only
  gateway.publish(routes);
  gateway.get("/", fields);
  EXPECT_EQ(told("X-Real-IP"), "1.2.3.4");
  EXPECT_EQ(told("X-Forwarded-For"), "1.2.3.4");
  EXPECT_EQ(told("X-Forwarded-Proto"), "http");
  EXPECT_EQ(told("X-Forwarded-Host"), "app.example");

  routes.listener.use_forwarded_headers = true;
  gateway.publish(routes);
  gateway.get("/", fields);
  EXPECT_EQ(told("X-Forwarded-Proto"), "https");
  EXPECT_EQ(told("X-Scheme"), "https");
  EXPECT_EQ(told("Host"), "pub.test");
  EXPECT_EQ(told("X-Forwarded-Host"), "pub.test");
  EXPECT_EQ(told("X-Forwarded-Port"), "444");

  routes.listener.proxy_real_ip_cidr = {*route::parse_cidr("203.0.113.0/24")};  // the sender is not in it
  gateway.publish(routes);
  gateway.get("/", fields);
  EXPECT_EQ(told("X-Real-IP"), "127.0.0.1");
}

// Paths and hosts are edited as explain says.
TEST(Forwarded, TheBackendGetsTheEditedHost) {
  Upstream upstream;
  TestGateway gateway;
  Routes routes;
  routes.policy.upstream_host = route::TextTemplate::literal("inner.test");
  routes.forward("/", routes.backend({upstream.address()}));
  gateway.publish(routes);
  gateway.get("/x?y=z");
  EXPECT_EQ(upstream.last().field("Host"), "inner.test");
  EXPECT_EQ(upstream.last().line, "GET /x?y=z HTTP/1.1");
}

// The gateway's own answers are what scripts and people see of a mistake.
TEST(OwnAnswers, HaveAStatusALocationAndAPage) {
  TestGateway gateway;
  Routes routes;
  routes.respond("/moved", 308, "https://app.example/new");
  routes.respond("/empty", 204);
  routes.forward("/none", routes.backend({}));
  gateway.publish(routes);
  const Response moved = gateway.get("/moved");
  EXPECT_EQ(moved.status, 308);
  EXPECT_EQ(moved.field("Location"), "https://app.example/new");
  EXPECT_EQ(moved.field("Content-Type"), "text/html");
  EXPECT_NE(moved.body.find("308 Permanent Redirect"), std::string::npos);
  EXPECT_EQ(moved.field("Date").size(), 29U);
  EXPECT_FALSE(moved.has("Server"));
  const Response empty = gateway.get("/empty");
  EXPECT_EQ(empty.status, 204);
  EXPECT_FALSE(empty.has("Content-Length"));
  EXPECT_EQ(gateway.get("/none").status, 503);
  EXPECT_EQ(gateway.get("/else").status, 404);
  EXPECT_EQ(gateway.ask("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
}

}  // namespace
}  // namespace graylane::gateway
