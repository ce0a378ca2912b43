#include "httpd/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "httpd/server.h"
#include "httpd/test_client.h"
#include "httpd/test_tls_client.h"

namespace graylane::httpd {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Answers with what TLS told.
void echo_peer(const Request& request, Responder responder) {
  std::string text = request.method + " " + request.path + " body=" + std::to_string(request.body.size());
  if (!request.tls) text += " plain";
  else if (request.tls->subject) {
    text += " CN=" + request.tls->subject->common_name;
    for (const std::string& organization : request.tls->subject->organizations) text += " O=" + organization;
  } else {
    text += request.tls->refused.empty() ? " nobody" : " refused: " + request.tls->refused;
  }
  responder.respond(text_response(200, text));
}

void wait_until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!holds() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(holds());
}

size_t open_connections(TestServer& server) {
  size_t open = 0;
  server.in_loop([&] { open = server.server().connections(); });
  return open;
}

TEST(HttpdTls, RequestsAreServedInBothVersionsOfTls) {
  // kubectl speaks 1.3, older clients 1.2; a connection serves several requests, also sent at once.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server, {.version_min = version, .version_max = version});
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.alpn(), "http/1.1");
    EXPECT_THAT(client.ask(kGet), EndsWith("GET / body=0 nobody\n"));
    client.send(std::string(kGet) + "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
    EXPECT_THAT(client.ask(""), EndsWith("GET / body=0 nobody\n"));
    EXPECT_THAT(client.ask(""), EndsWith("PUT /x body=2 nobody\n"));
  }
}

TEST(HttpdTls, ACertificateOfOurCaNamesTheClient) {
  // Who it is, and the groups that give the role.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  TlsClient client(server, {.certificate = &pki->admin});
  EXPECT_THAT(client.ask(kGet), EndsWith("CN=graylane-admin O=system:masters\n"));
}

TEST(HttpdTls, ACertificateOfAnotherCaOrPurposeIsRefusedButNotTheConnection) {
  // It names system:masters too; people see a 401 and not an alert of TLS.
  const TestPki pki;
  const TestPki other;
  TestServer server(echo_peer, {}, pki.context());
  TlsClient foreign(server, {.certificate = &other->admin});
  EXPECT_THAT(foreign.ask(kGet), AllOf(HasSubstr("refused: "), Not(HasSubstr("graylane-admin"))));
  TlsClient of_a_server(server, {.certificate = &pki->server});
  EXPECT_THAT(of_a_server.ask(kGet), HasSubstr("refused: "));
}

TEST(HttpdTls, AnExpiredCertificateIsRefused) {
  // Its CA is good still.
  const TestPki pki(std::chrono::system_clock::now() - 400 * 24h);
  TestServer server(echo_peer, {}, pki.context());
  TlsClient client(server, {.certificate = &pki->admin});
  EXPECT_THAT(client.ask(kGet), HasSubstr("refused: certificate has expired"));
}

TEST(HttpdTls, OldVersionsAndOtherProtocolsAreRefused) {
  // TLS 1.1 is broken, and we do not speak h2 here; the client must not believe that we do.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  EXPECT_FALSE(TlsClient(server, {.version_min = TLS1_1_VERSION, .version_max = TLS1_1_VERSION}).connected());
  EXPECT_FALSE(TlsClient(server, {.alpn = "\x02h2"}).connected());
  TlsClient both(server, {.alpn = "\x02h2\x08http/1.1"});
  EXPECT_EQ(both.alpn(), "http/1.1");
  TlsClient none(server, {.alpn = ""});
  EXPECT_THAT(none.ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpdTls, PlainHttpIsToldWhatIsWrong) {
  // People write http:// where https:// is meant; Go's servers have these words.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  EXPECT_THAT(TestClient(server).ask(kGet), AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("Connection: close\r\n"),
                                                  EndsWith("\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")));
}

