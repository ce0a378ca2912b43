// Ten thousand tables under load: no request fails and nothing grows.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/test_gateway.h"

#ifdef GRAYLANE_SANITIZED
#include <sanitizer/allocator_interface.h>
#endif

namespace graylane::gateway {
namespace {

using namespace test;

constexpr uint64_t kSwaps = 10'000;
constexpr uint64_t kWarmUp = 2'000;  // pools, series and buffers have their size by then
constexpr int kWorkers = 2;
constexpr int kClients = 6;                // half of them on keep-alive connections
constexpr int64_t kGrowthBytes = 1 << 20;  // 131 bytes for each swap after the warm-up

/// Resident bytes; with a sanitizer, which keeps freed memory for a while, allocated ones.
int64_t memory_bytes() {
#ifdef GRAYLANE_SANITIZED
  return static_cast<int64_t>(__sanitizer_get_current_allocated_bytes());
#else
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  file >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
#endif
}

/// Answers every request and remembers none.
Upstream quiet(const std::string& body) {
  return Upstream([body](Socket& socket, int) {
    for (Request request; Upstream::read_head(socket, request);) socket.send(ok(body));
  });
}

/// Tables of all kinds, of which no two neighbours are equal; counts those that are alive.
class Tables {
 public:
  route::TablePtr make(uint64_t number) {
    Routes routes;
    routes.revision = number;
    const auto stable = routes.backend(stable_endpoints(number), "old");
    const auto canary = routes.backend({canary_.address()}, "new");
    const auto gone = routes.backend({}, "gone");
    routes.respond("/number", 302, "/" + std::to_string(number));
    routes.split("/", stable, number % 11 == 0 ? gone : canary, number % 11 == 0 ? 0 : number % 101);
    for (uint64_t i = 0; i < number % 5; ++i) routes.forward("/more/" + std::to_string(i), canary);
    auto table = std::make_unique<route::Table>(*routes.table());
    if (number % 2 == 0) {
      route::HostMap<route::HostPtr>::Edit edit(table->exact);
      edit.set("app.example", table->fallback);
    }
    if (number % 3 == 0) table->fallback = nothing();
    if (number % 3 == 0 && number % 2 != 0) {
      route::HostMap<route::HostPtr>::Edit edit(table->any_suffix);
      edit.set(".example", routes.table()->fallback);
    }
    ++alive_;
    return {table.release(), [this](const route::Table* dead) {
              delete dead;
              --alive_;
            }};
  }
  int alive() const { return alive_; }

 private:
  std::vector<net::SocketAddress> stable_endpoints(uint64_t number) {
    if (number % 3 == 0) return {stable_.address(), more_.address()};
    if (number % 3 == 1) return {stable_.address()};
    return {more_.address()};
  }
  static route::HostPtr nothing() {
    Routes routes;
    routes.respond("/", 404);
    return routes.table()->fallback;
  }

  Upstream stable_ = quiet("old");
  Upstream more_ = quiet("old");
  Upstream canary_ = quiet("new");
  std::atomic<int> alive_ = 0;
};

/// Clients that ask and look at what they get.
class Crowd {
 public:
  explicit Crowd(TestGateway& gateway) : gateway_(gateway) {
    for (int i = 0; i < kClients; ++i) {
      if (i % 2 == 0) threads_.emplace_back([this] { stay(); });
      else threads_.emplace_back([this] { come_and_go(); });
    }
  }
  ~Crowd() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  std::atomic<uint64_t> answered = 0;  // on connections that stay
  std::atomic<uint64_t> connected = 0;
  std::atomic<uint64_t> failed = 0;

 private:
  void stay() {
    Socket socket = gateway_.connect();
    uint64_t last = 0;
    for (uint64_t i = 0; !stopping_; ++i) {
      const Response got = ask(socket, i % 3 == 0 ? "/number" : "/", "");
      if (got.status == 302) {
        const std::string location = got.field("Location");
        const uint64_t number = std::strtoull(location.c_str() + location.rfind('/') + 1, nullptr, 10);
        if (number < std::exchange(last, number)) ++failed;  // an older table after a newer one
      }
      ++answered;
    }
  }
  void come_and_go() {
    while (!stopping_) {
      Socket socket = gateway_.connect();
      ask(socket, "/", "Connection: close\r\n");
      ++connected;
    }
  }
  Response ask(Socket& socket, std::string_view path, std::string_view fields) {
    socket.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: app.example\r\n" + std::string(fields) + "\r\n");
    Response got = read_response(socket);
    const bool right = path == "/" ? got.status == 200 && (got.body == "old" || got.body == "new") : got.status == 302;
    if (!right) ++failed;
    return got;
  }

  TestGateway& gateway_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;
};

// A controller that steps every few seconds for months: a request lost in a thousand swaps, or a kilobyte kept, is one too many.
TEST(Swaps, TenThousandUnderLoadFailNoRequestAndKeepNoMemory) {
  Tables tables;
  GatewayOptions options;
  options.workers = kWorkers;
  TestGateway gateway(options);
  gateway.publish(tables.make(1));
  Crowd crowd(gateway);
  int alive_max = 0;
  int64_t before = 0;
  for (uint64_t number = 2; number <= kSwaps; ++number) {
    gateway.publish(tables.make(number));
    alive_max = std::max(alive_max, tables.alive());
    if (number == kWarmUp) before = memory_bytes();
  }
  ASSERT_TRUE(eventually([&] { return crowd.answered > 1000 && crowd.connected > 1000; }));
  const int64_t growth = memory_bytes() - before;
  crowd.stop();
  EXPECT_EQ(crowd.failed, 0U);
  EXPECT_EQ(gateway.counts().connections_accepted, kClients / 2 + crowd.connected) << "a swap closed a connection";
  EXPECT_EQ(gateway.gateway->acknowledged(), kSwaps);
  EXPECT_EQ(gateway.counts().table_swaps, kSwaps * kWorkers) << "a worker left one out";
  EXPECT_LT(growth, kGrowthBytes);
  // One for each request under way, one that each worker routes by, and the last few that nobody has looked after yet.
  EXPECT_LE(alive_max, kClients + kWorkers + 2);
}

}  // namespace
}  // namespace graylane::gateway
