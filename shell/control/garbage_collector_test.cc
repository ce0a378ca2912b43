#include "control/garbage_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/build.h"
#include "api/view_fields.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr sys_seconds kNow{seconds(1'767'225'600)};

/// ConfigMaps that own one another; `owners`: names, "!" before one that blocks the owner's deletion.
class GarbageCollectorTest : public ::testing::Test {
 protected:
  api::Object config_map(const std::string& name, const std::vector<std::string>& owners = {}) {
    api::Object object = object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + ", uid: u-" + name + "}}");
    for (const std::string& owner : owners) add_owner(object, reference(owner));
    return object;
  }
  static doc::Value reference(std::string owner) {
    const bool blocks = owner.starts_with('!');
    if (blocks) owner.erase(0, 1);
    return api::make_object({{"apiVersion", doc::Value("v1")},
                             {"kind", doc::Value("ConfigMap")},
                             {"name", doc::Value(owner)},
                             {"uid", doc::Value("u-" + owner)},
                             {"blockOwnerDeletion", doc::Value(blocks)}});
  }
  void add(api::Object object) { ASSERT_TRUE(store_.create(std::move(object))); }
  void remove(const std::string& name) { ASSERT_TRUE(store_.remove({"", "ConfigMap", "default", name}, 0)); }
  void mark(const std::string& name, const std::string& finalizer) {
    api::Object object = *store_.get({"", "ConfigMap", "default", name}).value();
    metadata_of(object).set("finalizers", doc::Value(doc::Array{doc::Value(finalizer)}));
    ASSERT_TRUE(store_.update(mark_deleted(object, kNow)));
  }
  bool step() {
    const auto changed = collector_.step(kNow);
    EXPECT_TRUE(changed) << changed.error().to_string();
    return changed && *changed;
  }
  void settle() {
    for (int i = 0; i < 20; ++i) {
      if (!step()) return;
    }
    ADD_FAILURE() << "the collector never comes to rest";
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    const Listing listing = store_.list({}).value();
    for (const api::ObjectPtr& object : listing.items) names.push_back(object->key.name);
    return names;
  }
  std::vector<std::string> owners(const std::string& name) {
    std::vector<std::string> names;
    for (const OwnerReference& owner : owners_of(*store_.get({"", "ConfigMap", "default", name}).value()))
      names.push_back(owner.name);
    return names;
  }

  store::MemoryStore store_;
  GarbageCollector collector_{store_};
};

TEST_F(GarbageCollectorTest, DependentsOfAGoneOwnerGoToo) {
  // Deleting a Deployment must not leave what it made behind; what belongs to nobody is left alone.
  add(config_map("top"));
  add(config_map("middle", {"top"}));
  add(config_map("bottom", {"middle"}));
  add(config_map("other"));
  settle();
  EXPECT_THAT(names(), ElementsAre("bottom", "middle", "other", "top"));
  remove("top");
  settle();
  EXPECT_THAT(names(), ElementsAre("other"));
}

TEST_F(GarbageCollectorTest, AnOwnerThatNeverWasCountsAsGone) {
  // Also one of the right name and another uid: it is another object.
  add(config_map("a", {"nobody"}));
  add(config_map("b"));
  api::Object stranger = config_map("c");
  doc::Value wrong = reference("b");
  wrong.as_object()->set("uid", doc::Value("of an earlier b"));
  add_owner(stranger, std::move(wrong));
  add(std::move(stranger));
  settle();
  EXPECT_THAT(names(), ElementsAre("b"));
}

TEST_F(GarbageCollectorTest, AnOwnerMadeAnewIsNotTheOldOne) {
  // Deleted and created again in one moment: what belonged to the first one goes.
  add(config_map("top"));
  add(config_map("child", {"top"}));
  settle();
  api::Object again = config_map("top");
  metadata_of(again).set("uid", doc::Value("another"));
  ASSERT_TRUE(store_.apply(std::move(again)));
  settle();
  EXPECT_THAT(names(), ElementsAre("top"));
}

