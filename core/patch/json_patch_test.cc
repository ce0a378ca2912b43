#include "patch/json_patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "patch/test_values.h"

namespace graylane::patch {
namespace {

using testing::HasSubstr;

Outcome<doc::Value> patched(std::string_view object, std::string_view patch, const JsonPatchLimits& limits = {}) {
  return apply_json_patch(value_of(object), value_of(patch), limits);
}

TEST(JsonPatch, OperationsWorkInTheirOrder) {
  // kubectl rollout undo and every GitOps tool rely on it: a later operation sees what an earlier one did.
  const auto result = patched(R"({"data": {"a": "1", "b": "2"}})", R"([
    {"op": "test", "path": "/data/a", "value": "1"},
    {"op": "replace", "path": "/data/a", "value": "9"},
    {"op": "remove", "path": "/data/b"},
    {"op": "copy", "from": "/data/a", "path": "/data/c"},
    {"op": "move", "from": "/data/c", "path": "/data/d"}])");
  ASSERT_TRUE(result);
  EXPECT_TRUE(same(*result, R"({"data": {"a": "9", "d": "9"}})"));
}

TEST(JsonPatch, SlashAndTildeInNamesAreEscaped) {
  // All annotations of ingress-nginx have a slash in their name.
  const auto result = patched(R"({"m": {}})", R"([{"op": "add", "path": "/m/a~1b~0c", "value": "10"}])");
  ASSERT_TRUE(result);
  EXPECT_TRUE(same(*result, R"({"m": {"a/b~c": "10"}})"));
  EXPECT_FALSE(patched(R"({"m": {}})", R"([{"op": "add", "path": "/m/a~2", "value": "10"}])"));
}

TEST(JsonPatch, ItemsAreInsertedAppendedAndCountedFromTheEnd) {
  // Kubernetes takes negative indices; scripts use them to change the last container.
  EXPECT_TRUE(same(*patched("[1, 2]", R"([{"op": "add", "path": "/0", "value": 0}])"), "[0, 1, 2]"));
  EXPECT_TRUE(same(*patched("[1, 2]", R"([{"op": "add", "path": "/2", "value": 3}])"), "[1, 2, 3]"));
  EXPECT_TRUE(same(*patched("[1, 2]", R"([{"op": "add", "path": "/-", "value": 3}])"), "[1, 2, 3]"));
  EXPECT_TRUE(same(*patched("[1, 2]", R"([{"op": "replace", "path": "/-1", "value": 9}])"), "[1, 9]"));
  EXPECT_TRUE(same(*patched("[1, 2]", R"([{"op": "remove", "path": "/0"}])"), "[2]"));
  for (const char* path : {"/3", "/-3", "/01", "/x", "/"}) {
    const std::string patch = std::string(R"([{"op": "replace", "path": ")") + path + R"(", "value": 1}])";
    EXPECT_FALSE(patched("[1, 2]", patch)) << path;
  }
}

TEST(JsonPatch, RefusalHasTheMessageOfKubernetesAndACauseThatHelps) {
  // Clients switch on reason and message; a person needs to know which of forty operations failed.
  const auto result = patched(R"({"data": {"a": "1"}})", R"([
    {"op": "test", "path": "/data/a", "value": "1"}, {"op": "test", "path": "/data/a", "value": "no"}])");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::kInvalid);
  EXPECT_EQ(result.error().message, "the server rejected our request due to an error in our request");
  ASSERT_EQ(result.error().causes.size(), 1u);
  EXPECT_EQ(result.error().causes[0].field, "[1].value");
  EXPECT_THAT(result.error().causes[0].message, HasSubstr("test failed"));
}

TEST(JsonPatch, AReplacedMemberThatIsNotThereIsAdded) {
  // kube-apiserver does so, and scripts have come to rely on it; RFC 6902 would refuse it.
  const auto result = patched(R"({"data": {"a": "1"}})", R"([{"op": "replace", "path": "/data/b", "value": "2"}])");
  ASSERT_TRUE(result);
  EXPECT_TRUE(same(*result, R"({"data": {"a": "1", "b": "2"}})"));
}

TEST(JsonPatch, WhatDoesNotFitIsRefused) {
  // Silence would store something that its author did not ask for.
  for (const char* operation :
       {R"({"op": "remove", "path": "/zzz"})", R"({"op": "replace", "path": "/zzz/deep", "value": 1})",
        R"({"op": "add", "path": "/zzz/deep", "value": 1})", R"({"op": "move", "from": "/zzz", "path": "/a"})",
        R"({"op": "move", "from": "/data", "path": "/data/a/b"})", R"({"op": "copy", "from": "/zzz", "path": "/a"})",
        R"({"op": "wish", "path": "/a", "value": 1})", R"({"op": "add", "path": "/a"})", R"({"op": "add", "value": 1})",
        R"({"path": "/a", "value": 1})", R"({"op": "add", "path": "a", "value": 1})", R"({"op": "remove", "path": ""})"}) {
    const auto result = patched(R"({"data": {"a": "1"}})", "[" + std::string(operation) + "]");
    ASSERT_FALSE(result) << operation;
    EXPECT_EQ(result.error().reason, Reason::kInvalid) << operation;
  }
}

TEST(JsonPatch, MustBeAListOfObjects) {
  // The texts are the original's, with the type name that clients have seen for years.
  EXPECT_EQ(patched("{}", R"({"op": "x"})").error().message,
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
  EXPECT_EQ(patched("{}", R"(["x"])").error().reason, Reason::kBadRequest);
}

TEST(JsonPatch, TestForNullHoldsWhereNothingIs) {
  // The common way to say "only if there are no annotations yet".
  EXPECT_TRUE(patched("{}", R"([{"op": "test", "path": "/metadata", "value": null}])"));
  EXPECT_FALSE(patched(R"({"metadata": {}})", R"([{"op": "test", "path": "/metadata", "value": null}])"));
}

TEST(JsonPatch, NumbersAreComparedByValue) {
  // A client in JavaScript does not know 1 from 1.0.
  EXPECT_TRUE(apply_json_patch(value_of("{a: 1}"), value_of(R"([{"op": "test", "path": "/a", "value": !!float 1.0}])")));
}

TEST(JsonPatch, LimitsHold) {
  // A patch of a few kilobytes must not take the server's memory or time.
  const auto many = patched("{}", R"([{"op": "test", "path": "/a", "value": null}, {"op": "test", "path": "/a", "value": null}])",
                            {.operations_max = 1});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().reason, Reason::kRequestEntityTooLarge);
  EXPECT_EQ(many.error().message, "Request entity too large: The allowed maximum operations in a JSON patch is 1, got 2");

  std::string doubling = R"([{"op": "add", "path": "/a", "value": ["x", "y"]})";
  for (int i = 0; i < 60; ++i) doubling += R"(, {"op": "copy", "from": "/a", "path": "/a/-"})";
  const auto grown = patched("{}", doubling + "]");
  ASSERT_FALSE(grown);
  EXPECT_THAT(grown.error().causes[0].message, HasSubstr("bytes in all"));

  std::string deeper = R"([{"op": "add", "path": "/a", "value": {}})";
  for (int i = 0; i < 200; ++i)
    deeper += R"(, {"op": "move", "from": "/a", "path": "/b"}, {"op": "add", "path": "/a", "value": {}},
                                             {"op": "move", "from": "/b", "path": "/a/b"})";
  const auto nested = patched("{}", deeper + "]");
  ASSERT_FALSE(nested);
  EXPECT_THAT(nested.error().causes[0].message, HasSubstr("nested deeper"));

