// Tables that change under load, and the end of a gateway.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

/// Asks on keep-alive connections until told to stop.
class Load {
 public:
  Load(TestGateway& gateway, int clients) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this, &gateway] { run(gateway.connect()); });
  }
  ~Load() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  int answered() const { return answered_; }
  int failed() const { return failed_; }

 private:
  void run(Socket client) {
    while (!stopping_) {
      client.send("GET / HTTP/1.1\r\nHost: app.example\r\n\r\n");
      (read_response(client).status == 200 ? answered_ : failed_) += 1;
    }
  }
  std::atomic<bool> stopping_ = false;
  std::atomic<int> answered_ = 0;
  std::atomic<int> failed_ = 0;
  std::vector<std::thread> threads_;
};

// The point of the whole: a change costs nobody anything.
TEST(Change, TablesThatChangeUnderLoadLoseNoRequest) {
  Upstream stable("stable");
  Upstream canary("canary");
  Upstream more("more");
  GatewayOptions options;
  options.workers = 2;
  TestGateway gateway(options);
  const auto table = [&](uint64_t n) {
    Routes routes;
    routes.revision = n;
    if (n % 7 == 0) routes.respond("/gone", 404);
    const auto a =
        routes.backend(n % 3 == 0 ? std::vector{stable.address(), more.address()} : std::vector{stable.address()}, "old");
    const auto b = routes.backend({canary.address()}, "new");
    routes.split("/", a, b, n % 101);
    return routes.table();
  };
  gateway.publish(table(1));
  Load load(gateway, 4);
  uint64_t swaps = 1;
  while (swaps < 300 || load.answered() < 1000) {
    const uint64_t sequence = gateway.gateway->publish(table(++swaps));
    ASSERT_TRUE(swaps % 5 != 0 || gateway.gateway->wait_acknowledged(sequence, std::chrono::seconds(20)));
  }
  load.stop();
  EXPECT_EQ(load.failed(), 0);
  EXPECT_EQ(gateway.counts().connections_accepted, 4U) << "a change closed a connection";
  EXPECT_EQ(gateway.gateway->acknowledged(), swaps);
}

// A table is megabytes: what nobody routes by any more has to go.
TEST(Change, OldTablesAreFreedWhenNoRequestUsesThem) {
  std::atomic<bool> go = false;
  Upstream upstream([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    eventually([&] { return go.load(); });
    to.send(ok("late"));
  });
  TestGateway gateway;
  Routes routes;
  routes.forward("/", routes.backend({upstream.address()}));
  route::TablePtr table = routes.table();
  const std::weak_ptr<const route::Table> first = table;
  gateway.publish(table);
  table.reset();
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return upstream.connections() == 1; }));
  for (int i = 0; i < 3; ++i) gateway.publish(routes);
  EXPECT_FALSE(first.expired()) << "a request in flight still points into it";
  go = true;
  EXPECT_EQ(read_response(client).body, "late");
  EXPECT_TRUE(eventually([&] {
    gateway.publish(routes);
    return first.expired();
  }));
}

// Progress waits for this; what does not come must not block for ever.
TEST(Change, WaitingForAnAcknowledgementEnds) {
  TestGateway gateway;
  EXPECT_FALSE(gateway.gateway->wait_acknowledged(1, std::chrono::milliseconds(10)));
}

// SIGTERM in a rollout of the gateway itself: idle connections go at once, so that clients come back elsewhere.
TEST(Drain, ClosesIdleConnectionsAtOnceAndTakesNoNewOnes) {
  Upstream upstream;
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket idle = gateway.connect();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(read_response(idle).status, 200);
  const net::SocketAddress address = gateway.gateway->address();
  gateway.gateway->drain();
  EXPECT_FALSE(idle.receive());
  EXPECT_FALSE(idle.broken());
  gateway.gateway->join();
  Socket late(std::move(*net::connect(address)));
  ASSERT_TRUE(late.ready(POLLOUT));
  EXPECT_EQ(net::socket_error(late.fd()), ECONNREFUSED);
}

TEST(Drain, LetsRequestsEndAndTellsTheClientThatTheConnectionEnds) {
  // Otherwise the client would send its next request into a closed socket.
  std::atomic<bool> go = false;
  Upstream upstream([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    eventually([&] { return go.load(); });
    to.send(ok("whole"));
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return upstream.connections() == 1; }));
  Socket idle = gateway.connect();
  gateway.gateway->drain();
  EXPECT_FALSE(idle.receive());  // now it drains
  go = true;
  const Response response = read_response(client);
  EXPECT_EQ(response.body, "whole");
  EXPECT_EQ(response.field("Connection"), "close");
  client.close();
  gateway.gateway->join();
}

// A hung backend must not keep the process from ending.
TEST(Drain, CutsWhatDoesNotEndInTime) {
  Upstream upstream([](Socket& to, int) {
    while (to.receive()) {}
  });
  GatewayOptions options;
  options.drain_timeout = std::chrono::milliseconds(50);
  TestGateway gateway(options);
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return upstream.connections() == 1; }));
  gateway.gateway->drain();
  gateway.gateway->join();
  EXPECT_FALSE(client.receive());
}

// A request that was taken gets its whole answer, and a connection that was made counts as taken: who is refused may ask
// elsewhere, who is cut does not know what has been done.
TEST(Drain, UnderLoadNoConnectionIsCut) {
  Upstream upstream;
  GatewayOptions options;
  options.workers = 2;
  TestGateway gateway(options);
  gateway.serve({upstream.address()});
  std::atomic<int> answered = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (;;) {
        Socket client(std::move(*net::connect(gateway.gateway->address())));
        if (!client.ready(POLLOUT) || net::socket_error(client.fd()) != 0) return;
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        (read_response(client).status == 200 ? answered : lost) += 1;
      }
    });
  }
  ASSERT_TRUE(eventually([&] { return answered > 200; }));
  gateway.gateway->drain();
  gateway.gateway->join();
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace graylane::gateway
