// HTTP/1 as clients and backends really speak it.
#include <gtest/gtest.h>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: app.example\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view body, std::string_view fields = "") {
  return "POST / HTTP/1.1\r\nHost: app.example\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) +
         "\r\n" + std::string(body);
}

/// Answers with the request's line and body.
std::unique_ptr<Upstream> echo() {
  return Upstream::answering([](Socket& to, const Request& request) { return to.send(ok(request.line + "|" + request.body)); });
}

// Clients that pipeline match answers to requests by their order alone.
TEST(Wire, AnswersPipelinedRequestsInOrder) {
  const auto upstream = echo();
  TestGateway gateway;
  Routes routes;
  routes.respond("/own", 404);
  routes.forward("/", routes.backend({upstream->address()}));
  gateway.publish(routes);
  Socket client = gateway.connect();
  std::string all;
  for (int i = 0; i < 50; ++i) all += i % 3 == 0 ? get("/own") : get("/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    const Response response = read_response(client);
    ASSERT_EQ(response.status, i % 3 == 0 ? 404 : 200) << i;
    ASSERT_EQ(i % 3 == 0 || response.body == "GET /" + std::to_string(i) + " HTTP/1.1|", true) << response.body;
  }
}

// Networks cut where they like.
TEST(Wire, ReadsARequestThatComesByteByByte) {
  const auto upstream = echo();
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  for (const char c : post("hello") + "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n") {
    client.send({&c, 1});
  }
  EXPECT_EQ(read_response(client).body, "POST / HTTP/1.1|hello");
  EXPECT_EQ(read_response(client).body, "POST / HTTP/1.1|abc");
}

// What framing a sender used is between it and us: it must never be passed on unread.
TEST(Wire, PutsChunkFramingOnAnewInBothDirections) {
  const auto upstream = Upstream::answering([](Socket& to, const Request& request) {
    if (request.body.empty()) return to.send(ok("next"));
    return to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n" + request.body.substr(0, 1) + "\r\n0004\r\n" +
                   request.body.substr(1) + "\r\n0\r\n\r\n");
  });
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0002\r\nab\r\n3\r\ncde\r\n0\r\n\r\n" +
              get("/next"));
  const Response response = read_response(client);
  EXPECT_EQ(response.field("Transfer-Encoding"), "chunked");
  EXPECT_FALSE(response.has("Content-Length"));
  EXPECT_EQ(response.body, "abcde");
  EXPECT_EQ(read_response(client).body, "next");
  EXPECT_EQ(upstream->requests()[0].body, "abcde");
  EXPECT_EQ(upstream->requests()[0].field("Transfer-Encoding"), "chunked");
}

// gRPC-like protocols and checksums come in trailers.
TEST(Wire, PassesTrailersOnInBothDirections) {
  const auto upstream = Upstream::answering([](Socket& to, const Request&) {
    return to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n");
  });
  TestGateway gateway;
  gateway.serve({upstream->address()});
  const Response response =
      gateway.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Check: 9\r\n\r\n");
  EXPECT_NE(response.head.find("X-Sum: 7\r\n"), std::string::npos);
  EXPECT_NE(upstream->last().head.find("X-Check: 9\r\n"), std::string::npos);
}

