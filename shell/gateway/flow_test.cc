// Large bodies: in constant memory, and at the pace of the slower side.
#include <gtest/gtest.h>

#include <atomic>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

constexpr size_t kMiB = 1024 * 1024;

/// Bytes that are not the same when shifted.
char byte_at(size_t at) { return static_cast<char>('a' + (at * 7 + at / 251) % 23); }

std::string bytes(size_t from, size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = byte_at(from + i);
  return text;
}

bool send_body(Socket& to, size_t size, bool chunked) {
  for (size_t at = 0; at < size;) {
    const size_t count = std::min<size_t>(size - at, 200'000);
    char head[32];
    std::snprintf(head, sizeof head, "%zx\r\n", count);
    if (!to.send(chunked ? head + bytes(at, count) + "\r\n" : bytes(at, count))) return false;
    at += count;
  }
  return !chunked || to.send("0\r\n\r\n");
}

size_t count_wrong(std::string_view text, size_t from = 0) {
  size_t wrong = 0;
  for (size_t i = 0; i < text.size(); ++i) wrong += text[i] != byte_at(from + i);
  return wrong;
}

// Whatever the framing and the size, not one byte may be lost, doubled or moved.
TEST(Flow, PassesLargeAnswersUnchanged) {
  for (const bool chunked : {false, true}) {
    for (const size_t size : std::initializer_list<size_t>{1, 32 * 1024 - 1, 300'000, 9 * kMiB + 1}) {
      const auto upstream = Upstream::answering([&](Socket& to, const Request&) {
        return to.send("HTTP/1.1 200 OK\r\n" + (chunked ? std::string("Transfer-Encoding: chunked\r\n\r\n")
                                                        : "Content-Length: " + std::to_string(size) + "\r\n\r\n")) &&
               send_body(to, size, chunked);
      });
      TestGateway gateway;
      gateway.serve({upstream->address()});
      Socket client = gateway.connect();
      for (int i = 0; i < 2; ++i) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        const Response response = read_response(client);
        ASSERT_EQ(response.body.size(), size) << chunked;
        ASSERT_EQ(count_wrong(response.body), 0U) << chunked << " " << size;
      }
      EXPECT_EQ(upstream->connections(), 1);
    }
  }
}

TEST(Flow, PassesLargeRequestsUnchanged) {
  // Uploads take another path than downloads: the upstream has to be connected first.
  for (const bool chunked : {false, true}) {
    const size_t size = 9 * kMiB + 1;
    std::atomic<size_t> wrong = 0;
    const auto upstream = Upstream::answering([&](Socket& to, const Request& request) {
      wrong = count_wrong(request.body);
      return to.send(ok(std::to_string(request.body.size())));
    });
    TestGateway gateway;
    Routes routes;
    routes.policy.body_bytes_max = 0;
    routes.forward("/", routes.backend({upstream->address()}));
    gateway.publish(routes);
    Socket client = gateway.connect();
    for (int i = 0; i < 2; ++i) {
      client.send("PUT / HTTP/1.1\r\nHost: a\r\n" + (chunked ? std::string("Transfer-Encoding: chunked\r\n\r\n")
                                                             : "Content-Length: " + std::to_string(size) + "\r\n\r\n"));
      ASSERT_TRUE(send_body(client, size, chunked));
      EXPECT_EQ(read_response(client).body, std::to_string(size));
      EXPECT_EQ(wrong, 0U);
    }
  }
}

/// How much goes in at one end while the other end takes nothing.
size_t fill(Socket& socket, size_t limit) {
  const std::string block(256 * 1024, 'x');
  size_t total = 0;
  while (total < limit && socket.ready(POLLOUT, 300)) total += socket.send_some(block);
  return total;
}

constexpr size_t kEnough = 256 * kMiB;

// A client that does not read must not make the gateway hold the answer: memory is bounded by the kernel's buffers and ours.
TEST(Flow, AClientThatDoesNotReadStopsTheBackend) {
  std::atomic<size_t> taken = 0;
  std::atomic<bool> stuck = false;
  Upstream upstream([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n");
    taken = fill(to, kEnough);
    stuck = true;
    while (to.receive()) {}
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return stuck.load(); }));
  EXPECT_LT(taken, kEnough / 4);
  ASSERT_TRUE(client.receive_bytes(taken));  // it goes on when the client does
}

TEST(Flow, ABackendThatDoesNotReadStopsTheClient) {
  // The same the other way round: an upload to a busy backend.
  std::atomic<bool> read_now = false;
  Upstream upstream([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    eventually([&] { return read_now.load(); });
    while (to.receive()) to.text.clear();
  });
  TestGateway gateway;
  Routes routes;
  routes.policy.body_bytes_max = 0;
  routes.forward("/", routes.backend({upstream.address()}));
  gateway.publish(routes);
  Socket client = gateway.connect();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n\r\n");
  EXPECT_LT(fill(client, kEnough), kEnough / 4);
  read_now = true;
  EXPECT_TRUE(client.ready(POLLOUT));
}

// Two tunnels' ends may both be slow; neither may grow.
TEST(Flow, ATunnelHasBackPressureInBothDirections) {
  std::atomic<size_t> taken = 0;
  std::atomic<bool> read_now = false;
  Upstream upstream([&](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    taken = fill(to, kEnough);
    eventually([&] { return read_now.load(); });
    while (to.receive()) to.text.clear();
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  ASSERT_TRUE(client.receive_until("\r\n\r\n"));
  client.take(client.text.find("\r\n\r\n") + 4);
  EXPECT_LT(fill(client, kEnough), kEnough / 4);
  ASSERT_TRUE(eventually([&] { return taken > 0; }));
  EXPECT_LT(taken, kEnough / 4);
  read_now = true;
  EXPECT_TRUE(client.receive_bytes(taken));
}

}  // namespace
}  // namespace graylane::gateway
