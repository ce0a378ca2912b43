// What a listener says of all of its requests and answers, and how long an answer's head may be.
#include <gtest/gtest.h>

#include <mutex>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

class Listener : public testing::Test {
 protected:
  void serve() {
    Routes routes;
    routes.policy = policy_;
    routes.listener = options_;
    routes.respond("/gone", 410);
    routes.forward("/", routes.backend({upstream_->address()}));
    gateway_.publish(routes);
  }

  /// What the endpoint sends beside the length.
  void answer_with(std::string fields) {
    const std::lock_guard lock(mutex_);
    fields_ = std::move(fields);
  }
  std::string told(std::string_view name) const { return upstream_->last().has(name) ? upstream_->last().field(name) : "(none)"; }

  route::Policy policy_;
  route::ListenerOptions options_;
  std::mutex mutex_;
  std::string fields_ = "Server: backend/1\r\nX-Powered-By: php\r\nX-Kept: 1\r\n";
  std::unique_ptr<Upstream> upstream_ = Upstream::answering([this](Socket& to, const Request&) {
    const std::lock_guard lock(mutex_);
    return to.send("HTTP/1.1 200 OK\r\n" + fields_ + "Content-Length: 1\r\n\r\nx");
  });
  TestGateway gateway_;
};

// Whoever logs by it asks for it; others have an id of their own.
TEST_F(Listener, ARequestIdIsMadeUnlessItIsSwitchedOff) {
  for (const bool made : {true, false}) {
    options_.generate_request_id = made;
    serve();
    EXPECT_EQ(gateway_.get().status, 200);
    EXPECT_EQ(told("X-Request-ID").size(), made ? 32U : std::string("(none)").size());
    EXPECT_EQ(gateway_.get("/", "X-Request-ID: mine\r\n").status, 200);
    EXPECT_EQ(told("X-Request-ID"), "mine");
  }
}

// Applications behind two proxies read the whole way from it.
TEST_F(Listener, TheWholeForwardedForGoesOnWhereItIsTrusted) {
  options_.compute_full_forwarded_for = true;
  serve();
  EXPECT_EQ(gateway_.get("/", "X-Forwarded-For: 192.0.2.1\r\n").status, 200);
  EXPECT_EQ(told("X-Forwarded-For"), "127.0.0.1") << "nobody is trusted";
  options_.use_forwarded_headers = true;
  serve();
  EXPECT_EQ(gateway_.get("/", "X-Forwarded-For: 192.0.2.1, 192.0.2.2\r\nX-Forwarded-For: 192.0.2.3\r\n").status, 200);
  EXPECT_EQ(told("X-Forwarded-For"), "192.0.2.1, 192.0.2.2, 192.0.2.3, 127.0.0.1");
  EXPECT_EQ(told("X-Real-IP"), "192.0.2.1");
  EXPECT_EQ(gateway_.get().status, 200);
  EXPECT_EQ(told("X-Forwarded-For"), "127.0.0.1");
}

// A backend that sees only what a rewrite left cannot write links.
TEST_F(Listener, TheOriginalTargetIsToldWhenAskedFor) {
  policy_.upstream_host = route::TextTemplate::literal("other.example");
  for (const bool asked : {false, true}) {
    options_.add_original_uri = asked;
    serve();
    EXPECT_EQ(gateway_.get("/a?b=1", "X-Original-URI: /mine\r\n").status, 200);
    EXPECT_EQ(told("X-Original-URI"), asked ? "/a?b=1" : "/mine");
  }
}

// What software answers is nobody's business unless somebody says so.
TEST_F(Listener, AnswersNameAServerWhenAskedTo) {
  serve();
  EXPECT_EQ(gateway_.get().field("Server"), "");
  options_.server = "graylane";
  serve();
  EXPECT_EQ(gateway_.get().field("Server"), "graylane");
  EXPECT_EQ(gateway_.get("/gone").status, 410);
  EXPECT_EQ(gateway_.get("/gone").field("Server"), "graylane");
  options_.pass_server = true;
  serve();
  EXPECT_EQ(gateway_.get().field("Server"), "backend/1");
  EXPECT_EQ(gateway_.get("/gone").field("Server"), "graylane");
}

TEST_F(Listener, ABackendsNameIsNotPassedOnWithoutOurs) {
  // As in ingress-nginx, where server-tokens switches off both.
  options_.pass_server = true;
  serve();
  EXPECT_EQ(gateway_.get().field("Server"), "");
}

// Versions of frameworks are a list of what to attack.
TEST_F(Listener, HiddenFieldsStayBehind) {
  options_.hidden_fields = {"x-powered-by", "X-Unknown"};
  serve();
  const Response response = gateway_.get();
  EXPECT_EQ(response.field("X-Powered-By"), "");
  EXPECT_EQ(response.field("X-Kept"), "1");
}

// ---- the head's length ----

TEST_F(Listener, AnAnswersHeadMayFillTheBufferAndNoMore) {
  // To the byte: people set proxy-buffer-size to the smallest value that works.
  const std::string before = "HTTP/1.1 200 OK\r\nX-Big: ";
  const std::string after = "\r\nContent-Length: 1\r\n\r\n";
  constexpr size_t kSize = 4'096;
  policy_.response_head_bytes_max = kSize;
  for (const size_t size : {kSize, kSize + 1}) {
    answer_with("X-Big: " + std::string(size - before.size() - after.size(), 'z') + "\r\n");
    serve();
    const Response response = gateway_.get();
    EXPECT_EQ(response.status, size == kSize ? 200 : 502);
    EXPECT_EQ(response.field("X-Big").empty(), size != kSize);
  }
}

TEST_F(Listener, OtherwiseTheGatewaysOwnLimitHolds) {
  // A backend with many cookies is not at fault.
  answer_with("X-Big: " + std::string(16 * 1024, 'z') + "\r\n");
  serve();
  EXPECT_EQ(gateway_.get().status, 200);
}

}  // namespace
}  // namespace graylane::gateway