// Old backends mark the end of a body by closing; a client must not take a cut one for whole.
TEST(Wire, PassesABodyThatEndsWithTheConnection) {
  Upstream upstream([](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.0 200 OK\r\n\r\nold");
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  const Response response = gateway.get();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(response.body, "old");
  Socket old_client = gateway.connect();
  old_client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  const std::string all = old_client.receive_all();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 200 OK\r\n")) << all;
  EXPECT_TRUE(all.ends_with("\r\nConnection: close\r\n\r\nold")) << all;
}

// The length that a HEAD announces is of a body that does not come: to wait for it would hang the connection.
TEST(Wire, AHeadRequestGetsNoBodyAndKeepsTheConnection) {
  const auto upstream = Upstream::answering([](Socket& to, const Request& request) {
    return request.line.starts_with("HEAD") ? to.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n") : to.send(ok("x"));
  });
  TestGateway gateway;
  Routes routes;
  routes.respond("/own", 404);
  routes.forward("/", routes.backend({upstream->address()}));
  gateway.publish(routes);
  Socket client = gateway.connect();
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(read_response(client, true).field("Content-Length"), "1000");
  client.send("HEAD /own HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"));
  EXPECT_EQ(read_response(client, true).status, 404);
  EXPECT_EQ(read_response(client).body, "x");
  EXPECT_EQ(upstream->connections(), 1);
}

// 204 and 304 have no body whatever their head says; 1xx come before the answer.
TEST(Wire, AnswersWithoutBodiesAndInterimAnswersKeepTheOrder) {
  const auto upstream = Upstream::answering([](Socket& to, const Request& request) {
    if (request.line.find("/204") != std::string::npos) return to.send("HTTP/1.1 204 No Content\r\n\r\n");
    if (request.line.find("/304") != std::string::npos) return to.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
    return to.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("late"));
  });
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  client.send(get("/204") + get("/304") + get("/103"));
  EXPECT_EQ(read_response(client).status, 204);
  const Response not_modified = read_response(client);
  EXPECT_EQ(not_modified.field("ETag"), "\"1\"");
  EXPECT_FALSE(not_modified.has("Content-Length"));
  EXPECT_EQ(read_response(client).body, "late");
}

// curl waits a second for it before every larger upload.
TEST(Wire, AnswersAnExpectationItself) {
  const auto upstream = echo();
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(client.receive_until("HTTP/1.1 100 Continue\r\n\r\n"));
  client.take(client.text.size());
  client.send("hello");
  EXPECT_EQ(read_response(client).body, "POST / HTTP/1.1|hello");
  EXPECT_FALSE(upstream->last().has("Expect"));
}

// Whether the client will still send a body that nobody wants cannot be known: the connection ends.
TEST(Wire, AnExpectationThatIsNotMetEndsTheConnectionWithTheAnswer) {
  TestGateway gateway;
  Routes routes;
  routes.respond("/", 403);
  gateway.publish(routes);
  Socket client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const std::string all = client.receive_all();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
}

// The rest of a refused upload is not the next request.
TEST(Wire, ThrowsTheBodyOfARequestAwayThatItAnswersItself) {
  TestGateway gateway;
  Routes routes;
  routes.respond("/", 404);
  gateway.publish(routes);
  Socket client = gateway.connect();
  const std::string hidden = get("/hidden");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n\r\n");
  EXPECT_EQ(read_response(client).status, 404);
  client.send(hidden + get("/next"));
  EXPECT_EQ(read_response(client).status, 404);
  EXPECT_TRUE(client.text.empty());
  EXPECT_FALSE(client.ready(POLLIN, 50)) << "a second answer came";
}

// HTTP/1.0 has keep-alive only when asked for, and ab and old probes do ask.
TEST(Wire, AnOldClientKeepsTheConnectionOnlyWhenItAsks) {
  Upstream upstream;
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(read_response(client).field("Connection"), "keep-alive");
  client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(read_response(client).field("Connection"), "close");
  EXPECT_FALSE(client.receive());
  EXPECT_FALSE(client.broken());
}

// `printf ... | nc` and many scripts send FIN at once and then wait.
TEST(Wire, AHalfClosedClientGetsItsAnswer) {
  const auto upstream = Upstream::answering([](Socket& to, const Request&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // so that FIN comes before the answer
    return to.send(ok("here"));
  });
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  client.send(get("/") + get("/"));
  client.finish();
  EXPECT_EQ(read_response(client).body, "here");
  EXPECT_EQ(read_response(client).body, "here");
  EXPECT_FALSE(client.receive());
  EXPECT_FALSE(client.broken());
}

