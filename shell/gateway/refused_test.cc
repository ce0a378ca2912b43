// What two programs could read differently is refused, and nothing behind it reaches a backend.
#include <gtest/gtest.h>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

constexpr std::string_view kHidden = "GET /hidden HTTP/1.1\r\nHost: app.example\r\n\r\n";

struct Refused {
  std::string request;
  int status;
};

std::string with(std::string_view fields, std::string_view body = "") {
  return "POST / HTTP/1.1\r\nHost: app.example\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

const std::vector<Refused>& refused() {
  static const std::vector<Refused> all = {
      // the message's length
      {with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {with("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400},
      {with("Content-Length: +3\r\n", "abc"), 400},
      {with("Content-Length: -3\r\n", "abc"), 400},
      {with("Content-Length: 0x3\r\n", "abc"), 400},
      {with("Content-Length:\r\n", "abc"), 400},
      {with("Content-Length: 3, 3\r\n", "abc"), 400},
      {with("Content-Length: 18446744073709551619\r\n", "abc"), 400},
      {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {with("Transfer-Encoding: identity\r\n", "abc"), 501},
      {with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // lines
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {with("X: a\nY: b\r\n"), 400},
      {with("X: a\rY: b\r\n"), 400},
      {with("X: a\r\r\n"), 400},
      {with("X: a\r\n b\r\n"), 400},
      {with("X : a\r\n"), 400},
      {with(": a\r\n"), 400},
      {with("X(: a\r\n"), 400},
      {with("X: a\x01\r\n"), 400},
      {with("X: a" + std::string(1, '\0') + "\r\n"), 400},
      // Host
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      // the request line
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      // limits
      {"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {with("X: " + std::string(40'000, 'x') + "\r\n"), 431},
  };
  return all;
}

class RefusedForms : public testing::Test {
 protected:
  RefusedForms() { gateway.serve({upstream.address()}); }
  Upstream upstream;
  TestGateway gateway;
};

// A hidden request that reaches a backend passes every rule, address list and log.
TEST_F(RefusedForms, NothingOfThemReachesABackend) {
  for (const Refused& form : refused()) {
    Socket client = gateway.connect();
    client.send(form.request + std::string(kHidden));
    const std::string all = client.receive_all();
    EXPECT_EQ(all.substr(0, 13), "HTTP/1.1 " + std::to_string(form.status) + " ") << form.request.substr(0, 200);
    EXPECT_EQ(upstream.count(), 0U) << form.request.substr(0, 200);
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << form.request.substr(0, 200);
  }
}

// The same in small pieces: where a network cuts must not decide.
TEST_F(RefusedForms, GiveTheSameAnswerByteByByte) {
  for (const Refused& form : refused()) {
    if (form.request.size() > 1000) continue;
    Socket client = gateway.connect();
    for (const char c : form.request) {
      if (!client.send({&c, 1})) break;
    }
    client.send(kHidden);
    const std::string all = client.receive_all();
    EXPECT_EQ(all.substr(0, 13), "HTTP/1.1 " + std::to_string(form.status) + " ") << form.request.substr(0, 200);
    EXPECT_EQ(upstream.count(), 0U) << form.request.substr(0, 200);
  }
}

// A body goes on while it comes; when it turns out bad, what the backend got must not look whole, and nothing follows it.
TEST_F(RefusedForms, ABadChunkCutsTheRequestBeforeItsEnd) {
  for (const std::string_view chunks :
       {"g\r\n", "3;x=y\r\nabc\r\n0\r\n\r\n", "-1\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n", "11111111111111111\r\n", "8000000000000000\r\n", "3 \r\nabc\r\n0\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", "0\r\nX : y\r\n\r\n"}) {
    Socket client = gateway.connect();
    client.send(with("Transfer-Encoding: chunked\r\n", chunks) + std::string(kHidden));
    const std::string all = client.receive_all();
    EXPECT_EQ(all.substr(0, 13), "HTTP/1.1 400 ") << chunks;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << chunks;
    EXPECT_EQ(upstream.count(), 0U) << chunks;  // none was whole
  }
}

// What comes in one piece with the head is looked at before anything is sent: an endpoint does not even see the beginning.
TEST(Refused, ABadChunkThatComesWithTheHeadReachesNoBackend) {
  std::mutex mutex;
  std::string got;
  Upstream upstream([&](Socket& socket, int) {
    while (socket.receive()) {
      const std::lock_guard lock(mutex);
      got += socket.text;
      if (std::exchange(socket.text, {}).ends_with("\r\n\r\n")) socket.send(ok("hello"));
    }
  });
  TestGateway gateway;
  gateway.serve({upstream.address()});
  EXPECT_EQ(gateway.get("/first").status, 200);
  EXPECT_EQ(gateway.ask(with("X-Second: 1\r\nTransfer-Encoding: chunked\r\n", "zz\r\n")).status, 400);
  EXPECT_EQ(gateway.get("/third").status, 200);
  const std::lock_guard lock(mutex);
  EXPECT_NE(got.find("GET /third"), std::string::npos);
  EXPECT_EQ(got.find("X-Second"), std::string::npos) << got;
}

// Requests that only routing refuses may have been written to hide another one as well.
TEST_F(RefusedForms, ATargetOrHostThatCannotBeReadEndsTheConnection) {
  for (const std::string_view head : {"GET / HTTP/1.1\r\nHost: ..\r\n\r\n", "GET / HTTP/1.1\r\nHost: a..example\r\n\r\n",
                                      "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /../x HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    Socket client = gateway.connect();
    client.send(std::string(head) + std::string(kHidden));
    const std::string all = client.receive_all();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << head;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << head;
    EXPECT_EQ(upstream.count(), 0U) << head;
  }
}

// A sweep over a port by something that speaks another protocol must not fill the latency figures.
TEST_F(RefusedForms, AreCountedApart) {
  gateway.ask("GET / HTTP/1.1\r\n\r\n");
  gateway.ask("\x16\x03\x01\x02\r\n\r\n");
  EXPECT_EQ(gateway.counts().refusals[0], 2U);
  EXPECT_TRUE(gateway.telemetry.snapshot().series.empty());
}

}  // namespace
}  // namespace graylane::gateway
