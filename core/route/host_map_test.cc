#include "route/host_map.h"

#include <gtest/gtest.h>

#include <map>

namespace graylane::route {
namespace {

using Map = HostMap<std::shared_ptr<const int>>;

std::string name(int i) { return "host-" + std::to_string(i) + ".example"; }

Map thousand() {
  Map map;
  {
    Map::Edit edit(map);
    for (int i = 0; i < 1'000; ++i) edit.set(name(i), std::make_shared<const int>(i));
  }
  return map;
}

TEST(HostMap, FindsWhatWasSetAndNothingElse) {
  // Checked against a plain map, over edits that set, replace and erase.
  Map map;
  std::map<std::string, int> plain;
  uint32_t random = 1;
  for (int round = 0; round < 200; ++round) {
    Map::Edit edit(map);
    for (int i = 0; i < 20; ++i) {
      random = random * 1664525 + 1013904223;
      const int key = static_cast<int>(random >> 16) % 500;
      if (random % 3 == 0) {
        edit.erase(name(key));
        plain.erase(name(key));
      } else {
        edit.set(name(key), std::make_shared<const int>(round));
        plain[name(key)] = round;
      }
    }
  }
  EXPECT_EQ(map.size(), plain.size());
  for (int key = 0; key < 500; ++key) {
    const auto* found = map.find(name(key));
    const auto wanted = plain.find(name(key));
    ASSERT_EQ(found != nullptr, wanted != plain.end()) << name(key);
    EXPECT_EQ(found == nullptr ? -1 : **found, found == nullptr ? -1 : wanted->second);
  }
  EXPECT_EQ(map.find(""), nullptr);
}

TEST(HostMap, AChangedCopyLeavesTheOriginalAsItWas) {
  // Workers still serve by the old table while the new one is built.
  const Map old = thousand();
  Map changed = old;
  {
    Map::Edit edit(changed);
    edit.set(name(1), std::make_shared<const int>(-1));
    edit.erase(name(2));
    edit.set("new.example", std::make_shared<const int>(-3));
  }
  EXPECT_EQ(**old.find(name(1)), 1);
  EXPECT_EQ(**old.find(name(2)), 2);
  EXPECT_EQ(old.find("new.example"), nullptr);
  EXPECT_EQ(old.size(), 1'000U);
  EXPECT_EQ(**changed.find(name(1)), -1);
  EXPECT_EQ(changed.find(name(2)), nullptr);
  EXPECT_EQ(**changed.find("new.example"), -3);
  EXPECT_EQ(changed.size(), 1'000U);
}

TEST(HostMap, ACopySharesAllButTheTouchedPart) {
  // One changed host among ten thousand must not copy ten thousand.
  const Map old = thousand();
  Map changed = old;
  { Map::Edit(changed).set(name(1), std::make_shared<const int>(-1)); }
  int moved = 0;
  for (int i = 0; i < 1'000; ++i) moved += old.find(name(i)) != changed.find(name(i)) ? 1 : 0;
  EXPECT_GE(moved, 1);
  EXPECT_LE(moved, 40) << "a shard of 256 has about 4 of 1,000 entries";
}

TEST(HostMap, VisitsEveryEntryOnce) {
  // A recompilation walks over all hosts.
  const Map map = thousand();
  int64_t sum = 0;
  map.for_each([&](const std::string&, const auto& value) { sum += *value; });
  EXPECT_EQ(sum, 999 * 1'000 / 2);
}

TEST(HostMap, ErasingEverythingLeavesAnEmptyMap) {
  // The last shard's memory goes with its last entry.
  Map map = thousand();
  {
    Map::Edit edit(map);
    for (int i = 0; i < 1'000; ++i) edit.erase(name(i));
    edit.erase("never.example");
  }
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(map.find(name(5)), nullptr);
}

TEST(SharedSlots, AChangedCopyLeavesTheOriginalAsItWas) {
  // Backends change with every Pod that becomes ready.
  SharedSlots<std::shared_ptr<const int>> old;
  {
    SharedSlots<std::shared_ptr<const int>>::Edit edit(old);
    for (int i = 0; i < 200; ++i) edit.set(static_cast<size_t>(i), std::make_shared<const int>(i));
  }
  auto changed = old;
  {
    SharedSlots<std::shared_ptr<const int>>::Edit edit(changed);
    edit.set(70, std::make_shared<const int>(-1));
    edit.set(300, std::make_shared<const int>(-2));
  }
  EXPECT_EQ(*old[70], 70);
  EXPECT_EQ(*changed[70], -1);
  EXPECT_EQ(*changed[300], -2);
  EXPECT_EQ(old.capacity(), 256U);
  EXPECT_EQ(&old[0], &changed[0]) << "untouched chunks are shared";
  EXPECT_EQ(&old[199], &changed[199]);
  EXPECT_NE(&old[71], &changed[71]);
}

}  // namespace
}  // namespace graylane::route
