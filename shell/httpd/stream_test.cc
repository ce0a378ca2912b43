#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "httpd/server.h"
#include "httpd/test_client.h"

namespace graylane::httpd {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Response json() {
  Response response;
  response.content_type = "application/json";
  return response;
}

/// Keeps the responder of the last request; all members in the loop's thread only, but the atomic ones.
struct Kept {
  std::unique_ptr<Responder> responder;
  std::atomic<bool> gone = false;
  std::atomic<int> drained = 0;

  RequestHandler handler() {
    return [this](const Request&, Responder taken) {
      responder = std::make_unique<Responder>(std::move(taken));
      responder->on_gone([this] { gone = true; });
      responder->on_drain([this] { ++drained; });
    };
  }
  void wait_for_request(TestServer& server) {
    bool there = false;
    while (!there) server.in_loop([&] { there = responder != nullptr; });
  }
};

void wait_for(const std::atomic<bool>& flag) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!flag && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(flag);
}

TEST(HttpdStream, AnAnswerMayComeLater) {
  // An API waits for a revision without holding a thread.
  Kept kept;
  TestServer server(kept.handler());
  TestClient client(server);
  client.send(std::string(kGet) + std::string(kGet));
  kept.wait_for_request(server);
  server.in_loop([&] { std::exchange(kept.responder, nullptr)->respond(text_response(201, "first")); });
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 201 Created"), EndsWith("first\n")));
  kept.wait_for_request(server);
  server.in_loop([&] { kept.responder->respond(text_response(200, "second")); });
  EXPECT_THAT(client.read_answer(), EndsWith("second\n"));
  EXPECT_FALSE(kept.gone);
}

TEST(HttpdStream, ChunksArriveAsTheyAreWritten) {
  // A watch shows each event at once, not when it ends; after its end the connection goes on.
  Kept kept;
  TestServer server(kept.handler());
  TestClient client(server);
  client.send(kGet);
  kept.wait_for_request(server);
  server.in_loop([&] { kept.responder->begin_stream(json()); });
  EXPECT_THAT(client.read_until("\r\n\r\n"),
              AllOf(HasSubstr("Content-Type: application/json\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n")));
  for (const std::string event : {"{\"a\":1}\n", "{\"b\":22}\n"}) {
    server.in_loop([&] { EXPECT_EQ(kept.responder->write(event), Responder::Flow::kMore); });
    EXPECT_EQ(client.read_until("}\n\r\n"), std::to_string(event.size()) + "\r\n" + event + "\r\n");
  }
  server.in_loop([&] { kept.responder->end_stream(); });
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
  server.in_loop([&] { kept.responder.reset(); });
  client.send(kGet);
  kept.wait_for_request(server);
  server.in_loop([&] { kept.responder->respond(text_response(200, "next")); });
  EXPECT_THAT(client.read_answer(), EndsWith("next\n"));
}

TEST(HttpdStream, Http10ClientsGetBytesUntilTheEnd) {
  // They do not know chunks.
  Kept kept;
  TestServer server(kept.handler());
  TestClient client(server);
  client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  kept.wait_for_request(server);
  server.in_loop([&] {
    kept.responder->begin_stream(json());
    kept.responder->write("abc");
    kept.responder->end_stream();
  });
  const std::string answer = client.read_to_end();
  EXPECT_EQ(answer.find("chunked"), answer.npos);
  EXPECT_THAT(answer, AllOf(HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\nabc")));
}

TEST(HttpdStream, HeadOfAStreamHasNoBody) {
  // Its chunks would be read as the next answer.
  Kept kept;
  TestServer server(kept.handler());
  TestClient client(server);
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kGet));
  kept.wait_for_request(server);
  server.in_loop([&] {
    auto responder = std::exchange(kept.responder, nullptr);
    responder->begin_stream(json());
    responder->write("abc");
    responder->end_stream();
  });
  client.read_until("\r\n\r\n");
  kept.wait_for_request(server);
  server.in_loop([&] { kept.responder->respond(text_response(200, "x")); });
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 OK"));
}

TEST(HttpdStream, AClientThatLeavesIsTold) {
  // A watch that nobody reads must end; also a request that waits for its answer.
  for (const bool streaming : {true, false}) {
    Kept kept;
    TestServer server(kept.handler());
    TestClient client(server);
    client.send(kGet);
    kept.wait_for_request(server);
    if (streaming) {
      server.in_loop([&] { kept.responder->begin_stream(json()); });
      client.read_until("\r\n\r\n");
      client.close();
    } else {
      client.reset();
    }
    wait_for(kept.gone);
    server.in_loop([&] {
      EXPECT_TRUE(kept.responder->gone());
      EXPECT_EQ(kept.responder->write("x"), Responder::Flow::kGone);
      kept.responder->respond(text_response(200, "too late"));
      EXPECT_EQ(server.server().connections(), 0U);
    });
  }
}

