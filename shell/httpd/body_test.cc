// Bodies that are made while they are sent, and what all connections together may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "httpd/server.h"
#include "httpd/test_client.h"
#include "httpd/test_tls_client.h"

namespace graylane::httpd {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

/// What became of the bodies of a test.
struct Count {
  std::atomic<size_t> pieces = 0;
  std::atomic<size_t> destroyed = 0;
};

/// A number of pieces, each of the same bytes; some of them come only after a call that has nothing.
class Pieces final : public BodySource {
 public:
  Pieces(Count& count, size_t number, std::string piece) : count_(count), left_(number), piece_(std::move(piece)) {}
  ~Pieces() override { ++count_.destroyed; }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  bool next(std::string& out) override {
    if (std::exchange(pause_, !pause_)) return true;
    ++count_.pieces;
    out += piece_;
    return --left_ != 0;
  }

 private:
  Count& count_;
  size_t left_;
  const std::string piece_;
  bool pause_ = false;
};

/// Answers / with such a body, behind "head:", and everything else with "ok".
RequestHandler with_body(Count& count, size_t number, std::string piece) {
  return [&count, number, piece = std::move(piece)](const Request& request, Responder responder) {
    if (request.path != "/") return responder.respond(text_response(200, "ok"));
    Response response;
    response.body = "head:";
    response.rest = std::make_shared<Pieces>(count, number, piece);
    responder.respond(response);
  };
}

template <class F>
void wait_until(F&& holds) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!holds() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(holds());
}

TEST(HttpdBody, OneThatEndsAtOnceHasALength) {
  // Most lists are short; clients of every kind know lengths.
  Count count;
  TestServer server(with_body(count, 1, "abc"));
  TestClient client(server);
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(client.ask(kGet), AllOf(HasSubstr("Content-Length: 8\r\n"), EndsWith("\r\n\r\nhead:abc"))) << i;
  EXPECT_EQ(count.destroyed, 2U);
}

TEST(HttpdBody, LongerOnesComeInChunksAndTheConnectionGoesOn) {
  // Requests that were sent ahead are answered behind the last chunk.
  Count count;
  TestServer server(with_body(count, 3, "abc"));
  TestClient client(server);
  client.send(std::string(kGet) + std::string(kNext));
  EXPECT_THAT(client.read_until("0\r\n\r\n"), AllOf(HasSubstr("Transfer-Encoding: chunked\r\n"),
                                                    EndsWith("\r\n\r\n8\r\nhead:abc\r\n3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n")));
  EXPECT_THAT(client.read_answer(), EndsWith("ok\n"));
  EXPECT_EQ(count.destroyed, 1U);
}

TEST(HttpdBody, OldClientsGetBytesUntilTheEnd) {
  // HTTP/1.0 has no chunks.
  Count count;
  TestServer server(with_body(count, 3, "abc"));
  TestClient client(server);
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client.read_to_end(),
              AllOf(Not(HasSubstr("chunked")), HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\nhead:abcabcabc")));
}

TEST(HttpdBody, HeadMakesNoBody) {
  // Nobody would read it.
  Count count;
  TestServer server(with_body(count, 3, "abc"));
  TestClient client(server);
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kNext));
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("ok\n")));
  EXPECT_EQ(count.pieces, 0U);
}