  const auto work = patched("[1, 2, 3]", R"([{"op": "add", "path": "/0", "value": 1}, {"op": "add", "path": "/0", "value": 1}])",
                            {.visits_max = 5});
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error().reason, Reason::kRequestEntityTooLarge);
}

TEST(MergePatch, FollowsTheTableOfItsRfc) {
  // Appendix A of RFC 7386, the rows whose patch is an object (an API object's patch must be one).
  const struct {
    const char* object;
    const char* patch;
    const char* result;
  } rows[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& row : rows)
    EXPECT_TRUE(same(*apply_merge_patch(value_of(row.object), value_of(row.patch)), row.result)) << row.patch;
}

TEST(MergePatch, MustBeAnObject) {
  // A list would otherwise become the whole object.
  const auto result = apply_merge_patch(value_of("{}"), value_of("[]"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::kBadRequest);
  EXPECT_EQ(result.error().message,
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
}

TEST(MergePatch, KeepsTheOrderOfMembersAlsoInLargeObjects) {
  // Large objects are looked up through an index; it must not change what comes out.
  doc::Object object;
  doc::Object patch;
  for (int i = 0; i < 1000; ++i) object.append("k" + std::to_string(i), doc::Value(int64_t{i}), {});
  for (int i = 0; i < 1001; i += 2) patch.append("k" + std::to_string(i), i % 4 ? doc::Value() : doc::Value("x"), {});
  const auto result = apply_merge_patch(doc::Value(std::move(object)), doc::Value(std::move(patch)));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->as_object()->size(), 751u);
  EXPECT_EQ(result->as_object()->begin()->key, "k0");
  EXPECT_EQ(*result->find("k4"), doc::Value("x"));
  EXPECT_EQ(result->find("k2"), nullptr);
  EXPECT_EQ(*result->find("k3"), doc::Value(int64_t{3}));
  EXPECT_EQ(std::prev(result->as_object()->end())->key, "k1000");
}

}  // namespace
}  // namespace graylane::patch