TEST_F(GarbageCollectorTest, OneLivingOwnerKeepsTheDependent) {
  // The dead reference goes, so that it means nobody who may get that name later.
  add(config_map("one"));
  add(config_map("two"));
  add(config_map("child", {"one", "two"}));
  settle();
  remove("one");
  settle();
  EXPECT_THAT(owners("child"), ElementsAre("two"));
  remove("two");
  settle();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(GarbageCollectorTest, AnOwnerOfAnotherNamespaceIsNone) {
  // Namespaces keep people apart; a reference across them would reach through.
  add(config_map("top"));
  api::Object far = config_map("far", {"top"});
  far.key.ns = "elsewhere";
  metadata_of(far).set("namespace", doc::Value("elsewhere"));
  add(std::move(far));
  settle();
  EXPECT_THAT(names(), ElementsAre("top"));
}

TEST_F(GarbageCollectorTest, APodInTheForegroundIsStillGivenItsTime) {
  // Its requests are to be drained and its program to hear SIGTERM; who runs it removes it then.
  const api::ObjectKey key{"", "Pod", "default", "p"};
  api::Object pod = object_of("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
  metadata_of(pod).set("finalizers", doc::Value(doc::Array{doc::Value("foregroundDeletion")}));
  add(mark_deleted(pod, kNow));
  settle();
  ASSERT_TRUE(store_.get(key));
  EXPECT_TRUE(is_free(**store_.get(key)));
  EXPECT_TRUE(is_terminating(**store_.get(key)));
}

TEST_F(GarbageCollectorTest, AForegroundDeletionWaitsForWhatBlocksIt) {
  // `kubectl delete --cascade=foreground` promises that everything below is gone when the object is.
  add(config_map("top"));
  add(config_map("middle", {"!top"}));
  api::Object bottom = config_map("bottom", {"!middle"});
  metadata_of(bottom).set("finalizers", doc::Value(doc::Array{doc::Value("example.com/slow")}));
  add(std::move(bottom));
  mark("top", "foregroundDeletion");
  settle();
  EXPECT_THAT(names(), ElementsAre("bottom", "middle", "top"));
  api::Object free = *store_.get({"", "ConfigMap", "default", "bottom"}).value();
  EXPECT_TRUE(is_terminating(free));
  remove("bottom");  // as who takes the last finalizer does
  settle();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(GarbageCollectorTest, AnOrphaningDeletionLeavesDependentsBehind) {
  // `kubectl delete --cascade=orphan`: the Pods go on serving.
  add(config_map("top"));
  add(config_map("other"));
  add(config_map("child", {"top", "other"}));
  mark("top", "orphan");
  settle();
  EXPECT_THAT(names(), ElementsAre("child", "other"));
  EXPECT_THAT(owners("child"), ElementsAre("other"));
}

TEST_F(GarbageCollectorTest, PodsAreMarkedAndNotRemoved) {
  // Who runs a Pod must drain and stop it first.
  api::Object pod = object_of("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
  add_owner(pod, reference("gone"));
  add(std::move(pod));
  settle();
  EXPECT_TRUE(is_terminating(*store_.get({"", "Pod", "default", "p"}).value()));
}

TEST_F(GarbageCollectorTest, AnOwnerWithoutUidIsMeantByItsName) {
  // Objects from files get their uid later; until then and after it what they own stays.
  add(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: file}}"));
  api::Object child = config_map("child");
  add_owner(child, controller_reference(*store_.get({"", "ConfigMap", "default", "file"}).value()));
  add(std::move(child));
  settle();
  api::Object file = *store_.get({"", "ConfigMap", "default", "file"}).value();
  metadata_of(file).set("uid", doc::Value("new"));
  ASSERT_TRUE(store_.update(std::move(file)));
  settle();
  EXPECT_THAT(names(), ElementsAre("child", "file"));
  remove("file");
  settle();
  EXPECT_THAT(names(), IsEmpty());
}

TEST(GarbageCollector, WhatWasMissedIsFoundAgain) {
  // A collector that fell behind the store's history must not forget what nobody will tell it again.
  store::MemoryStore store({.history_events_max = 4});
  GarbageCollector collector(store);
  const api::Object owner = object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: top, uid: u}}");
  api::Object child = object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: child, uid: v}}");
  add_owner(child, controller_reference(owner));
  ASSERT_TRUE(store.create(owner));
  ASSERT_TRUE(store.create(child));
  ASSERT_FALSE(collector.step(kNow).value());
  ASSERT_TRUE(store.remove(owner.key, 0));
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(store.create(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c" + std::to_string(i) + "}}")));
  EXPECT_TRUE(collector.step(kNow).value());
  EXPECT_FALSE(store.get(child.key));
}

TEST_F(GarbageCollectorTest, RestsWhenNothingIsToBeDone) {
  // An idle step writes nothing, whatever else changes.
  add(config_map("top"));
  add(config_map("child", {"top"}));
  settle();
  add(config_map("unrelated"));
  EXPECT_FALSE(step());
}

}  // namespace
}  // namespace graylane::control