TEST(HttpdTls, GarbageEndsItsOwnConnectionOnly) {
  // Scanners send anything.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  const std::string record("\x16\x03\x01\xff\xff", 5);
  for (const std::string& garbage :
       {std::string(3, '\0'), std::string("\x16\x03\x01\x00\x05hello", 10), record + std::string(70'000, 'x'),
        std::string("\x80\x2e\x01\x00\x02", 5) + std::string(100, '\0')}) {
    TestClient client(server);
    client.send(garbage);
    client.half_close();
    client.read_to_end();
  }
  wait_until([&] { return open_connections(server) == 0; });
  EXPECT_THAT(TlsClient(server).ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpdTls, AHandshakeMayComeByteByByte) {
  // The kernel cuts anywhere; others are served meanwhile.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  TestClient wire(server);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  const auto send_slowly = [&] {
    char byte = 0;
    while (BIO_read(out, &byte, 1) == 1) {
      wire.send({&byte, 1});
      server.in_loop([] {});  // it has seen this byte, mostly alone
    }
  };
  const auto receive = [&] {
    const std::string got = wire.read_bytes(1);
    ASSERT_FALSE(got.empty());
    BIO_write(in, got.data(), 1);
  };
  while (SSL_connect(ssl.get()) != 1) {
    send_slowly();
    if (BIO_pending(in) == 0) receive();
  }
  SSL_write(ssl.get(), kGet.data(), static_cast<int>(kGet.size()));
  send_slowly();
  EXPECT_THAT(TlsClient(server).ask(kGet), StartsWith("HTTP/1.1 200 "));
  char answer[100] = {};
  while (SSL_read(ssl.get(), answer, sizeof answer - 1) <= 0) receive();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
}

TEST(HttpdTls, AHandshakeThatStallsIsEnded) {
  // Somebody who connects and says nothing, or half a hello, must not hold a place for ever.
  const TestPki pki;
  TestServer server(echo_peer, {.handshake_timeout = 50ms}, pki.context());
  TestClient silent(server);
  EXPECT_EQ(silent.read_to_end(), "");
  TestClient half(server);
  half.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(half.read_to_end(), "");
  wait_until([&] { return open_connections(server) == 0; });
}

TEST(HttpdTls, LargeBodiesAndAnswersArriveWhole) {
  // More than the kernel, or a record of TLS, takes at once.
  const TestPki pki;
  const std::string large(8 * 1024 * 1024, 'z');
  TestServer server(
      [&](const Request& request, Responder responder) {
        responder.respond(text_response(200, request.method == "GET" ? large : std::to_string(request.body.size())));
      },
      {}, pki.context());
  TlsClient client(server, {.receive_bytes = 4096});
  const std::string answer = client.ask(kGet);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large.size() + 1);
  const std::string body(3 * 1024 * 1024, 'b');
  EXPECT_THAT(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145728\r\n\r\n" + body), EndsWith("\r\n\r\n3145728\n"));
}

TEST(HttpdTls, TheEndOfAnAnswerIsToldAndThatOfABrokenOneIsNot) {
  // An answer that lasts until the connection's end is whole only when TLS says so.
  const TestPki pki;
  std::unique_ptr<Responder> kept;
  TestServer server(
      [&](const Request& request, Responder responder) {
        responder.begin_stream(text_response(200, "some"));
        if (request.path == "/whole") responder.end_stream();
        else kept = std::make_unique<Responder>(std::move(responder));
      },
      {}, pki.context());
  TlsClient whole(server);
  whole.send("GET /whole HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_THAT(whole.read_to_end(), EndsWith("some\n"));
  EXPECT_TRUE(whole.ended_cleanly());
  TlsClient broken(server);
  broken.send("GET /broken HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_THAT(broken.read_until("some\n"), EndsWith("some\n"));
  server.in_loop([&] { kept.reset(); });
  EXPECT_EQ(broken.read_to_end(), "");
  EXPECT_FALSE(broken.ended_cleanly());
}

TEST(HttpdTls, IdleConnectionsAreClosedInOrder) {
  // A client that reads an end without a word from TLS reports an attack.
  const TestPki pki;
  TestServer server(echo_peer, {.idle_timeout = 50ms}, pki.context());
  TlsClient client(server);
  client.ask(kGet);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(client.ended_cleanly());
}

struct Kept {
  std::unique_ptr<Responder> responder;  // in the loop's thread only
  std::atomic<bool> gone = false;
  std::atomic<int> drained = 0;

  RequestHandler handler() {
    return [this](const Request&, Responder taken) {
      taken.on_gone([this] { gone = true; });
      taken.on_drain([this] { ++drained; });
      taken.begin_stream({});
      responder = std::make_unique<Responder>(std::move(taken));
    };
  }
};

TEST(HttpdTls, ASlowReaderOfAStreamIsToldAndGoesOn) {
  // Back-pressure through TLS: the writer stops at kFull, goes on after on_drain, and every byte arrives.
  const TestPki pki;
  Kept kept;
  TestServer server(kept.handler(), {.stream_bytes_full = 64 * 1024}, pki.context());
  TlsClient client(server, {.receive_bytes = 4096});
  client.send(kGet);
  client.read_until("\r\n\r\n");
  const std::string chunk(16 * 1024, 'c');
  size_t chunks = 0;
  bool full = false;
  while (!full) {
    server.in_loop([&] {
      for (auto flow = Responder::Flow::kMore; flow == Responder::Flow::kMore; ++chunks) flow = kept.responder->write(chunk);
    });
    server.in_loop([&] { full = kept.responder->pending() >= 64 * 1024; });
  }
  const int drained = kept.drained;
  size_t got = 0;
  while (kept.drained == drained) got += client.read_bytes(1024).size();
  server.in_loop([&] {
    kept.responder->write(chunk);
    kept.responder->end_stream();
  });
  got += client.read_until("\r\n0\r\n\r\n").size();
  EXPECT_EQ(got, (chunks + 1) * (chunk.size() + std::string("4000\r\n\r\n").size()) + std::string("0\r\n\r\n").size());
}

TEST(HttpdTls, AReaderOfAStreamThatLeavesOrStaysBehindIsGone) {
  // A watch that nobody reads costs memory without bound.
  const TestPki pki;
  for (const bool leaves : {true, false}) {
    Kept kept;
    TestServer server(kept.handler(), {.stream_bytes_full = 16 * 1024, .stream_bytes_max = 64 * 1024}, pki.context());
    TlsClient client(server, {.receive_bytes = 4096});
    client.send(kGet);
    client.read_until("\r\n\r\n");
    if (leaves) client.close();
    const std::string chunk(10'000, 'c');
    while (!leaves && !kept.gone) server.in_loop([&] { kept.responder->write(chunk); });
    wait_until([&] { return kept.gone.load(); });
    EXPECT_EQ(open_connections(server), 0U);
  }
}

TEST(HttpdTls, ANewCertificateHoldsForNewConnections) {
  // A server runs longer than its certificate.
  const TestPki first;
  const TestPki second;
  TestServer server(echo_peer, {}, first.context());
  TlsClient before(server);
  server.in_loop([&] { server.server().set_tls(second.context()); });
  EXPECT_THAT(before.ask(kGet), StartsWith("HTTP/1.1 200 "));
  TlsClient after(server, {.certificate = &second->admin});
  EXPECT_THAT(after.ask(kGet), HasSubstr("CN=graylane-admin"));
}

TEST(HttpdTls, StopAcceptingEndsHandshakesToo) {
  // They have no request yet.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  TestClient client(server);
  wait_until([&] { return open_connections(server) == 1; });
  server.in_loop([&] { server.server().stop_accepting(); });
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HttpdTls, PythonsClientVerifiesUs) {
  // A client of others: it checks our chain, our name and the address, and presents the certificate that we made.
  const TestPki pki;
  TestServer server(echo_peer, {}, pki.context());
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const std::string script = "import http.client, ssl; c = ssl.create_default_context(cafile='" + pki.file("ca.crt") +
                               "'); c.load_cert_chain('" + pki.file("admin.pem") + "'); h = http.client.HTTPSConnection('" +
                               host + "', " + std::to_string(server.address().port()) +
                               ", context=c, timeout=20); h.request('GET', '/py'); print(h.getresponse().read().decode())";
    FILE* pipe = ::popen(("python3 -c \"" + script + "\" 2>&1").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char text[2000] = {};
    const size_t size = std::fread(text, 1, sizeof text - 1, pipe);
    EXPECT_EQ(::pclose(pipe), 0);
    EXPECT_THAT(std::string(text, size), StartsWith("GET /py body=0 CN=graylane-admin O=system:masters\n"));
  }
}

TEST(TlsContext, WhatCannotBeServedIsAnErrorAtOnce) {
  // Not at the first client's handshake.
  const TestPki pki;
  const TestPki other;
  const auto mixed = TlsContext::create({pki->server.certificate_pem, other->server.key_pem, pki->ca_pem});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().what, StartsWith("the server's key does not belong to its certificate"));
  const auto no_key = TlsContext::create({pki->server.certificate_pem, "x", pki->ca_pem});
  ASSERT_FALSE(no_key);
  EXPECT_THAT(no_key.error().what, StartsWith("the server's key is not usable"));
  const auto no_ca = TlsContext::create({pki->server.certificate_pem, pki->server.key_pem, "x"});
  ASSERT_FALSE(no_ca);
  EXPECT_THAT(no_ca.error().what, StartsWith("the clients' CA certificate is not usable"));
}

TEST(HttpdTls, OverTheLimitOfConnectionsClientsWaitForAPlace) {
  // Closing without a word would look like a broken server; who waits is served as soon as somebody goes.
  const TestPki pki;
  TestServer server(echo_peer, {.connections_max = 1}, pki.context());
  auto first = std::make_unique<TlsClient>(server, TlsClient::Options{});
  ASSERT_TRUE(first->connected());
  std::atomic<bool> served = false;
  std::thread later([&] {
    TlsClient second(server, {});
    served = second.connected() && second.ask(kGet).starts_with("HTTP/1.1 200 ");
  });
  EXPECT_THAT(first->ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_FALSE(served);
  EXPECT_EQ(open_connections(server), 1U);
  first.reset();
  later.join();
  EXPECT_TRUE(served);
}

}  // namespace
}  // namespace graylane::httpd
