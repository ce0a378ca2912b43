#include "patch/field_set.h"

#include <gtest/gtest.h>

#include "patch/managed_fields.h"
#include "patch/test_values.h"

namespace graylane::patch {
namespace {

FieldSet set_of(std::string_view json) { return FieldSet::from_fields_v1(value_of(json)); }
std::string json_of(const FieldSet& set) { return doc::to_json(set.to_fields_v1()); }

TEST(FieldSet, ReadsAndWritesFieldsV1) {
  // It is stored in every object and rewritten by kubectl: a round trip must lose nothing.
  constexpr const char* kFields = R"({"f:metadata":{"f:finalizers":{".":{},"v:\"x.io/a\"":{}}},)"
                                  R"("f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}})";
  EXPECT_EQ(json_of(set_of(kFields)), kFields);
}

TEST(FieldSet, KeysAreTheSameInAnyOrderAndSpacing) {
  // Clients write them by hand.
  const FieldSet set = set_of(R"({"f:ports": {"k:{\"protocol\": \"TCP\", \"port\": 80}": {"f:a": {}},
                                              "k:{\"port\":80,\"protocol\":\"TCP\"}": {"f:b": {}}}})");
  EXPECT_EQ(json_of(set), R"({"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{"f:a":{},"f:b":{}}}})");
}

TEST(FieldSet, WhatIsNoPathElementIsDropped) {
  // A later version of the format may have more kinds of them.
  EXPECT_EQ(json_of(set_of(R"({"f:a": {}, "z:b": {}, "": {}, "f": {}, "k:nonsense": {}, "k:[1]": {}})")), R"({"f:a":{}})");
  EXPECT_TRUE(set_of(R"("text")").empty());
}

TEST(FieldSet, SetsAreCombinedByMemberNotBySubtree) {
  // Owning a map and owning its entries are two things.
  const FieldSet a = set_of(R"({"f:m": {".": {}, "f:x": {}, "f:y": {}}, "f:n": {}})");
  const FieldSet b = set_of(R"({"f:m": {"f:y": {}, "f:z": {}}})");
  EXPECT_EQ(json_of(a | b), R"({"f:m":{".":{},"f:x":{},"f:y":{},"f:z":{}},"f:n":{}})");
  EXPECT_EQ(json_of(a & b), R"({"f:m":{"f:y":{}}})");
  EXPECT_EQ(json_of(a - b), R"({"f:m":{".":{},"f:x":{}},"f:n":{}})");
  EXPECT_EQ(json_of(a - set_of(R"({"f:m": {}})")), R"({"f:m":{"f:x":{},"f:y":{}},"f:n":{}})");
  EXPECT_EQ(json_of(a.without_subtrees(set_of(R"({"f:m": {}})"))), R"({"f:n":{}})");
}

TEST(FieldSet, NumbersInKeysAreOrderedBySize) {
  // Conflicts are listed in this order; port 443 does not come before port 80.
  const FieldSet set =
      set_of(R"({"k:{\"port\":443}": {}, "k:{\"port\":80}": {}, "k:{\"name\":\"p10\"}": {}, "k:{\"name\":\"p9\"}": {}})");
  std::string order;
  for (const Path& path : set.paths()) order += to_string(path);
  EXPECT_EQ(order, R"([name="p10"][name="p9"][port=80][port=443])");
}

TEST(FieldSet, PathsAreMembersFirst) {
  // The order in which Kubernetes lists conflicts.
  const FieldSet set = set_of(R"({"f:a": {"f:x": {}}, "f:b": {}})");
  ASSERT_EQ(set.paths().size(), 2u);
  EXPECT_EQ(to_string(set.paths()[0]), ".b");
  EXPECT_EQ(to_string(set.paths()[1]), ".a.x");
  EXPECT_TRUE(set.has(set.paths()[1]));
  EXPECT_FALSE(set.has({PathElement::field("a")}));
}

TEST(ManagedFields, AreSortedAppliersFirstThenByTime) {
  // The order that `kubectl get -o yaml` shows on a cluster.
  Owners owners = {{"late", false, "v1", "", "2026-01-02T00:00:00Z", FieldSet{{"a"}}},
                   {"early", false, "v1", "", "2026-01-01T00:00:00Z", FieldSet{{"b"}}},
                   {"applier", true, "v1", "", "2026-01-03T00:00:00Z", FieldSet{{"c"}}}};
  const doc::Value encoded = encode_managed_fields(owners);
  EXPECT_TRUE(same(encoded, R"([
      {manager: applier, operation: Apply, apiVersion: v1, time: "2026-01-03T00:00:00Z", fieldsType: FieldsV1, fieldsV1: {"f:c": {}}},
      {manager: early, operation: Update, apiVersion: v1, time: "2026-01-01T00:00:00Z", fieldsType: FieldsV1, fieldsV1: {"f:b": {}}},
      {manager: late, operation: Update, apiVersion: v1, time: "2026-01-02T00:00:00Z", fieldsType: FieldsV1, fieldsV1: {"f:a": {}}}])"));
  EXPECT_EQ(encode_managed_fields(*decode_managed_fields(&encoded)), encoded);
}

TEST(ManagedFields, AListWithAnEntryThatCannotBeReadIsRefused) {
  // Half a list would take fields from owners without their doing.
  auto error = [](const char* yaml) {
    const doc::Value value = value_of(yaml);
    return decode_managed_fields(&value).error().message;
  };
  EXPECT_EQ(error("[{manager: m}]"), "operation must be `Apply` or `Update`");
  EXPECT_EQ(error("[{operation: Apply}]"), "apiVersion must not be empty");
  EXPECT_EQ(error("[{operation: Apply, apiVersion: v1}]"), "missing fieldsType in managed fields entry 0");
  EXPECT_EQ(error("[{operation: Apply, apiVersion: v1, fieldsType: V9}]"),
            R"(invalid fieldsType "V9" in managed fields entry 0)");
}

}  // namespace
}  // namespace graylane::patch