// Half of an answer must not look like the whole.
TEST(Wire, AnAnswerThatIsCutIsCutForTheClient) {
  Upstream upstream([](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send(get("/"));
  client.receive_all();
  EXPECT_EQ(client.text.find("0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(client.broken());
}

// A backend may answer before it has read everything: 413 and 401 usually do.
TEST(Wire, PassesAnAnswerOnThatComesBeforeTheBodyHasEnded) {
  Upstream upstream([](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
    while (to.receive()) {}
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
  const Response response = read_response(client);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body, "no");
  EXPECT_EQ(response.field("Connection"), "close");
}

TEST(Wire, AWebSocketIsATunnelInBothDirections) {
  // Frames are neither HTTP nor text; and what comes right behind the handshake belongs to the tunnel already.
  Upstream upstream([](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    EXPECT_EQ(request.field("Connection"), "upgrade");
    EXPECT_EQ(request.field("Upgrade"), "websocket");
    EXPECT_EQ(request.field("Sec-WebSocket-Key"), "abc");
    to.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX-A: b\r\n\r\nfirst");
    while (to.receive()) to.send("<" + to.take(to.text.size()) + ">");
    to.send("bye");
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send(get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: abc\r\n") + "early");
  ASSERT_TRUE(client.receive_until("<early>"));
  EXPECT_TRUE(client.text.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_NE(client.text.find("\r\nX-A: b\r\n"), std::string::npos);
  EXPECT_NE(client.text.find("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nfirst"), std::string::npos);
  const std::string frame("\0\x01\xff", 3);
  client.send(frame);
  ASSERT_TRUE(client.receive_until("<" + frame + ">"));
  client.finish();
  EXPECT_TRUE(client.receive_all().ends_with("bye"));
  EXPECT_FALSE(client.broken());
}

// A refused upgrade is an ordinary answer, and the connection goes on.
TEST(Wire, ARefusedUpgradeIsAnOrdinaryAnswer) {
  Upstream upstream("plain");
  TestGateway gateway;
  gateway.serve({upstream.address()});
  Socket client = gateway.connect();
  client.send(get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\n") + get("/"));
  EXPECT_EQ(read_response(client).body, "plain");
  EXPECT_EQ(read_response(client).body, "plain");
}

// HTTP/2 in a tunnel would carry requests past every rule.
TEST(Wire, AnUpgradeToHttp2IsNotPassedOn) {
  Upstream upstream;
  TestGateway gateway;
  gateway.serve({upstream.address()});
  EXPECT_EQ(gateway.get("/", "Connection: Upgrade\r\nUpgrade: h2c\r\n").status, 200);
  EXPECT_FALSE(upstream.last().has("Upgrade"));
  EXPECT_FALSE(upstream.last().has("Connection"));
}

// A tunnel that nobody asked for would make the backend's bytes the next answer.
TEST(Wire, AnUpgradeThatNobodyAskedForIsABadGateway) {
  Upstream upstream([](Socket& to, int) {
    Request request;
    Upstream::read_head(to, request);
    to.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    while (to.receive()) {}
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  EXPECT_EQ(gateway.get().status, 502);
}

// Whatever else a backend sends belongs to no request: the next client must not get it.
TEST(Wire, BytesBehindAnAnswerAreNotTheNextAnswer) {
  const auto upstream = Upstream::answering([](Socket& to, const Request& request) {
    return to.send(ok(request.line) + (request.line.find("/first") != std::string::npos ? ok("stray") : ""));
  });
  TestGateway gateway;
  gateway.serve({upstream->address()});
  Socket client = gateway.connect();
  client.send(get("/first"));
  EXPECT_EQ(read_response(client).body, "GET /first HTTP/1.1");
  client.send(get("/second"));
  EXPECT_EQ(read_response(client).body, "GET /second HTTP/1.1");
}

}  // namespace
}  // namespace graylane::gateway
