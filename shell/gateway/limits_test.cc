// Nothing grows or waits without end.
#include <gtest/gtest.h>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;
using std::chrono::milliseconds;

std::string upload(size_t size, bool chunked) {
  char head[32];
  std::snprintf(head, sizeof head, "%zx\r\n", size);
  const std::string body(size, 'x');
  return "POST / HTTP/1.1\r\nHost: a\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" + (head + body) + "\r\n0\r\n\r\n"
                                                     : "Content-Length: " + std::to_string(size) + "\r\n\r\n" + body);
}

// proxy-body-size is inclusive, and a body that is announced too long is not sent to anybody.
TEST(Limits, ABodyOverTheLimitIsRefused) {
  Upstream upstream;
  TestGateway gateway;
  Routes routes;
  routes.policy.body_bytes_max = 1000;
  routes.forward("/", routes.backend({upstream.address()}));
  gateway.publish(routes);
  for (const bool chunked : {false, true}) {
    EXPECT_EQ(gateway.ask(upload(1000, chunked)).status, 200);
    const size_t before = upstream.count();
    const Response refused = gateway.ask(upload(1001, chunked));
    EXPECT_EQ(refused.status, 413) << chunked;
    EXPECT_NE(refused.body.find("413 Request Entity Too Large"), std::string::npos);
    EXPECT_EQ(upstream.count(), before) << "a whole request came through";
  }
}

// Slow heads are the cheapest attack there is.
TEST(Limits, AHeadThatDoesNotComeToAnEndIsATimeout) {
  GatewayOptions options;
  options.limits.head_timeout = milliseconds(50);
  TestGateway gateway(options);
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: ");
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 408 Request Time-out\r\n"));
}

TEST(Limits, ABodyThatDoesNotComeIsATimeout) {
  // And its endpoint is free again.
  Upstream upstream;
  GatewayOptions options;
  options.limits.body_timeout = milliseconds(50);
  TestGateway gateway(options);
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 408 Request Time-out\r\n"));
}

TEST(Limits, AnIdleConnectionIsClosedInTime) {
  // Clients that went away without a word would fill the table of connections.
  Upstream upstream;
  GatewayOptions options;
  options.limits.idle_timeout = milliseconds(50);
  TestGateway gateway(options);
  gateway.serve({upstream.address()});
  Socket fresh = gateway.connect();
  EXPECT_FALSE(fresh.receive());
  Socket used = gateway.connect();
  used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(read_response(used).status, 200);
  EXPECT_FALSE(used.receive());
  EXPECT_FALSE(used.broken());
}

// A reader that stops holds an endpoint's connection and our memory.
TEST(Limits, AClientThatDoesNotReadIsCutInTime) {
  std::atomic<bool> released = false;
  Upstream upstream([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    const std::string block(1024 * 1024, 'x');
    while (to.send(block)) {}
    released = true;
  });
  GatewayOptions options;
  options.limits.send_timeout = milliseconds(100);
  TestGateway gateway(options);
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return released.load(); }));
  EXPECT_TRUE(eventually([&] { return gateway.counts().client_aborts == 1; }));
}

TEST(Limits, FurtherConnectionsAreClosedAtOnce) {
  // Without it one client could take all descriptors of the process.
  GatewayOptions options;
  options.limits.connections_max = 3;
  TestGateway gateway(options);
  std::vector<Socket> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(gateway.connect());
  ASSERT_TRUE(eventually([&] { return gateway.counts().connections_active == 3; }));
  Socket further = gateway.connect();
  EXPECT_FALSE(further.receive());
  EXPECT_EQ(gateway.counts().connections_refused, 1U);
  clients.clear();
  ASSERT_TRUE(eventually([&] { return gateway.counts().connections_active == 0; }));
  EXPECT_EQ(gateway.get().status, 503);
}

// A burst must not leave its connections behind for ever.
TEST(Limits, ThePoolHasASize) {
  Upstream upstream([&](Socket& to, int) {
    Request request;
    while (Upstream::read_head(to, request)) {
      std::this_thread::sleep_for(milliseconds(20));  // so that they are at work together
      to.send(ok(""));
    }
  });
  GatewayOptions options;
  options.limits.upstream_idle_max = 2;
  TestGateway gateway(options);
  gateway.serve({upstream.address()});
  std::vector<Socket> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(gateway.connect());
  const auto all_ask = [&] {
    for (Socket& client : clients) client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    for (Socket& client : clients) EXPECT_EQ(read_response(client).status, 200);
  };
  all_ask();
  const uint64_t before = gateway.counts().upstream_reuses;
  all_ask();
  EXPECT_LE(gateway.counts().upstream_reuses - before, 4U);  // two waited; others may have come back meanwhile
  EXPECT_GE(upstream.connections(), 8);
}

}  // namespace
}  // namespace graylane::gateway