TEST(HttpdBody, AClosedSendingSideStillGetsTheAnswer) {
  // As with `printf ... | nc`: the client is there, it only has nothing more to say.
  Count count;
  TestServer server(with_body(count, 50, std::string(10'000, 'x')));
  TestClient client(server);
  client.send(kGet);
  client.half_close();
  EXPECT_THAT(client.read_to_end(), EndsWith("x\r\n0\r\n\r\n"));
}

TEST(HttpdBody, WhoDoesNotReadHasNothingMadeForHimAndDelaysNobody) {
  // Thirty lists of five megabytes each, never read, once took 150 MB and held up everybody else for seconds.
  Count count;
  constexpr size_t kPiece = 64 * 1024, kPieces = 800;  // 50 MB each
  TestServer server(with_body(count, kPieces, std::string(kPiece, 'x')));
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 30; ++i) clients.emplace_back(std::make_unique<TestClient>(server, 4096))->send(kGet);
  TestClient other(server);
  for (int i = 0; i < 20; ++i) EXPECT_THAT(other.ask(kNext), EndsWith("ok\n"));
  // The kernel took what it takes: they stand still.
  size_t before = 0;
  wait_until([&] {
    for (int i = 0; i < 20; ++i) other.ask(kNext);
    return std::exchange(before, count.pieces.load()) == count.pieces && count.pieces >= 30;
  });
  EXPECT_LT(count.pieces, 30 * kPieces / 2);
  size_t held = 0;
  server.in_loop([&] { held = server.server().held_bytes(); });
  EXPECT_LT(held, 30 * 4 * kPiece);
  clients.clear();
  wait_until([&] { return count.destroyed == 30; });
  server.in_loop([&] { held = server.server().held_bytes(); });
  EXPECT_LT(held, kPiece);
}

TEST(HttpdBody, AllOfItArrivesHoweverSlowlyItIsRead) {
  // Back-pressure must not lose a byte.
  Count count;
  constexpr size_t kPiece = 50'000, kPieces = 300;
  TestServer server(with_body(count, kPieces, std::string(kPiece, 'x')));
  TestClient client(server, 4096);
  client.send(kGet);
  client.read_until("\r\n\r\n");
  const std::string body = client.read_until("\r\n0\r\n\r\n");
  EXPECT_EQ(static_cast<size_t>(std::ranges::count(body, 'x')), kPiece * kPieces);
}

/// How many records of TLS came with less than they can hold.
void count_small(int is_sent, int, int type, const void* bytes, size_t size, SSL*, void* small) {
  if (is_sent != 0 || type != SSL3_RT_HEADER || size < 5) return;
  const auto* header = static_cast<const unsigned char*>(bytes);
  if ((header[3] << 8 | header[4]) < 16 * 1024) ++*static_cast<size_t*>(small);
}

TEST(HttpdBody, ItsPiecesAreWholeRecordsOfTls) {
  // A record that is not full is as much work for its reader as one that is; and none may be lost when the socket takes a part only.
  for (const int receive_bytes : {0, 4096}) {
    Count count;
    constexpr size_t kPiece = 50'000, kPieces = 100;
    const TestPki pki;
    TestServer server(with_body(count, kPieces, std::string(kPiece, 'x')), {}, pki.context());
    TlsClient client(server, {.receive_bytes = receive_bytes});
    size_t small = 0;
    SSL_set_msg_callback(client.ssl(), count_small);
    SSL_set_msg_callback_arg(client.ssl(), &small);
    client.send(kGet);
    client.read_until("\r\n\r\n");
    const std::string body = client.read_until("\r\n0\r\n\r\n");
    EXPECT_EQ(static_cast<size_t>(std::ranges::count(body, 'x')), kPiece * kPieces);
    EXPECT_LE(small, 1u);
  }
}

TEST(HttpdBody, AnAnswerThatTakesTooLongIsBrokenOff) {
  // A reader of one byte a second would keep an old state of all objects alive for a day.
  Count count;
  TestServer server(with_body(count, 100'000, std::string(64 * 1024, 'x')), {.answer_timeout = 50ms});
  TestClient client(server, 4096);
  client.send(kGet);
  client.read_bytes(1000);
  wait_until([&] { return count.destroyed == 1; });
  EXPECT_THAT(client.read_to_end(), Not(EndsWith("0\r\n\r\n")));
}

TEST(HttpdLimits, TheLargestConnectionsGoWhenAllTogetherHoldTooMuch) {
  // Each of them keeps to its own limit, but there may be thousands.
  const std::string large(4 * 1024 * 1024, 'x');
  TestServer server([&](const Request& request,
                        Responder responder) { responder.respond(text_response(200, request.path == "/" ? large : "ok")); },
                    {.held_bytes_max = 16 * 1024 * 1024});
  std::vector<std::unique_ptr<TestClient>> clients;
  TestClient other(server);
  for (int i = 0; i < 12; ++i) clients.emplace_back(std::make_unique<TestClient>(server, 4096))->send(kGet);
  size_t open = 13, held = 0;
  wait_until([&] {
    EXPECT_THAT(other.ask(kNext), EndsWith("ok\n"));
    server.in_loop([&] {
      open = server.server().connections();
      held = server.server().held_bytes();
    });
    return open < 13 && held <= 16U * 1024 * 1024;  // in the middle of a turn it may be more
  });
  EXPECT_GT(open, 1U);
}

TEST(HttpdLimits, RequestsThatAreNeverCompletedCountToo) {
  // A body is received before anybody has asked who sends it.
  TestServer server([](const Request&, Responder responder) { responder.respond(text_response(200, "ok")); },
                    {.held_bytes_max = 4 * 1024 * 1024});
  TestClient other(server);
  std::vector<std::unique_ptr<TestClient>> clients;
  const std::string part = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + std::string(1'500'000, 'b');
  for (int i = 0; i < 8; ++i) clients.emplace_back(std::make_unique<TestClient>(server))->send(part);
  bool closed = false;  // some of them, at the end of a turn: until then more is held
  wait_until([&] {
    size_t open = 0, held = 0;
    server.in_loop([&] {
      open = server.server().connections();
      held = server.server().held_bytes();
    });
    return closed = closed || (open < 9 && held <= 4U * 1024 * 1024);
  });
  EXPECT_THAT(other.ask(kGet), EndsWith("ok\n"));
}

TEST(HttpdLimits, IdleConnectionsHoldNothing) {
  // There may be thousands that wait for an event.
  TestServer server([](const Request& request, Responder responder) { responder.respond(text_response(200, request.body)); });
  TestClient client(server);
  EXPECT_THAT(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'b')),
              EndsWith("bb\n"));
  size_t held = 1'000'000;
  wait_until([&] {
    server.in_loop([&] { held = server.server().held_bytes(); });
    return held < 200;
  });
}

}  // namespace
}  // namespace graylane::httpd
