#include "doc/value.h"

#include <gtest/gtest.h>

namespace graylane::doc {
namespace {

Value object(std::initializer_list<std::pair<const char*, int64_t>> members) {
  Object result;
  for (const auto& [key, number] : members) result.set(key, Value(number));
  return Value(std::move(result));
}

TEST(Value, OrderOfMembersDoesNotCount) {
  // Two manifests that differ only in order must compare equal, or every reload would look like a change.
  EXPECT_EQ(object({{"a", 1}, {"b", 2}}), object({{"b", 2}, {"a", 1}}));
  EXPECT_NE(object({{"a", 1}, {"b", 2}}), object({{"b", 1}, {"a", 2}}));
  EXPECT_NE(object({{"a", 1}}), object({{"a", 1}, {"b", 2}}));
}

TEST(Value, PositionsDoNotCount) {
  // Moving an object within its file is no change either.
  EXPECT_EQ(Value("x", {1, 2}), Value("x", {3, 4}));
}

TEST(Value, IntegerAndDoubleDiffer) {
  // They print differently, and a round trip must not mix them up.
  EXPECT_NE(Value(int64_t{1}), Value(1.0));
}

TEST(Value, OfAnotherKindGivesNull) {
  // Untrusted input has the wrong kinds everywhere; access must not fail.
  const Value value("text");
  EXPECT_EQ(value.as_int(), nullptr);
  EXPECT_EQ(value.as_object(), nullptr);
  EXPECT_EQ(value.find("key"), nullptr);
  EXPECT_EQ(*value.as_string(), "text");
}

TEST(Value, KindsAreNamedAsJsonSchemaNamesThem) {
  // Error messages compare them with the names in schemas.
  EXPECT_EQ(name_of(Value().kind()), "null");
  EXPECT_EQ(name_of(Value(true).kind()), "boolean");
  EXPECT_EQ(name_of(Value(int64_t{1}).kind()), "integer");
  EXPECT_EQ(name_of(Value(1.5).kind()), "number");
  EXPECT_EQ(name_of(Value("").kind()), "string");
  EXPECT_EQ(name_of(Value(Array{}).kind()), "array");
  EXPECT_EQ(name_of(Value(Object{}).kind()), "object");
  EXPECT_EQ(name_of(Value::packed({}).kind()), "packed");
}

TEST(Value, PackedIsTheSameValueInLessMemory) {
  // A store packs what it holds, and writers compare that with trees.
  const Value tree = Value(Array{object({{"a", 1}, {"b", 2}})}, {3, 4});
  const Value packed = Value::packed(tree);
  EXPECT_EQ(packed.kind(), Value::Kind::kPacked);
  EXPECT_EQ(packed, tree);
  EXPECT_EQ(Value(Array{object({{"b", 2}, {"a", 1}})}), packed);
  EXPECT_EQ(packed, Value::packed(Value(Array{object({{"b", 2}, {"a", 1}})})));
  EXPECT_NE(packed, Value::packed(Value(Array{object({{"a", 1}})})));
  EXPECT_NE(packed, Value("text"));
  EXPECT_TRUE(packed.unpacked().is_array());
  EXPECT_EQ(packed.unpacked().at(), (Position{3, 4}));
  EXPECT_EQ(packed.unpacked().as_array()->front().at(), Position());
  EXPECT_EQ(Value::packed(packed).as_packed()->json, R"([{"a":1,"b":2}])");
}

TEST(Object, SetReplacesInPlace) {
  // Keys are unique, and an edit keeps the order in which the author wrote.
  Value value = object({{"a", 1}, {"b", 2}});
  Object& members = *value.as_object();
  members.set("a", Value("new"), {7, 8});
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members.begin()->key, "a");
  EXPECT_EQ(members.begin()->key_at, (Position{7, 8}));
  EXPECT_EQ(*members.find("a"), Value("new"));
}

TEST(Object, EraseSaysWhetherTheKeyWasThere) {
  // Patches must know.
  Value value = object({{"a", 1}});
  EXPECT_TRUE(value.as_object()->erase("a"));
  EXPECT_FALSE(value.as_object()->erase("a"));
  EXPECT_TRUE(value.as_object()->empty());
}

}  // namespace
}  // namespace graylane::doc
