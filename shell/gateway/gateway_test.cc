#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: app.example\r\n\r\n";

// The whole purpose.
TEST(Gateway, PassesARequestToABackendAndItsAnswerBack) {
  Upstream upstream("hello");
  TestGateway gateway;
  gateway.serve({upstream.address()});
  const Response response = gateway.get("/a?b=c");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(upstream.last().line, "GET /a?b=c HTTP/1.1");
  EXPECT_EQ(upstream.last().field("Host"), "app.example");
}

// A connection per request costs three times as much as a request.
TEST(Gateway, KeepsConnectionsOnBothSides) {
  Upstream upstream;
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  for (int i = 0; i < 10; ++i) {
    client.send(kGet);
    ASSERT_EQ(read_response(client).status, 200);
  }
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(gateway.counts().connections_accepted, 1U);
  EXPECT_EQ(gateway.counts().upstream_reuses, 9U);
}

// "Effective" is said to people and to controllers when this says so: from then on no request may see the old table.
TEST(Gateway, AfterTheAcknowledgementEveryRequestSeesTheNewTable) {
  Upstream a("a");
  Upstream b("b");
  GatewayOptions options;
  options.workers = 2;
  TestGateway gateway(options);
  EXPECT_EQ(gateway.gateway->acknowledged(), 0U);
  EXPECT_EQ(gateway.get().status, 503);  // nothing published yet
  for (int i = 0; i < 20; ++i) {
    gateway.serve({(i % 2 == 0 ? a : b).address()});
    EXPECT_EQ(gateway.gateway->acknowledged(), static_cast<uint64_t>(i + 1));
    for (int n = 0; n < 4; ++n) ASSERT_EQ(gateway.get().body, i % 2 == 0 ? "a" : "b");
  }
}

}  // namespace
}  // namespace graylane::gateway
