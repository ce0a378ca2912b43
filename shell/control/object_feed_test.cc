#include "control/object_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool nothing(const api::Object&) { return true; }

class ObjectFeedTest : public ::testing::Test {
 protected:
  void apply(const std::string& kind, const std::string& name) {
    ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: " + kind + ", metadata: {name: " + name + "}}")));
  }
  void remove(const std::string& name) { ASSERT_TRUE(store_.remove({"", "ConfigMap", "default", name}, 0)); }
  bool catch_up() { return mirror_.catch_up().value(); }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& [key, entry] : mirror_.entries()) names.push_back(key.name);
    return names;
  }

  store::MemoryStore store_{{.history_events_max = 10}};
  Mirror<bool> mirror_{store_, {"", "ConfigMap", {}}, &nothing};
};

TEST_F(ObjectFeedTest, ShowsWhatIsThereAndWhatChanges) {
  // Everything that controllers decide is decided on this.
  apply("ConfigMap", "a");
  EXPECT_TRUE(catch_up());
  EXPECT_THAT(names(), ElementsAre("a"));
  EXPECT_FALSE(catch_up());
  apply("ConfigMap", "b");
  remove("a");
  EXPECT_TRUE(catch_up());
  EXPECT_THAT(names(), ElementsAre("b"));
}

TEST_F(ObjectFeedTest, BeginsAnewWhenItHasFallenBehind) {
  // What it missed is in no event any more: also what was deleted meanwhile must go.
  apply("ConfigMap", "a");
  apply("ConfigMap", "b");
  catch_up();
  remove("a");
  for (int i = 0; i < 50; ++i) apply("ConfigMap", "c" + std::to_string(i % 2));
  EXPECT_TRUE(catch_up());
  EXPECT_THAT(names(), ElementsAre("b", "c0", "c1"));
  EXPECT_FALSE(catch_up());
}

TEST_F(ObjectFeedTest, WhatConcernsItNotDoesNotMakeItFallBehind) {
  // Bookmarks keep its revision young; else a quiet kind would be listed again for ever while others change.
  apply("ConfigMap", "a");
  catch_up();
  for (int i = 0; i < 50; ++i) {
    apply("Secret", "s" + std::to_string(i));
    EXPECT_FALSE(catch_up()) << i;
  }
  apply("ConfigMap", "b");
  EXPECT_TRUE(catch_up());
  EXPECT_THAT(names(), ElementsAre("a", "b"));
}

/// What a mirror of ConfigMaps touches.
class ResyncTest : public ObjectFeedTest {
 protected:
  std::vector<std::string> touched(int at_seconds) {
    std::vector<std::string> names;
    const auto changed =
        slow_.catch_up(sys_seconds(seconds(at_seconds)), [&](const api::ObjectKey& key) { names.push_back(key.name); });
    EXPECT_EQ(changed.value(), !names.empty());
    return names;
  }

  Mirror<bool> slow_{store_, {"", "ConfigMap", {}}, &nothing, seconds(60)};
};

TEST_F(ResyncTest, EverythingIsHandedOverAgainWhenItsTimeHasCome) {
  // What a controller missed or got wrong once must not stay so for as long as nobody touches the object.
  apply("ConfigMap", "a");
  apply("ConfigMap", "b");
  EXPECT_THAT(touched(0), ElementsAre("a", "b"));
  EXPECT_EQ(slow_.resync_at(), sys_seconds(seconds(60)));
  EXPECT_THAT(touched(59), IsEmpty());
  EXPECT_THAT(touched(60), ElementsAre("a", "b"));
  EXPECT_THAT(touched(119), IsEmpty());
  EXPECT_THAT(touched(500), ElementsAre("a", "b"));  // once, however late
  EXPECT_THAT(touched(559), IsEmpty());
  EXPECT_EQ(slow_.resync_at(), sys_seconds(seconds(560)));
}

TEST_F(ResyncTest, AChangeIsHandedOverAtOnceAndDoesNotPutItOff) {
  // Where something always changes, the rest still has its turn.
  apply("ConfigMap", "a");
  apply("ConfigMap", "b");
  touched(0);
  remove("a");
  EXPECT_THAT(touched(30), ElementsAre("a"));
  EXPECT_THAT(touched(60), ElementsAre("b"));
}

TEST_F(ResyncTest, WithoutAPeriodNothingIsHandedOverTwice) {
  // Tests and simulations count what happens.
  apply("ConfigMap", "a");
  catch_up();
  EXPECT_FALSE(mirror_.catch_up(sys_seconds(seconds(1'000'000)), [](const api::ObjectKey&) {}).value());
  EXPECT_FALSE(mirror_.resync_at());
}

}  // namespace
}  // namespace graylane::control
