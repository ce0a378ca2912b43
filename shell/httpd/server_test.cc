#include "httpd/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "httpd/router.h"
#include "httpd/test_client.h"

namespace graylane::httpd {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

/// Answers with what it understood.
void echo(const Request& request, Responder responder) {
  std::string text = request.method + " " + request.path + " host=" + request.host;
  for (const QueryItem& item : request.query) text += " " + item.name + "=" + item.value;
  if (const std::string* color = request.header("X-Color")) text += " color=" + *color;
  responder.respond(text_response(200, text + " body=" + request.body));
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Httpd, AHandlerGetsTheWholeRequest) {
  // Method, path, query, headers and body are what an API is made of.
  TestServer server(echo);
  TestClient client(server);
  const std::string answer = client.ask(
      "POST /apis/x%2Fy?watch=true&q=a+b%26c&e HTTP/1.1\r\nHost: h:1\r\nx-color: blue\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nPOST /apis/x%2Fy host=h:1 watch=true q=a b&c e= color=blue body=body\n"));
}

TEST(Httpd, AnAbsoluteTargetNamesTheHost) {
  // RFC 9112: it beats the Host header.
  TestServer server(echo);
  EXPECT_THAT(TestClient(server).ask("GET http://b:2?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("GET / host=b:2 x=1"));
}

TEST(Httpd, ChunkedBodiesAreJoined) {
  // kubectl and curl send them when they do not know the length.
  TestServer server(echo);
  TestClient client(server);
  for (const std::string_view part :
       {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chu", "nked\r\n\r\n3\r\nab", "c\r\n2\r", "\nde\r\n0\r\n\r\n"}) {
    ASSERT_TRUE(client.send(part));
  }
  EXPECT_THAT(client.read_answer(), HasSubstr("body=abcde\n"));
}

TEST(Httpd, AConnectionServesManyRequestsAlsoSentAtOnce) {
  // Keep-alive and pipelining, answers in the order of the requests.
  TestServer server(echo);
  TestClient client(server);
  EXPECT_THAT(client.ask(kGet), HasSubstr("GET / "));
  std::string many;
  for (int i = 0; i < 50; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(many);
  for (int i = 0; i < 50; ++i) EXPECT_THAT(client.read_answer(), HasSubstr("GET /" + std::to_string(i) + " "));
}

TEST(Httpd, HeadHasTheLengthButNoBody) {
  // A body would be read as the next answer.
  TestServer server(echo);
  TestClient client(server);
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 21\r\n"));
  EXPECT_THAT(client.ask(kGet), StartsWith("HTTP/1.1 200 OK"));
}

TEST(Httpd, CloseIsDoneWhenAskedAndByHttp10) {
  // The client waits for the end of the connection then.
  TestServer server(echo);
  for (const std::string_view request :
       {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"}) {
    TestClient client(server);
    client.send(request);
    const std::string answer = client.read_to_end();
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("GET / "));
  }
  TestClient client(server);
  EXPECT_THAT(client.ask("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(client.ask(kGet), HasSubstr("GET / "));
}

TEST(Httpd, AClientThatClosesItsSideStillGetsItsAnswer) {
  // printf | nc -N does this.
  TestServer server(echo);
  TestClient client(server);
  client.send(kGet);
  client.half_close();
  EXPECT_THAT(client.read_to_end(), HasSubstr("GET / "));
}

TEST(Httpd, ContinueIsSaidBeforeTheBody) {
  // curl waits a second for it with each larger body.
  TestServer server(echo);
  TestClient client(server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.ask("ok"), HasSubstr("body=ok"));
}

TEST(Httpd, MalformedRequestsAreRefusedAndNothingBehindThemIsRead) {
  // What follows could be a request that somebody hid.
  std::atomic<int> handled = 0;
  TestServer server([&](const Request& request, Responder responder) {
    ++handled;
    echo(request, std::move(responder));
  });
  for (const auto& [request, status] : {
           std::pair<std::string, std::string>{"GET / HTTP/1.1\nHost: a\n\n", "400"},
           {"GET / HTTP/1.1\r\n\r\n", "400"},
           {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
           {"GET /?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
           {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
           {"GET /" + std::string(10'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "414"},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n", "431"},
       }) {
    TestClient client(server);
    client.send(request + std::string(kGet));
    const std::string answer = client.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + status)) << request.substr(0, 80);
    EXPECT_EQ(answer.find("HTTP/1.1", 8), answer.npos) << answer;
  }
  EXPECT_EQ(handled, 0);
}

TEST(Httpd, BodiesOverTheLimitAreRefused) {
  // With a length at once, in chunks when it is reached; the client gets to read why while it still sends.
  TestServer server(echo, {.body_bytes_max = 10'000});
  TestClient announced(server);
  announced.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10001\r\n\r\n");
  EXPECT_THAT(announced.read_to_end(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("longer than 10000 bytes")));
  TestClient chunked(server);
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 40; ++i) chunked.send("200\r\n" + std::string(512, 'x') + "\r\n");
  EXPECT_THAT(chunked.read_to_end(), StartsWith("HTTP/1.1 413 "));
  TestClient fits(server);
  EXPECT_THAT(fits.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n" + std::string(10'000, 'x')),
              StartsWith("HTTP/1.1 200 "));
}

/// Refuses whoever says so, and long bodies in words of its own.
EarlyAnswers early_answers() {
  return {[](const Request& request) {
            return request.header("X-Nobody") ? std::optional(text_response(401, "who are you?")) : std::nullopt;
          },
          [](const Request& request) { return text_response(413, "too long for " + request.path); }};
}

TEST(Httpd, AHeadCanBeRefusedBeforeItsBodyIsRead) {
  // Else anybody who reaches the port could make the server keep megabytes for nothing.
  TestServer server(echo, {.body_bytes_max = 10}, nullptr, early_answers());
  for (const char* framing : {"Expect: 100-continue\r\nContent-Length: 5", "Transfer-Encoding: chunked", "Content-Length: 500"}) {
    TestClient client(server);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nX-Nobody: 1\r\n" + std::string(framing) + "\r\n\r\n");
    EXPECT_THAT(client.read_to_end(),
                AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("Connection: close"), EndsWith("who are you?\n")))
        << framing;
  }
  EXPECT_THAT(TestClient(server).ask("GET / HTTP/1.1\r\nHost: a\r\nX-Nobody: 1\r\n\r\n"), StartsWith("HTTP/1.1 200 "))
      << "without a body it is the handler's";
  EXPECT_THAT(TestClient(server).ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"), HasSubstr("body=ok"));
}

TEST(Httpd, LongBodiesAreRefusedInTheWordsOfTheServersOwner) {
  // One limit must not have two answers, by whether the length was announced.
  TestServer server(echo, {.body_bytes_max = 10}, nullptr, early_answers());
  TestClient announced(server), chunked(server);
  announced.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  chunked.send("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n");
  for (TestClient* client : {&announced, &chunked})
    EXPECT_THAT(client->read_to_end(), AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("too long for /a\n")));
}

TEST(Httpd, SlowHeadsAndBodiesAreEnded) {
  // A client that sends a byte now and then must not hold a place for ever.
  TestServer server(echo, {.head_timeout = 50ms, .body_timeout = 50ms});
  TestClient head(server);
  head.send("GET / HT");
  EXPECT_THAT(head.read_to_end(), StartsWith("HTTP/1.1 408 "));
  TestClient body(server);
  body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_THAT(body.read_to_end(), StartsWith("HTTP/1.1 408 "));
}

TEST(Httpd, IdleConnectionsAreClosedWithoutAWord) {
  // An answer nobody asked for would be read as that to the next request.
  TestServer server(echo, {.idle_timeout = 50ms});
  TestClient client(server);
  EXPECT_EQ(client.read_to_end(), "");
  TestClient used(server);
  used.ask(kGet);
  EXPECT_EQ(used.read_to_end(), "");
}

TEST(Httpd, ConnectionsOverTheLimitAreRefusedAndPlacesComeBack) {
  // Somebody who opens very many must not take all descriptors.
  TestServer server(echo, {.connections_max = 2});
  TestClient first(server);
  TestClient second(server);
  EXPECT_THAT(first.ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(second.ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(TestClient(server).read_to_end(), StartsWith("HTTP/1.1 503 "));
  first.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  first.read_to_end();
  first.close();
  size_t open = 2;
  while (open == 2) server.in_loop([&] { open = server.server().connections(); });
  EXPECT_THAT(TestClient(server).ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST(Httpd, HeadersCannotBreakTheHead) {
  // A handler may put what a client sent into a header.
  TestServer server([](const Request&, Responder responder) {
    Response response = text_response(302, "x");
    response.headers = {{"Location", "/a\r\nX-Evil: 1"}, {"X-Good", "1"}, {"X Bad", "2"}};
    responder.respond(response);
  });
  const std::string answer = TestClient(server).ask(kGet);
  EXPECT_THAT(answer, HasSubstr("X-Good: 1"));
  EXPECT_EQ(answer.find("Evil"), answer.npos);
  EXPECT_EQ(answer.find("Bad"), answer.npos);
}

TEST(Httpd, LargeAnswersArriveWhole) {
  // More than the kernel takes at once.
  const std::string large(8 * 1024 * 1024, 'z');
  TestServer server([&](const Request&, Responder responder) { responder.respond(text_response(200, large)); });
  TestClient client(server, 4096);
  const std::string answer = client.ask(kGet);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large.size() + 1);
}

TEST(Httpd, AfterStopAcceptingOnlyBegunRequestsAreServed) {
  // The way to end without cutting anybody off.
  std::unique_ptr<Responder> later;
  TestServer server([&](const Request&, Responder responder) { later = std::make_unique<Responder>(std::move(responder)); });
  TestClient idle(server);
  TestClient busy(server);
  busy.send(kGet);
  bool waiting = false;
  while (!waiting) server.in_loop([&] { waiting = later != nullptr && server.server().connections() == 2; });
  server.in_loop([&] { server.server().stop_accepting(); });
  EXPECT_EQ(idle.read_to_end(), "");
  server.in_loop([&] { later->respond(text_response(200, "late")); });
  EXPECT_THAT(busy.read_to_end(), AllOf(HasSubstr("Connection: close"), EndsWith("late\n")));
}

TEST(Httpd, AnAddressInUseIsAnError) {
  // Two processes must never share the admin port.
  TestServer server(echo);
  auto loop = net::EventLoop::create();
  const auto second = Server::start(**loop, server.address(), echo);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, HasSubstr("in use"));
}

TEST(Httpd, WithoutDescriptorsItWaitsForThem) {
  // A gateway at its limit must not lose its admin port, nor spin.
  TestServer server(echo);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::unique_ptr<TestClient> client;
  server.in_loop([&] {
    client = std::make_unique<TestClient>(server);  // the kernel connects it; it is not accepted before this returns
    const net::Fd lowest_free(::dup(0));
    const rlimit none{.rlim_cur = static_cast<rlim_t>(lowest_free.get()), .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  });
  size_t accepted = 0;
  for (int turn = 0; turn < 3; ++turn) server.in_loop([&] { accepted = server.server().connections(); });
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(accepted, 0U);
  EXPECT_THAT(client->ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST(Router, UnknownPathsAndMethodsGetClearAnswers) {
  // Who mistypes a path on the admin port sees what there is.
  Router router;
  router.add("GET", "/healthz", [](const Request&, Responder responder) { responder.respond(text_response(200, "ok")); });
  router.add("POST", "/quit", echo);
  router.add("GET", "/api/*", echo);
  TestServer server(router);
  TestClient client(server);
  EXPECT_THAT(client.ask("GET /healthz?x HTTP/1.1\r\nHost: a\r\n\r\n"), EndsWith("\r\n\r\nok\n"));
  client.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client.ask("GET /api/v1/pods HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("GET /api/v1/pods"));
  EXPECT_THAT(client.ask("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("there is no /health here"), HasSubstr("GET /healthz")));
  EXPECT_THAT(client.ask("DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
}

}  // namespace
}  // namespace graylane::httpd
