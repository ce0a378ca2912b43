#include "store/object_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "store/test_objects.h"

namespace graylane::store {
namespace {

using Plain = std::map<api::ObjectKey, int64_t>;

api::ObjectPtr shared_object(int name, int64_t number) {
  return std::make_shared<const api::Object>(make_object("Pod", std::to_string(name % 7), std::to_string(name), number));
}

void expect_same(const ObjectMap& map, const Plain& plain) {
  ASSERT_EQ(map.size(), plain.size());
  auto expected = plain.begin();
  size_t rank = 0;
  map.visit({}, [&](const api::ObjectPtr& object) {
    EXPECT_EQ(object->key, expected->first);
    EXPECT_EQ(number_of(*object), expected->second);
    EXPECT_EQ(map.rank(object->key), rank++);
    EXPECT_EQ(map.find(object->key), object);
    return ++expected != plain.end();
  });
  EXPECT_EQ(rank, plain.size());
}

TEST(ObjectMap, AgreesWithAPlainMapThroughAnyChanges) {
  // Everything that is read from a store comes out of this map; its copies must not change with it.
  std::mt19937 random(1);
  ObjectMap map;
  Plain plain;
  std::vector<std::pair<ObjectMap, Plain>> copies;
  for (int i = 0; i < 6'000; ++i) {
    const int name = static_cast<int>(random() % 400);
    const api::ObjectPtr object = shared_object(name, i);
    const bool known = plain.contains(object->key);
    const api::ObjectPtr before = i / 1'000 % 2 != 0 && random() % 3 != 0 ? map.erase(object->key) : map.put(object);
    EXPECT_EQ(before != nullptr, known);
    if (known) {
      EXPECT_EQ(number_of(*before), plain.at(object->key));
    }
    if (map.find(object->key)) plain[object->key] = i;
    else plain.erase(object->key);
    if (i % 500 == 0) copies.emplace_back(map, plain);
  }
  expect_same(map, plain);
  for (const auto& [copy, expected] : copies) expect_same(copy, expected);
}

TEST(ObjectMap, StaysShallowWhenFilledInOrder) {
  // Names that count up are the common case; a degenerate tree would make 100,000 of them a stack overflow.
  ObjectMap map;
  for (int i = 0; i < 100'000; ++i) map.put(shared_object(i + 100'000, i));
  for (int i = 0; i < 50'000; ++i) EXPECT_TRUE(map.erase(shared_object(i + 100'000, 0)->key));
  EXPECT_EQ(map.size(), 50'000u);
  EXPECT_LE(map.height(), 23u) << "1.44 * log2(50,000)";
}

TEST(ObjectMap, VisitBeginsAnywhereAndStopsWhenTold) {
  // A page of a list must not cost more than the page.
  ObjectMap map;
  for (int i = 10; i < 90; ++i) map.put(std::make_shared<const api::Object>(make_object("Pod", "a", std::to_string(i))));
  std::vector<std::string> seen;
  map.visit({"", "Pod", "a", "395"}, [&](const api::ObjectPtr& object) {
    seen.push_back(object->key.name);
    return seen.size() < 3;
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"40", "41", "42"}));
}

}  // namespace
}  // namespace graylane::store
