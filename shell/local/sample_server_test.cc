#include "local/sample_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

#include "local/test_pods.h"
#include "net/address.h"

namespace graylane::local {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A client that waits, ten seconds at most.
class Client {
 public:
  explicit Client(const net::SocketAddress& address) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected_ = ::connect(socket_.get(), address.data(), address.size()) == 0;
  }
  bool connected() const { return connected_; }
  void send(const std::string& text) {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size()));
  }
  /// What comes until `end` has come, or until the server closes.
  std::string read_until(const std::string& end) {
    std::string text;
    std::array<char, 4096> buffer;
    while (end.empty() || text.find(end) == text.npos) {
      const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      text.append(buffer.data(), static_cast<size_t>(size));
    }
    return text;
  }
  std::string read_all() { return read_until(""); }
  std::string ask(const std::string& path, const std::string& end) {
    send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return read_until(end);
  }

 private:
  net::Fd socket_;
  bool connected_ = false;
};

class SampleServerTest : public PodTest {
 protected:
  void SetUp() override {
    PodTest::SetUp();
    pod("web", "image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/new-nginx', ports: [{containerPort: 18080}]");
    ASSERT_TRUE(wait_ready("web"));
    address_ = *net::SocketAddress::from_ip(view("web").ip, 18080);
  }
  net::SocketAddress address_;
};

TEST_F(SampleServerTest, LogsTheNameOfTheRequest) {
  // Who follows one request through a release greps for its X-Request-ID.
  Client client(address_);
  client.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-ID: 0123abcd\r\n\r\n");
  client.read_until("new\n");
  client.ask("/b", "new\n");
  EXPECT_TRUE(wait_until([&] { return log("web").ends_with("GET /b 200\n"); })) << log("web");
  EXPECT_THAT(log("web"), HasSubstr("GET /a 200 X-Request-ID=0123abcd\n"));
}

TEST_F(SampleServerTest, AnswersItsTextAtEveryPath) {
  // The examples' readers see which version answered, and of which Pod.
  Client client(address_);
  const std::string first = client.ask("/", "new\n");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("X-Pod: web\r\n"));
  EXPECT_THAT(first, HasSubstr("\r\n\r\nnew\n"));
  EXPECT_THAT(client.ask("/any/path?x=1", "new\n"), HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(client.ask("/healthz", "ok\n"), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(SampleServerTest, PipelinedRequestsAreAnsweredInOrder) {
  // A gateway may send the next request before the first answer has come.
  Client client(address_);
  client.send(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nHost: "
      "x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_all();
  EXPECT_LT(answers.find("\r\n\r\nok\nHTTP/1.1 200"), answers.find("\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_TRUE(answers.ends_with("Connection: close\r\n\r\nnew\n"));
}

TEST_F(SampleServerTest, EchoTellsWhatArrived) {
  // To see what a gateway adds, changes and takes away.
  Client client(address_);
  client.send("PUT /a?echo=1 HTTP/1.1\r\nHost: h\r\nX-One: \"1\"\r\nContent-Length: 5\r\n\r\n12345");
  EXPECT_THAT(client.read_until("}\n"),
              HasSubstr(R"({"text":"new","pod":"web","method":"PUT","target":"/a?echo=1","version":"1.1",)"
                        R"("headers":[["Host","h"],["X-One","\"1\""],["Content-Length","5"]],"bodyBytes":5})"));
}

TEST_F(SampleServerTest, ExpectedContinueIsSent) {
  // curl waits for it before it sends a large body.
  Client client(address_);
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  EXPECT_THAT(client.read_until("new\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(SampleServerTest, BadRequestsAreRefusedAndClosed) {
  // The rest of such a connection means nothing.
  Client client(address_);
  client.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, Not(HasSubstr("200 OK")));
}

TEST_F(SampleServerTest, AtItsEndItLosesNoRequest) {
  // Between the Pod's removal and the last client's hearing of it requests still come, on old connections and new ones.
  Client before(address_), half(address_);
  ASSERT_THAT(before.ask("/", "new\n"), Not(HasSubstr("Connection: close")));
  half.send("GET / HTTP/1.1\r\nHo");
  mark_deleted("web");
  // The first answer that closes shows that the signal has arrived; new connections are still taken.
  ASSERT_TRUE(wait_until([&] {
    Client fresh(address_);
    return fresh.connected() && fresh.ask("/", "new\n").find("Connection: close") != std::string::npos;
  }));
  EXPECT_THAT(before.ask("/", "new\n"), HasSubstr("Connection: close"));
  half.send("st: x\r\n\r\n");
  EXPECT_TRUE(half.read_all().ends_with("\r\n\r\nnew\n"));
  ASSERT_TRUE(wait_until([&] { return object("web") == nullptr; }));
  EXPECT_FALSE(Client(address_).connected());
}

TEST(SampleServerCommand, WrongArgumentsAreRefused) {
  // It is started by machines; a wrong call must not look like a server that ends well.
  std::string program = "p", command = "sample-server";
  char* const arguments[] = {program.data(), command.data(), nullptr};
  EXPECT_EQ(run_sample_server(2, const_cast<char**>(arguments)), 2);
}

}  // namespace
}  // namespace graylane::local