TEST(HttpdStream, ASlowReaderIsToldAndGoesOn) {
  // Back-pressure: the writer stops at kFull and goes on after on_drain; every byte arrives.
  Kept kept;
  TestServer server(kept.handler(), {.stream_bytes_full = 64 * 1024});
  TestClient client(server, 4096);
  client.send(kGet);
  kept.wait_for_request(server);
  size_t written = 0;
  const std::string chunk(16 * 1024, 'c');
  const auto write_until_full = [&] {
    while (true) {
      written += chunk.size();
      if (kept.responder->write(chunk) == Responder::Flow::kFull) return;
    }
  };
  // The kernel's buffers take a part at the end of each turn; so it is written until it stays full.
  bool full = false;
  server.in_loop([&] { kept.responder->begin_stream(json()); });
  while (!full) {
    server.in_loop(write_until_full);
    server.in_loop([&] { full = kept.responder->pending() >= 64 * 1024; });
  }
  const int drained = kept.drained;
  size_t got = client.read_until("\r\n\r\n").size() * 0;
  while (kept.drained == drained) got += client.read_bytes(1024).size();
  server.in_loop([&] { kept.responder->end_stream(); });
  const std::string rest = client.read_until("\r\n0\r\n\r\n");
  EXPECT_THAT(rest, EndsWith("\r\n0\r\n\r\n"));
  const size_t framing = written / chunk.size() * std::string("4000\r\n\r\n").size() + std::string("0\r\n\r\n").size();
  EXPECT_EQ(got + rest.size(), written + framing);
}

TEST(HttpdStream, AReaderThatStaysBehindIsCutOff) {
  // It would cost memory without bound.
  Kept kept;
  TestServer server(kept.handler(), {.stream_bytes_full = 16 * 1024, .stream_bytes_max = 64 * 1024});
  TestClient client(server, 4096);
  client.send(kGet);
  kept.wait_for_request(server);
  server.in_loop([&] { kept.responder->begin_stream(json()); });
  const std::string chunk(10'000, 'c');
  Responder::Flow flow = Responder::Flow::kMore;
  size_t pending_max = 0;
  while (flow != Responder::Flow::kGone) {
    server.in_loop([&] {
      flow = kept.responder->write(chunk);
      pending_max = std::max(pending_max, kept.responder->pending());
    });
  }
  wait_for(kept.gone);
  EXPECT_LE(pending_max, 65U * 1024);
}

TEST(HttpdStream, AReaderThatStopsIsEndedAfterItsTime) {
  // Its connection would stay for ever.
  Kept kept;
  TestServer server(kept.handler(), {.write_timeout = 50ms});
  TestClient client(server, 4096);
  client.send(kGet);
  kept.wait_for_request(server);
  server.in_loop([&] { kept.responder->respond(text_response(200, std::string(16 * 1024 * 1024, 'x'))); });
  size_t open = 1;
  while (open == 1) server.in_loop([&] { open = server.server().connections(); });
  EXPECT_LT(client.read_to_end().size(), 16U * 1024 * 1024);
}

TEST(HttpdStream, AForgottenRequestIsAnsweredWith500) {
  // Otherwise the client would wait for ever for a mistake of ours.
  TestServer server([](const Request&, Responder) {});
  EXPECT_THAT(TestClient(server).ask(kGet), StartsWith("HTTP/1.1 500 "));
}

TEST(HttpdStream, AForgottenStreamIsCutOffNotEnded) {
  // A list that broke off must not look complete.
  for (const std::string_view version : {"1.1", "1.0"}) {
    Kept kept;
    TestServer server(kept.handler());
    TestClient client(server);
    client.send("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n");
    kept.wait_for_request(server);
    server.in_loop([&] {
      kept.responder->begin_stream(json());
      kept.responder->write("half");
    });
    EXPECT_THAT(client.read_until("half"), EndsWith("half"));
    server.in_loop([&] { kept.responder.reset(); });
    EXPECT_EQ(client.read_to_end().find("0\r\n"), std::string::npos);
    EXPECT_EQ(client.was_reset(), version == "1.0") << "the end of bytes until close is the end of the connection";
  }
}

TEST(HttpdStream, TheServerEndsWithResponsesOutstanding) {
  // A responder may outlive its server; it does nothing then.
  Kept kept;
  {
    TestServer server(kept.handler());
    TestClient client(server);
    client.send(kGet);
    kept.wait_for_request(server);
  }
  EXPECT_TRUE(kept.responder->gone());
  kept.responder->respond(text_response(200, "nobody"));
  EXPECT_TRUE(kept.gone);
}

}  // namespace
}  // namespace graylane::httpd
