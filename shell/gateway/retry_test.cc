// What happens when an endpoint does not answer.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "gateway/endpoint.h"
#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

/// An address where nobody listens.
net::SocketAddress nobody() {
  const net::Fd listener = std::move(*net::listen(net::SocketAddress::loopback()));
  return net::local_address(listener.get());
}

/// Reads a request and closes.
Upstream::Serve closing() {
  return [](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
  };
}

std::string request(std::string_view method, std::string_view body = "") {
  return std::string(method) + " / HTTP/1.1\r\nHost: app.example\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// During a rollout some endpoint is always going; nobody should see it.
TEST(Retry, AnEndpointThatRefusesIsPassedOver) {
  Upstream upstream;
  TestGateway gateway;
  gateway.serve({nobody(), upstream.address()});
  for (const std::string_view method : {"GET", "POST", "PATCH"}) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(gateway.ask(request(method, "x")).status, 200) << method;
  }
  EXPECT_GT(gateway.counts().retries, 0U);
}

// Whoever is in the canary must not be counted for the stable version: that would hide a broken canary.
TEST(Retry, ARefusedCanaryIsABadGatewayAndNeverTheOtherVersion) {
  Upstream stable("stable");
  TestGateway gateway;
  Routes routes;
  const auto a = routes.backend({stable.address()}, "old");
  const auto b = routes.backend({nobody()}, "new");
  routes.split("/", a, b, 100);
  gateway.publish(routes);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(gateway.get().status, 502);
  EXPECT_EQ(stable.count(), 0U);
}

// Every backend closes idle connections at some time, and a request may be on its way just then.
TEST(Retry, ARequestOnAPooledConnectionThatWasClosedIsSentAgain) {
  const auto upstream = Upstream::answering([](Socket& to, const Request& asked) {
    return asked.connection == 0 && asked.number == 1 ? false : to.send(ok(asked.body));
  });
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  client.send(request("PUT", "first"));
  EXPECT_EQ(read_response(client).body, "first");
  client.send(request("PUT", "second"));
  EXPECT_EQ(read_response(client).body, "second");
  EXPECT_EQ(upstream->count(), 3U);
  EXPECT_EQ(gateway.counts().upstream_connect_failures, 0U);
}

// Nobody wants to pay twice.
TEST(Retry, ARequestThatMayHaveHadAnEffectIsNotSentAgain) {
  for (const std::string_view method : {"POST", "PATCH", "LOCK"}) {
    const auto upstream = Upstream::answering([](Socket&, const Request&) { return false; });
    Upstream other;
    TestGateway gateway;
    gateway.serve({upstream->address()});
    EXPECT_EQ(gateway.ask(request(method, "x")).status, 502) << method;
    EXPECT_EQ(upstream->count(), 1U) << method;
  }
}

TEST(Retry, ARequestThatCanBeRepeatedGoesToTheNextEndpointWithItsBody) {
  // The body was streamed to the first endpoint already; the second needs all of it.
  const auto first = Upstream::answering([](Socket&, const Request&) { return false; });
  const auto second = Upstream::answering([](Socket& to, const Request& asked) { return to.send(ok(asked.body)); });
  TestGateway gateway;
  gateway.serve({first->address(), second->address()});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(gateway.ask(request("PUT", "the body")).body, "the body");
  EXPECT_GT(first->count(), 0U);
  Socket client = gateway.connect();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n");
  EXPECT_EQ(read_response(client).body, "abcde");
  EXPECT_NE(second->last().head.find("X-T: 1"), std::string::npos);
}

