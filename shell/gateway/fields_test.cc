#include "gateway/fields.h"

#include <gtest/gtest.h>

#include <string>

namespace graylane::gateway {
namespace {

std::string text(const std::vector<HeaderField>& fields) {
  std::string all;
  for (const HeaderField& field : fields) all.append(field.name).append(": ").append(field.value).append("\n");
  return all;
}

const Told kTold{"id0", "192.0.2.10", "app.example", "80", "http", "", "", ""};

std::string sent(std::vector<HeaderField> received, const Told& told = kTold, const route::ListenerOptions& options = {}) {
  RequestFields out;
  make_request_fields(received, false, told, options, out);
  return text(out.fields);
}

constexpr std::string_view kAdded =
    "X-Request-ID: id0\nX-Real-IP: 192.0.2.10\nX-Forwarded-For: 192.0.2.10\nX-Forwarded-Host: app.example\nX-Forwarded-Port: 80\n"
    "X-Forwarded-Proto: http\nX-Forwarded-Scheme: http\nX-Scheme: http\n";

// Applications read these since they stand behind ingress-nginx.
TEST(Fields, TellsBackendsWhatIngressNginxTellsThem) {
  EXPECT_EQ(sent({{"Host", "app.example"}, {"Accept", "*/*"}}), "Accept: */*\n" + std::string(kAdded));
}

// Whoever trusts these for access would let anybody in.
TEST(Fields, AClientCannotForgeThem) {
  const std::string all = sent({{"X-Forwarded-For", "1.2.3.4"},
                                {"x-real-ip", "1.2.3.4"},
                                {"X-FORWARDED-HOST", "evil.test"},
                                {"X-Forwarded-Port", "9999"},
                                {"X-Forwarded-Proto", "https"},
                                {"X-Forwarded-Scheme", "https"},
                                {"X-Scheme", "https"},
                                {"X-Original-Forwarded-For", "5.6.7.8"},
                                {"X-Original-Forwarded-Host", "evil.test"},
                                {"X_Real_IP", "1.2.3.4"},
                                {"Proxy", "evil.test"}});
  EXPECT_EQ(all, std::string(kAdded) + "X-Original-Forwarded-For: 1.2.3.4\nX-Original-Forwarded-Host: evil.test\n");
}

// A trace that is cut at the gateway is two half traces.
TEST(Fields, AClientsRequestIdAndTraceGoOn) {
  RequestFields out;
  const std::vector<HeaderField> received = {{"x-request-id", "mine"}, {"traceparent", "00-1-2-01"}, {"Tracestate", "a=b"}};
  make_request_fields(received, false, kTold, {}, out);
  EXPECT_EQ(out.request_id, "mine");
  const std::string all = text(out.fields);
  EXPECT_TRUE(all.starts_with("traceparent: 00-1-2-01\nTracestate: a=b\nX-Request-ID: mine\n")) << all;
}

// What belongs to the client's connection says nothing about ours.
TEST(Fields, DropsWhatBelongsToOneConnection) {
  EXPECT_EQ(sent({{"Connection", "close, X-Drop"},
                  {"Keep-Alive", "5"},
                  {"TE", "trailers"},
                  {"Transfer-Encoding", "chunked"},
                  {"Content-Length", "3"},
                  {"Upgrade", "x"},
                  {"Expect", "100-continue"}}),
            kAdded);
}

// As ingress-nginx has it, and as its users' applications see it.
TEST(Fields, KeepsWhatIngressNginxKeeps) {
  const std::string kept =
      "X-Drop: 1\nTrailer: X\nProxy-Authorization: Basic x\nForwarded: for=1.2.3.4\nX-Original-URI: /o\n"
      "X-Forwarded-Prefix: /p\nx-LOWER: 1\nCookie: a=b\nCookie: c=d\n";
  EXPECT_EQ(sent({{"Connection", "X-Drop"},
                  {"X-Drop", "1"},
                  {"Trailer", "X"},
                  {"Proxy-Authorization", "Basic x"},
                  {"Forwarded", "for=1.2.3.4"},
                  {"X-Original-URI", "/o"},
                  {"X-Forwarded-Prefix", "/p"},
                  {"x-LOWER", "1"},
                  {"Cookie", "a=b"},
                  {"Cookie", "c=d"}}),
            kept + std::string(kAdded));
}

TEST(Fields, DropsNamesThatAnotherNameCouldBeTakenFor) {
  // CGI-like backends know X_Ok and X-Ok by one name.
  const std::vector<HeaderField> received = {{"X_Under", "1"}, {"X.Dot", "2"}, {"X-Ok", "3"}};
  EXPECT_EQ(sent(received), "X-Ok: 3\n" + std::string(kAdded));
  route::ListenerOptions options;
  options.enable_underscores_in_headers = true;
  EXPECT_EQ(sent(received, kTold, options), "X_Under: 1\nX-Ok: 3\n" + std::string(kAdded));
  options = {};
  options.ignore_invalid_headers = false;
  EXPECT_EQ(sent(received, kTold, options), "X.Dot: 2\nX-Ok: 3\n" + std::string(kAdded)) << "an underscore has its own option";
}

// Another header may carry the addresses; its original is told under the usual name.
TEST(Fields, TellsTheOriginalOfTheHeaderThatIsTrusted) {
  route::ListenerOptions options;
  options.forwarded_for_header = "cf-connecting-ip";
  const std::string all = sent({{"CF-Connecting-IP", "7.7.7.7"}, {"X-Forwarded-For", "1.2.3.4"}}, kTold, options);
  EXPECT_EQ(all, "CF-Connecting-IP: 7.7.7.7\n" + std::string(kAdded) + "X-Original-Forwarded-For: 7.7.7.7\n");
}

// A rewrite tells what it took away.
TEST(Fields, ThePrefixOfARewriteReplacesTheClients) {
  Told told = kTold;
  told.forwarded_prefix = "/app";
  EXPECT_EQ(sent({{"X-Forwarded-Prefix", "/evil"}}, told), std::string(kAdded) + "X-Forwarded-Prefix: /app\n");
}

// Elsewhere the client's own stays: another proxy in front of us may have written it.
TEST(Fields, TheOriginalTargetReplacesTheClients) {
  Told told = kTold;
  told.original_uri = "/a?b";
  EXPECT_EQ(sent({{"X-Original-URI", "/evil"}}, told), std::string(kAdded) + "X-Original-URI: /a?b\n");
  EXPECT_EQ(sent({{"X-Original-URI", "/mine"}}), "X-Original-URI: /mine\n" + std::string(kAdded));
}

// What a backend says to its proxy is not for the world.
TEST(Fields, DropsWhatBackendsSayToTheirProxy) {
  std::vector<HeaderField> out;
  const std::vector<HeaderField> received = {{"Server", "x"},
                                             {"Date", "x"},
                                             {"Connection", "x"},
                                             {"Keep-Alive", "x"},
                                             {"Transfer-Encoding", "chunked"},
                                             {"Content-Length", "1"},
                                             {"X-Accel-Redirect", "/etc"},
                                             {"X-Accel-Buffering", "no"},
                                             {"X-Accel-Expires", "0"},
                                             {"X-Accel-Charset", "x"},
                                             {"X-Accel-Limit-Rate", "1"},
                                             {"X-Pad", "1"},
                                             {"Upgrade", "h2c"},
                                             {"Proxy-Connection", "x"},
                                             {"X-Powered-By", "php"},
                                             {"Set-Cookie", "a=b"},
                                             {"set-cookie", "c=d"}};
  make_response_fields(received, out);
  EXPECT_EQ(text(out), "X-Powered-By: php\nSet-Cookie: a=b\nset-cookie: c=d\n");
}

}  // namespace
}  // namespace graylane::gateway
