// What a policy changes on the way to endpoints and back: when another one is asked, HTTP/1.0, edits of answers, upgrades.
#include <gtest/gtest.h>

#include "gateway/response_edits.h"
#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

std::string answer_of(int status, std::string_view fields = "", std::string_view body = "x") {
  return "HTTP/1.1 " + std::to_string(status) + " S\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::unique_ptr<Upstream> saying(std::string text) {
  return Upstream::answering([text = std::move(text)](Socket& to, const Request&) { return to.send(text); });
}

std::string request(std::string_view method, std::string_view body = "") {
  return std::string(method) + " / HTTP/1.1\r\nHost: App.Example:8080\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

route::Retry retry_on(std::vector<uint16_t> statuses) {
  route::Retry retry;
  retry.statuses = std::move(statuses);
  return retry;
}

class Policies : public testing::Test {
 protected:
  void serve(std::vector<net::SocketAddress> endpoints) {
    Routes routes;
    routes.policy = policy_;
    routes.listener = listener_;
    routes.forward("/", routes.backend(std::move(endpoints)));
    gateway_.publish(routes);
  }

  route::Policy policy_;
  route::ListenerOptions listener_;
  TestGateway gateway_;
};

// A Pod that is overloaded says 503; another one may not be.
TEST_F(Policies, AStatusThatCountsAsAFailureIsRetriedElsewhere) {
  const auto busy = saying(answer_of(503));
  const auto well = Upstream::answering([](Socket& to, const Request& asked) { return to.send(ok(asked.body)); });
  policy_.retry = retry_on({503});
  serve({busy->address(), well->address()});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(gateway_.ask(request("PUT", "the body")).body, "the body");
  EXPECT_EQ(busy->count(), gateway_.counts().retries);
  EXPECT_GT(busy->count(), 0U);
}

// The client gets what the endpoint says, not a page of ours.
TEST_F(Policies, TheLastTriesAnswerIsTheClients) {
  const auto busy = saying(answer_of(503, "X-A: b\r\n", "busy"));
  policy_.retry = retry_on({503});
  serve({busy->address()});
  const Response response = gateway_.ask(request("GET"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "busy");
  EXPECT_EQ(response.field("X-A"), "b");
  EXPECT_EQ(busy->count(), 3U);
}

// Nobody wants to pay twice, unless they said so.
TEST_F(Policies, WhatMayHaveHadAnEffectIsRetriedOnlyWhenTold) {
  const auto busy = saying(answer_of(503));
  policy_.retry = retry_on({503});
  serve({busy->address()});
  EXPECT_EQ(gateway_.ask(request("POST", "x")).status, 503);
  EXPECT_EQ(busy->count(), 1U);
  policy_.retry->non_idempotent = true;
  serve({busy->address()});
  EXPECT_EQ(gateway_.ask(request("POST", "x")).status, 503);
  EXPECT_EQ(busy->count(), 4U);
}

TEST_F(Policies, TriesHaveTheNumberAskedForUpToTheCeiling) {
  // 0 or a million would be a flood: see kTriesCeiling.
  const auto busy = saying(answer_of(503));
  for (const auto& [asked, made] : {std::pair(1U, 1U), std::pair(5U, 5U), std::pair(1'000'000U, route::kTriesCeiling)}) {
    const size_t before = busy->count();
    policy_.retry = retry_on({503});
    policy_.retry->tries_max = asked;
    serve({busy->address()});
    EXPECT_EQ(gateway_.ask(request("GET")).status, 503);
    EXPECT_EQ(busy->count() - before, made);
  }
}

// A client that waits for half a minute already is not helped by a fourth try.
TEST_F(Policies, NoTryBeginsAfterTheTime) {
  const auto slow = Upstream::answering([](Socket& to, const Request&) {
    to.receive();  // until the gateway gives up
    return false;
  });
  policy_.retry = route::Retry();
  policy_.retry->time_max = std::chrono::seconds(1);
  policy_.read_timeout = std::chrono::seconds(1);
  serve({slow->address()});
  EXPECT_EQ(gateway_.ask(request("GET")).status, 504);
  EXPECT_EQ(slow->count(), 1U);
}

// "off" is said by people whose endpoints must see each request at most once.
TEST_F(Policies, RetriesCanBeOff) {
  const auto closing = Upstream::answering([](Socket&, const Request&) { return false; });
  policy_.retry = route::Retry();
  policy_.retry->on_error = policy_.retry->on_timeout = false;
  serve({closing->address()});
  EXPECT_EQ(gateway_.ask(request("GET")).status, 502);
  EXPECT_EQ(closing->count(), 1U);
}

TEST_F(Policies, AnAnswerThatIsNotHttpIsRetriedWhenTold) {
  // Only there: what answers in another protocol once will do so again.
  const auto odd = saying("220 mail.example ESMTP\r\n\r\n");
  Upstream well("well");
  policy_.retry = route::Retry();
  policy_.retry->on_invalid_header = true;
  serve({odd->address(), well.address()});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(gateway_.ask(request("GET")).body, "well");
}

// Some old servers answer HTTP/1.1 with chunks that they get wrong.
TEST_F(Policies, EndpointsCanBeSpokenToInHttp10) {
  const auto old = saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  policy_.http_1_0 = true;
  serve({old->address()});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(gateway_.ask(request("POST", "abc")).body, "ok");
  EXPECT_EQ(old->last().line, "POST / HTTP/1.0");
  EXPECT_FALSE(old->last().has("Connection"));
  EXPECT_EQ(old->connections(), 2);
  EXPECT_EQ(gateway_.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status, 411);
}

// ---- edits ----

std::string edited(const route::ResponseEdits& edits, std::string_view cookie) {
  std::string out = "untouched";
  return edit_cookie(edits, cookie, out) ? out : std::string(cookie);
}

// Backends know their own paths and names, browsers know ours.
TEST(ResponseEdits, CookiesGetOurPathAndDomain) {
  route::ResponseEdits edits;
  edits.cookie_path = route::CookieEdit{"/app", "/"};
  edits.cookie_domain = route::CookieEdit{"old.test", "new.example"};
  EXPECT_EQ(edited(edits, "sid=1; Path=/app; Domain=Old.test; HttpOnly"), "sid=1; Path=/; Domain=new.example; HttpOnly");
  EXPECT_EQ(edited(edits, "sid=1;domain = .old.test ;path=/app/x"), "sid=1;domain = .new.example ;path=//x");
  EXPECT_EQ(edited(edits, "sid=1; Path=/other; Domain=very.old.test"), "sid=1; Path=/other; Domain=very.old.test");
  EXPECT_EQ(edited(edits, "Path=/app"), "Path=/app");  // the cookie's own name
  EXPECT_EQ(edited(edits, "sid=1; Secure; Path"), "sid=1; Secure; Path");
  EXPECT_EQ(edited(edits, ""), "");
}

route::TextTemplate variable(route::Variable variable) {
  route::TextTemplate text;
  text.parts.emplace_back();
  text.parts[0].kind = route::TextTemplate::Part::Kind::kVariable;
  text.parts[0].variable = variable;
  return text;
}

TEST_F(Policies, ALocationGetsAnotherBeginning) {
  // The backend redirects to a name that only the cluster has.
  const auto moved = saying(answer_of(302, "Location: http://internal.test/x?y=1\r\n"));
  route::LocationEdit edit;
  edit.from = route::TextTemplate::literal("http://internal.test/");
  edit.to = route::TextTemplate::literal("/");
  const auto location = [&] {
    policy_.response_edits = route::ResponseEdits{edit, {}, {}, {}};
    serve({moved->address()});
    return gateway_.ask(request("GET")).field("Location");
  };
  EXPECT_EQ(location(), "http://app.example/x?y=1");
  edit.relative = true;
  EXPECT_EQ(location(), "/x?y=1");
  edit.to = route::TextTemplate::literal("https://");
  edit.to.parts.push_back(variable(route::Variable::kHost).parts[0]);
  edit.to.parts.push_back(route::TextTemplate::literal("/").parts[0]);
  EXPECT_EQ(location(), "https://app.example/x?y=1");
  edit.from = route::TextTemplate::literal("http://other.test/");
  EXPECT_EQ(location(), "http://internal.test/x?y=1");
  edit.pattern = *route::Regex::compile("^http://[a-z.]+/(.)", {});
  edit.to = route::TextTemplate::literal("https://new.example/");
  edit.to.parts.emplace_back();
  edit.to.parts[1].kind = route::TextTemplate::Part::Kind::kCapture;
  edit.to.parts[1].capture = 1;
  EXPECT_EQ(location(), "https://new.example/x");
}

// A variable may hold what a client sent.
TEST_F(Policies, AnEditedLocationCannotBreakTheHead) {
  const auto moved = saying(answer_of(302, "Location: /x\r\n"));
  route::LocationEdit edit;
  edit.from = route::TextTemplate::literal("/");
  edit.to = variable(route::Variable::kUri);
  policy_.response_edits = route::ResponseEdits{edit, {}, {}, {}};
  serve({moved->address()});
  const Response response = gateway_.get("/%0d%0aX-Forged:%20yes");
  EXPECT_FALSE(response.has("X-Forged"));
  EXPECT_EQ(response.field("Location"), "/x");
}

// Backends build links with it: it must be the name that the browser knows.
TEST_F(Policies, TheForwardedHostIsTheClientsWhateverTheBackendsIs) {
  Upstream upstream;
  policy_.upstream_host = route::TextTemplate::literal("internal.svc");
  serve({upstream.address()});
  gateway_.ask(request("GET"));
  EXPECT_EQ(upstream.last().field("Host"), "internal.svc");
  EXPECT_EQ(upstream.last().field("X-Forwarded-Host"), "App.Example:8080");
}

// ---- upgrades without Connection ----

TEST_F(Policies, AnUpgradeThatConnectionDoesNotNameGoesOnOnlyWhenTold) {
  // ingress-nginx does so; it is off unless somebody wants all of its ways.
  Upstream upstream;
  for (const bool told : {false, true}) {
    listener_.upgrade_without_connection = told;
    serve({upstream.address()});
    EXPECT_EQ(gateway_.get("/", "Upgrade: h2c\r\nConnection: close\r\n").status, 200);
    EXPECT_EQ(upstream.last().field("Upgrade"), told ? "h2c" : "");
    EXPECT_EQ(upstream.last().field("Connection"), told ? "upgrade" : "");
  }
}

// In such a tunnel requests would pass every rule.
TEST_F(Policies, HttpTwoGetsNoTunnelEvenThen) {
  Upstream upstream([](Socket& to, int) {
    Request asked;
    Upstream::read_head(to, asked);
    to.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n");
    while (to.receive()) {}
  });
  listener_.upgrade_without_connection = true;
  serve({upstream.address()});
  EXPECT_EQ(gateway_.get("/", "Upgrade: h2c\r\nConnection: Upgrade\r\n").status, 502);
}

}  // namespace
}  // namespace graylane::gateway
