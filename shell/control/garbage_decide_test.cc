#include "control/garbage_decide.h"

#include <gtest/gtest.h>

#include "api/build.h"
#include "control/patch_object.h"
#include "control/test_objects.h"

namespace graylane::control {
namespace {

using std::chrono::sys_seconds;

constexpr sys_seconds kNow{std::chrono::seconds(1'767'225'600)};

api::Object config_map(const std::string& name) {
  return object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + ", uid: u-" + name + "}}");
}

api::Object leaving(const std::string& name, const char* finalizer) {
  api::Object object = mark_deleted(config_map(name), kNow);
  add_finalizer(object, finalizer);
  return object;
}

/// Of the owners "a" and "b".
Dependent child(bool a_blocks = false) {
  api::Object object = config_map("child");
  for (const std::string name : {"a", "b"}) {
    add_owner(object, api::make_object({{"apiVersion", doc::Value("v1")},
                                        {"kind", doc::Value("ConfigMap")},
                                        {"name", doc::Value(name)},
                                        {"uid", doc::Value("u-" + name)},
                                        {"blockOwnerDeletion", doc::Value(a_blocks && name == "a")}}));
  }
  auto owners = owners_of(object);
  return {std::make_shared<api::Object>(std::move(object)), std::move(owners)};
}

TEST(GarbageDecide, OneLivingOwnerKeepsItWithoutTheOthers) {
  // A ConfigMap that two releases share outlives the first of them, and must not name it for ever.
  const auto change = decide_dependent(child(), {OwnerState::kGone, OwnerState::kAlive}, false, kNow);
  ASSERT_TRUE(change && change->verb == Change::Verb::kPatch);
  const auto patched = patch_object(change->object.key, child().object.get(), change->part);
  ASSERT_TRUE(patched) << patched.error().to_string();
  const auto owners = owners_of(*patched);
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].name, "b");
  EXPECT_FALSE(decide_dependent(child(), {OwnerState::kAlive, OwnerState::kAlive}, false, kNow));
}

TEST(GarbageDecide, WithoutALivingOwnerItGoes) {
  // Its own dependents first, where an owner waits for all that is below it.
  const auto gone = decide_dependent(child(), {OwnerState::kGone, OwnerState::kGone}, true, kNow);
  ASSERT_TRUE(gone && gone->verb == Change::Verb::kDelete);
  EXPECT_EQ(gone->end.dependents, Deletion::Dependents::kBackground);
  const auto waited_for = decide_dependent(child(), {OwnerState::kGone, OwnerState::kWaiting}, true, kNow);
  ASSERT_TRUE(waited_for && waited_for->verb == Change::Verb::kDelete);
  EXPECT_EQ(waited_for->end.dependents, Deletion::Dependents::kForeground);
}

TEST(GarbageDecide, OrphansAreFreeBeforeTheirOwnerGoes) {
  // In the other order a crash between the two would take them with it.
  const Dependent one = child();
  const auto changes = decide_orphans(leaving("a", kOrphanFinalizer), {&one}, kNow);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(owners_of(patch_object(changes[0].object.key, one.object.get(), changes[0].part).value()).size(), 1U);
  EXPECT_EQ(changes[1].verb, Change::Verb::kRemove);
  EXPECT_EQ(changes[1].object.key.name, "a");
}

TEST(GarbageDecide, AnOwnerWaitsOnlyForWhoBlocksIt) {
  // blockOwnerDeletion is what `kubectl delete --cascade=foreground` waits for.
  const Dependent blocks = child(true), does_not = child();
  const api::Object owner = leaving("a", kForegroundFinalizer);
  EXPECT_FALSE(decide_foreground(owner, {&does_not, &blocks}));
  const auto change = decide_foreground(owner, {&does_not});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->verb, Change::Verb::kRemove);
}

}  // namespace
}  // namespace graylane::control