// What is not kept cannot be sent again: half a body would be worse than an error.
TEST(Retry, ALongBodyIsNotSentTwice) {
  Upstream first([](Socket& to, int) {
    Request asked;
    Upstream::read_head(to, asked);
    to.receive_bytes(100'000);
  });
  const auto second = Upstream::answering([](Socket& to, const Request& asked) { return to.send(ok(asked.body)); });
  TestGateway gateway;
  gateway.serve({first.address(), second->address()});
  int failed = 0;
  const std::string body(100'000, 'x');
  for (int i = 0; i < 2; ++i) {
    const Response response = gateway.ask(request("PUT", body));
    failed += response.status == 502;
    EXPECT_TRUE(response.status == 502 || response.body == body);
  }
  EXPECT_EQ(failed, 1);
}

// Three tries, as ingress-nginx has it, and then it must be said.
TEST(Retry, GivesUpAfterThreeTries) {
  Upstream upstream(closing());
  TestGateway gateway;
  gateway.serve({upstream.address()});
  EXPECT_EQ(gateway.ask(request("GET")).status, 502);
  EXPECT_EQ(upstream.connections(), 3);
}

// "0" in proxy-read-timeout is an immediate 504; and a timeout is a try like others.
TEST(Retry, AnEndpointThatIsTooSlowIsAGatewayTimeout) {
  Upstream upstream([](Socket& to, int) {
    while (to.receive()) {}
  });
  TestGateway gateway;
  Routes routes;
  routes.policy.read_timeout = std::chrono::seconds(0);
  routes.forward("/", routes.backend({upstream.address()}));
  gateway.publish(routes);
  EXPECT_EQ(gateway.ask(request("POST", "x")).status, 504);
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(gateway.ask(request("GET")).status, 504);
  EXPECT_EQ(upstream.connections(), 4);
  EXPECT_EQ(gateway.counts().upstream_timeouts, 4U);
}

// A host that is down does not even refuse.
TEST(Retry, AnEndpointThatDoesNotConnectIsAGatewayTimeout) {
  const net::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const net::SocketAddress any = net::SocketAddress::loopback();
  ASSERT_EQ(bind(listener.get(), any.data(), any.size()), 0);
  ASSERT_EQ(listen(listener.get(), 0), 0);
  const net::SocketAddress full = net::local_address(listener.get());
  std::vector<net::Fd> queue;  // fills the backlog, so that the next SYN is not answered
  for (int i = 0; i < 4; ++i) queue.push_back(std::move(*net::connect(full)));
  TestGateway gateway;
  Routes routes;
  routes.policy.connect_timeout = std::chrono::seconds(0);
  routes.forward("/", routes.backend({full}));
  gateway.publish(routes);
  EXPECT_EQ(gateway.ask(request("GET")).status, 504);
}

// A body that stops in the middle for ever: the client must learn that it is not whole.
TEST(Retry, AnAnswerThatStallsIsCut) {
  Upstream upstream([](Socket& to, int) {
    Request asked;
    Upstream::read_head(to, asked);
    to.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    while (to.receive()) {}
  });
  TestGateway gateway;
  Routes routes;
  routes.policy.read_timeout = std::chrono::seconds(1);
  routes.forward("/", routes.backend({upstream.address()}));
  gateway.publish(routes);
  Socket client = gateway.connect();
  client.send(request("GET"));
  client.receive_all();
  EXPECT_TRUE(client.text.ends_with("half"));
  EXPECT_TRUE(client.broken());
}

// Something that is not HTTP listens on the port.
TEST(Retry, AnAnswerThatIsNotHttpIsABadGateway) {
  for (const std::string_view answer :
       {"220 mail.example ESMTP\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 O"}) {
    Upstream upstream([answer](Socket& to, int) {
      Request asked;
      Upstream::read_head(to, asked);
      to.send(answer);
    });
    TestGateway gateway;
    gateway.serve({upstream.address()});
    EXPECT_EQ(gateway.ask(request("POST")).status, 502) << answer;
  }
}

// To ask a dead endpoint first with every other request doubles the latency of those.
TEST(Retry, AnEndpointThatFailsAgainAndAgainIsLeftAloneForAWhile) {
  Upstream upstream;
  TestGateway gateway;
  gateway.serve({nobody(), upstream.address()});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(gateway.get().status, 200);
  EXPECT_EQ(gateway.counts().retries, 3U);
}

TEST(Retry, TheLastEndpointIsNeverLeftAlone) {
  // nginx answered 502 for ten seconds after both of two endpoints had failed once.
  std::atomic<bool> sick = true;
  const auto upstream = Upstream::answering([&](Socket& to, const Request&) { return !sick && to.send(ok("well")); });
  TestGateway gateway;
  gateway.serve({upstream->address(), nobody()});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(gateway.get().status, 502);
  sick = false;
  EXPECT_EQ(gateway.get().status, 200);
}

// A client that gives up, or sends nonsense, says nothing about the endpoint: it keeps its turns.
TEST(Retry, WhatAClientDoesWrongIsNoFaultOfTheEndpoint) {
  std::atomic<uint64_t> held = 0;
  Upstream one([&](Socket& to, int) {
    for (Request asked; Upstream::read_head(to, asked) && asked.line.starts_with("GET / ");) to.send(ok("one"));
    ++held;
    while (to.receive()) {}
  });
  Upstream other("other");
  TestGateway gateway;
  Routes routes;
  routes.forward("/held", routes.backend({one.address()}, "held"));
  routes.forward("/", routes.backend({one.address(), other.address()}));
  gateway.publish(routes);
  uint64_t expected = 0;
  const auto hold = [&](std::string_view request) {
    Socket client = gateway.connect();
    client.send(request);
    ++expected;
    EXPECT_TRUE(eventually([&] { return held >= expected; }));
    return client;
  };
  for (uint64_t i = 1; i <= kFailuresToEject; ++i) {
    hold("GET /held HTTP/1.1\r\nHost: app.example\r\n\r\n").reset();
    ASSERT_TRUE(eventually([&] { return gateway.counts().client_aborts == i; }));
  }
  for (uint64_t i = 1; i <= kFailuresToEject; ++i) {
    Socket client = hold("POST /held HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    client.send("nonsense\r\n");
    EXPECT_EQ(read_response(client).status, 400);
  }
  EXPECT_EQ(gateway.counts().upstream_connect_failures, 0U);
  EXPECT_EQ(gateway.counts().retries, 0U);
  std::map<std::string, int> answered;
  for (int i = 0; i < 10; ++i) ++answered[gateway.get().body];
  EXPECT_EQ(answered["one"], 5);
}

// A killed Pod's endpoint goes from the table while requests wait for it: they follow the table.
TEST(Retry, AsksTheEndpointsOfTheNewestTable) {
  std::atomic<bool> asked = false;
  std::atomic<bool> go = false;
  Upstream dying([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    asked = true;
    eventually([&] { return go.load(); });
  });
  Upstream fresh("fresh");
  TestGateway gateway;
  gateway.serve({dying.address()});
  Socket client = gateway.connect();
  client.send(request("GET"));
  ASSERT_TRUE(eventually([&] { return asked.load(); }));
  gateway.serve({fresh.address()});
  go = true;
  EXPECT_EQ(read_response(client).body, "fresh");
}

}  // namespace
}  // namespace graylane::gateway
