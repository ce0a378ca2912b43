#include <gtest/gtest.h>

#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

constexpr const char* kAuthorization = "/apis/authorization.k8s.io/v1/";

TestAnswer ask(TestApi& api, const std::string& path, const std::string& spec) {
  return api.send("POST", path, R"({"spec":)" + spec + "}");
}

TEST(Reviews, SaysWhyAQuestionCannotBeAnswered) {
  // A question that was read half would be answered about something else.
  TestApi api;
  const std::string self = std::string(kAuthorization) + "selfsubjectaccessreviews";
  const std::string others = std::string(kAuthorization) + "subjectaccessreviews";
  EXPECT_EQ(ask(api, self, "{}").status(), 422);
  EXPECT_EQ(ask(api, self, R"({"resourceAttributes":{},"nonResourceAttributes":{}})").status(), 422);
  EXPECT_NE(ask(api, others, R"({"resourceAttributes":{"verb":"get","resource":"pods"}})").message().find("user or group"),
            std::string::npos);
  EXPECT_EQ(api.send("POST", self, R"({"metadata":{"name":"x"},"spec":{"resourceAttributes":{}}})").status(), 422);
  EXPECT_EQ(ask(api, std::string(kAuthorization) + "selfsubjectrulesreviews", "{}").message(), "no namespace on request");
}

TEST(Reviews, ALocalQuestionIsAboutItsNamespace) {
  // Who may ask in one namespace only must learn nothing of the others.
  TestApi api;
  const std::string path = std::string(kAuthorization) + "namespaces/default/localsubjectaccessreviews";
  const auto about = [](const char* ns) {
    return R"({"user":"bob","resourceAttributes":{"verb":"get","resource":"pods","namespace":")" + std::string(ns) + "\"}}";
  };
  EXPECT_EQ(ask(api, path, about("default")).status(), 201);
  EXPECT_EQ(ask(api, path, about("other")).status(), 422);
  EXPECT_EQ(ask(api, std::string(kAuthorization) + "localsubjectaccessreviews", about("")).status(), 404);
}

TEST(Reviews, AnswersHaveMetadataOfTheirOwn) {
  TestApi api;
  const TestAnswer who = api.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", R"({"metadata":{"name":"x"}})");
  EXPECT_EQ(who.text("metadata.name"), "");
  EXPECT_EQ(who.text("metadata.creationTimestamp"), "2023-11-14T22:13:20Z");
}

TEST(Reviews, TokensThatNobodyKnowsAreToldSo) {
  // Webhook clients ask the API who sent them a token.
  TestApi api;
  constexpr const char* kTokens = "/apis/authentication.k8s.io/v1/tokenreviews";
  EXPECT_EQ(ask(api, kTokens, R"({"token":"x"})").text("status.error"), "invalid bearer token");
  EXPECT_EQ(ask(api, kTokens, "{}").message(), "token is required for TokenReview in authentication");
}

}  // namespace
}  // namespace graylane::apiserver
