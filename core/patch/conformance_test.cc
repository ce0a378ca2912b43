#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "doc/parse.h"
#include "patch/test_expect.h"
#include "patch/test_server.h"

namespace graylane::patch {
namespace {

using Variables = std::map<std::string, std::string>;

doc::Value read_cases() {
  std::ifstream file(GRAYLANE_SOURCE_DIR "/tests/conformance/kube_api/patch-cases.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  doc::Parsed parsed = doc::parse_json(text, nullptr);
  EXPECT_EQ(parsed.documents.size(), 1u);
  return parsed.documents.empty() ? doc::Value() : std::move(parsed.documents[0]);
}

doc::Value with_variables(const doc::Value& step, const Variables& variables) {
  std::string json = doc::to_json(step);
  for (const auto& [name, value] : variables) {
    const std::string marker = "{{" + name + "}}";
    for (size_t at = json.find(marker); at != std::string::npos; at = json.find(marker)) json.replace(at, marker.size(), value);
  }
  return doc::parse_json(json, nullptr).documents.at(0);
}

std::string text_of(const doc::Value& value, std::string_view path) {
  const doc::Value* found = value_at(value, path);
  return found && found->as_string() ? *found->as_string() : "";
}

Request request_of(const doc::Value& step) {
  Request request{text_of(step, "method"), text_of(step, "path"), {}, text_of(step, "headers.Content-Type"), {}};
  if (const doc::Value* query = step.find("query")) {
    for (const doc::Member& member : *query->as_object()) request.query[member.key] = *member.value.as_string();
  }
  if (const doc::Value* body = step.find("body")) request.body = *body;
  return request;
}

bool has_status(const doc::Value& expected, int status) {
  const doc::Array* any = expected.as_array();
  if (!any) return expected == doc::Value(int64_t{status});
  return std::ranges::any_of(*any, [&](const doc::Value& one) { return one == doc::Value(int64_t{status}); });
}

void run_step(TestServer& server, const doc::Value& step, Variables& variables) {
  const Answer answer = server.handle(request_of(step));
  const std::string shown = std::to_string(answer.status) + " " + doc::to_json(answer.body);
  EXPECT_TRUE(has_status(*value_at(step, "expect.status"), answer.status)) << shown;
  if (const doc::Value* body = value_at(step, "expect.body")) {
    for (const doc::Member& member : *body->as_object())
      EXPECT_TRUE(is_as_expected(value_at(answer.body, member.key), member.value)) << member.key << " in " << shown;
  }
  if (const doc::Value* save = step.find("save")) {
    for (const doc::Member& member : *save->as_object()) variables[member.key] = text_of(answer.body, *member.value.as_string());
  }
}

TEST(PatchConformance, AnswersAreThoseOfKubernetes) {
  // The cases were recorded from real API servers: what clients see of patches must not depend on which server they talk to.
  const doc::Value cases = read_cases();
  const doc::Value* list = cases.find("cases");
  ASSERT_TRUE(list && list->as_array());
  EXPECT_GE(list->as_array()->size(), 28u);
  for (const doc::Value& one : *list->as_array()) {
    TestServer server;
    Variables variables{{"ns", "ns-tests"}, {"rand", "abcdef"}};
    int number = 0;
    for (const doc::Value& step : *one.find("steps")->as_array()) {
      SCOPED_TRACE(text_of(one, "id") + " step " + std::to_string(++number));
      run_step(server, with_variables(step, variables), variables);
    }
  }
}

}  // namespace
}  // namespace graylane::patch
