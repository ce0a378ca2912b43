#include "cli/answer.h"

#include <gtest/gtest.h>

namespace graylane::cli {
namespace {

Location at(uint32_t line) { return {std::make_shared<const std::string>("shop.yaml"), {line, 5}}; }

route::Outcome outcome(std::string service, double share, route::Role role, std::string path = "/x") {
  return {std::move(service), 80, "80", share, std::move(path), "a.example", role, at(1)};
}

route::Explanation drawn() {
  route::Explanation explanation;
  explanation.verdict = route::Verdict::kStable;
  explanation.to = {outcome("default/web", 0.7, route::Role::kStable), outcome("shop/next", 0.1 + 0.2, route::Role::kCanary)};
  explanation.trace = {{"header x == \"True\"", false, "it is \"true\"", at(9), {}},
                       {"weight 3 of 10", true, "a draw", at(12), {}}};
  return explanation;
}

RequestLine request() { return *parse_url("a.example/x"); }

TEST(AnswerJson, HasTheDocumentedShapeAndSharesInFullPrecision) {
  // Programs read this; 0.30000000000000004 must come back as the same double.
  EXPECT_EQ(answer_json(R"({"host":"a"})", drawn()),
            R"({"request":{"host":"a"},"decision":"stable","to":[)"
            R"({"service":"default/web","port":80,"share":0.7,"path":"/x","host":"a.example"},)"
            R"({"service":"shop/next","port":80,"share":0.30000000000000004,"path":"/x","host":"a.example"}],)"
            R"("status":null,"location":null,"trace":[)"
            R"({"rule":"header x == \"True\"","matched":false,"why":"it is \"true\"","at":"shop.yaml:9:5"},)"
            R"({"rule":"weight 3 of 10","matched":true,"why":"a draw","at":"shop.yaml:12:5"}]})");
}

TEST(AnswerJson, AnAnswerOfTheGatewayHasNoDestination) {
  // Either a destination or a status, never both or neither.
  route::Explanation explanation;
  explanation.status = 308;
  explanation.location = "https://a.example/\"x\"";
  EXPECT_EQ(answer_json("{}", explanation),
            R"({"request":{},"decision":"none","to":[],"status":308,"location":"https://a.example/\"x\"","trace":[]})");
}

TEST(AnswerText, NamesTheWinnerThenTheRulesInColumns) {
  // What people read first is where the request goes; the default namespace would be noise.
  EXPECT_EQ(answer_text(request(), drawn(), {}, {}),
            "-> web:80 (stable) 70 %, shop/next:80 (canary) 30 %\n"
            "1  header x == \"True\"  no       shop.yaml:9:5   it is \"true\"\n"
            "2  weight 3 of 10      matched  shop.yaml:12:5  a draw\n");
}

TEST(AnswerText, SaysWhatIsForwardedOnlyWhenItDiffers) {
  // A rewrite is easily overlooked in the list of rules.
  route::Explanation explanation;
  explanation.to = {outcome("default/web", 1, route::Role::kStable, "/rewritten")};
  EXPECT_EQ(answer_text(request(), explanation, {}, {}), "-> web:80 (stable)\n   path sent: /rewritten\n");
}

TEST(AnswerText, AnswersOfTheGatewayHaveTheirReason) {
  // Not everybody knows the numbers.
  route::Explanation explanation;
  explanation.status = 404;
  EXPECT_EQ(answer_text(request(), explanation, {}, {}), "-> 404 Not Found, answered by the gateway itself\n");
  explanation.status = 308;
  explanation.location = "https://a.example/x";
  EXPECT_EQ(answer_text(request(), explanation, {}, {}), "-> 308 Permanent Redirect, Location: https://a.example/x\n");
}

TEST(AnswerText, ANarrowTerminalHasTheReasonBelowTheRule) {
  // Columns that the terminal breaks anywhere cannot be read.
  EXPECT_EQ(answer_text(request(), drawn(), {}, {false, 40}),
            "-> web:80 (stable) 70 %, shop/next:80\n   (canary) 30 %\n"
            "1  header x == \"True\"  no\n     it is \"true\"\n     shop.yaml:9:5\n"
            "2  weight 3 of 10  matched\n     a draw\n     shop.yaml:12:5\n");
}

TEST(AnswerText, ControlCharactersNeverReachTheTerminal) {
  // Manifests and requests are untrusted; an escape sequence could rewrite the screen.
  route::Explanation explanation;
  explanation.status = 404;
  explanation.trace = {{"path /\x1b[2J", false, "no\r\n", {}, {}}};
  const std::string text = answer_text(request(), explanation, {}, {});
  EXPECT_EQ(text.find('\x1b'), text.npos);
  EXPECT_EQ(text.find('\r'), text.npos);
}

}  // namespace
}  // namespace graylane::cli
