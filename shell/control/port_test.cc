#include "control/port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/test_objects.h"
#include "doc/parse.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

namespace fields = api::fields;
using ::testing::HasSubstr;
using Type = Patch::Type;

const api::ObjectKey kShop{"apps", "Deployment", "default", "shop"};
const api::ObjectKey kConfig{"", "ConfigMap", "default", "c"};

doc::Value value_of(const std::string& text) { return doc::parse_yaml(text, {}).documents.at(0); }

class PortTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.apply(object_of(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop, generation: 1}, spec: {replicas: 2, selector:"
        " {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: a},"
        " {name: side, image: s}]}}}, status: {replicas: 2, readyReplicas: 1}}")));
  }
  Result<api::ObjectPtr> patch(Type type, const std::string& body, const std::string& part = "") {
    return store_.patch(kShop, {.type = type, .body = value_of(body), .subresource = part});
  }
  api::Object shop() { return *store_.get(kShop).value(); }
  int64_t at(std::initializer_list<std::string_view> path) {
    const api::Object object = shop();
    const doc::Value* value = fields::find_path(&object.content, path);
    return value && value->is_int() ? *value->as_int() : -1;
  }

  store::MemoryStore store_;
};

TEST_F(PortTest, EveryTypeOfPatchChangesItsPart) {
  // Callers choose by what they know of the object: a path, some members, or an item of a list by its key.
  ASSERT_TRUE(patch(Type::kJson, "[{op: replace, path: /spec/replicas, value: 3}]"));
  EXPECT_EQ(at({"spec", "replicas"}), 3);
  ASSERT_TRUE(patch(Type::kMerge, "{spec: {replicas: 4}}"));
  EXPECT_EQ(at({"spec", "replicas"}), 4);
  ASSERT_TRUE(patch(Type::kStrategic, "{spec: {template: {spec: {containers: [{name: shop, image: b}]}}}}"));
  const api::Object object = shop();
  const doc::Array& containers = fields::items(fields::find_path(&object.content, {"spec", "template", "spec"}), "containers");
  ASSERT_EQ(containers.size(), 2u);
  EXPECT_EQ(fields::text(containers.data(), "image"), "b");
  EXPECT_EQ(at({"metadata", "generation"}), 4);
}

TEST_F(PortTest, AnApplyTakesFieldsOfOthersOnlyByForce) {
  // Two managers that overwrite one another would never come to rest.
  const auto apply = [&](const std::string& manager, int replicas, bool force) {
    return store_.patch(kShop,
                        {.type = Type::kApply,
                         .body = value_of("{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, spec: {replicas: " +
                                          std::to_string(replicas) + "}}"),
                         .manager = manager,
                         .force = force});
  };
  ASSERT_TRUE(apply("one", 2, false));
  const auto refused = apply("two", 5, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().what, HasSubstr("conflicts with \"one\":\n- .spec.replicas"));
  ASSERT_TRUE(apply("two", 5, true));
  EXPECT_EQ(at({"spec", "replicas"}), 5);
}

TEST_F(PortTest, OnlyAnApplyMakesAnAbsentObject) {
  // A patch of something that is gone is a mistake that its writer must hear of.
  const api::ObjectKey key{"", "ConfigMap", "default", "c"};
  Patch patch{.type = Type::kMerge, .body = value_of("{data: {a: b}}"), .manager = "m"};
  EXPECT_EQ(store_.patch(key, patch).error().code, ErrorCode::kNotFound);
  patch.type = Type::kApply;
  patch.body = value_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: default}, data: {a: b}}");
  ASSERT_TRUE(store_.patch(key, patch));
  EXPECT_TRUE(store_.get(key).value()->find("metadata")->find("managedFields"));
}

TEST_F(PortTest, TheStatusAndTheRestAreWrittenApart) {
  // Who reports a status must not undo what somebody asks for at the same time, nor the other way round.
  ASSERT_TRUE(patch(Type::kMerge, "{spec: {replicas: 9}, status: {readyReplicas: 2}}", "status"));
  EXPECT_EQ(at({"spec", "replicas"}), 2);
  EXPECT_EQ(at({"status", "readyReplicas"}), 2);
  EXPECT_EQ(at({"metadata", "generation"}), 1);
  ASSERT_TRUE(patch(Type::kMerge, "{spec: {replicas: 9}, status: {readyReplicas: 7}}"));
  EXPECT_EQ(at({"spec", "replicas"}), 9);
  EXPECT_EQ(at({"status", "readyReplicas"}), 2);
  api::Object object = shop();
  object.revision = 0;
  object.content.as_object()->set("status", value_of("{readyReplicas: 3}"));
  object.content.as_object()->set("spec", value_of("{}"));
  ASSERT_TRUE(store_.update_status(object));
  EXPECT_EQ(at({"status", "readyReplicas"}), 3);
  EXPECT_EQ(at({"spec", "replicas"}), 9);
  object.revision = 1;
  EXPECT_EQ(store_.update_status(object).error().code, ErrorCode::kConflict);
}

TEST_F(PortTest, AScaleIsTheReplicasOfWhateverHasThem) {
  // Who scales needs to know nothing else of the kind.
  ASSERT_TRUE(patch(Type::kMerge, "{spec: {replicas: 6}}", "scale"));
  EXPECT_EQ(at({"spec", "replicas"}), 6);
  EXPECT_EQ(patch(Type::kMerge, "{spec: {replicas: -1}}", "scale").error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}")));
  const auto none =
      store_.patch({"", "ConfigMap", "default", "c"}, {.body = value_of("{spec: {replicas: 1}}"), .subresource = "scale"});
  EXPECT_EQ(none.error().code, ErrorCode::kUnsupported);
}

TEST_F(PortTest, APatchThatBreaksTheKindIsRefused) {
  // An object that no controller can read would stall them.
  EXPECT_EQ(patch(Type::kMerge, "{spec: {replicas: many}}").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(patch(Type::kMerge, "{kind: Pod}").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(patch(Type::kJson, "[{op: test, path: /spec/replicas, value: 7}]").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(at({"spec", "replicas"}), 2);
}

TEST_F(PortTest, PatchesOfManyLoseNothing) {
  // Patches exist so that their writers need not read first, and need not try again.
  constexpr int kWriters = 4, kPatches = 50;
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}")));
  std::vector<std::jthread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([this, i] {
      for (int k = 0; k < kPatches; ++k) {
        const std::string key = "w" + std::to_string(i) + "-" + std::to_string(k);
        EXPECT_TRUE(store_.patch(kConfig, {.body = value_of("{data: {" + key + ": '1'}}")}));
      }
    });
  }
  writers.clear();
  EXPECT_EQ(store_.get(kConfig).value()->find("data")->as_object()->size(), size_t{kWriters * kPatches});
}

TEST_F(PortTest, AnExpectedRevisionHoldsForEveryVerb) {
  // Who decided by what has changed since must decide anew.
  const uint64_t old = shop().revision;
  ASSERT_TRUE(patch(Type::kMerge, "{spec: {replicas: 3}}"));
  const Patch scale{.body = value_of("{spec: {replicas: 4}}")};
  api::Object status = shop();
  status.revision = old;
  EXPECT_EQ(store_.patch(kShop, scale, old).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_.update_status(status).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_.delete_object(kShop, {}, old).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_.remove(kShop, old).error().code, ErrorCode::kConflict);
  const uint64_t now = shop().revision;
  EXPECT_TRUE(store_.patch(kShop, scale, now));
  EXPECT_EQ(store_.patch(kShop, scale, now).error().code, ErrorCode::kConflict);
}

TEST_F(PortTest, WhatKeepsADeletedObjectIsLetFinish) {
  // Finalizers are promises to whoever set them, and a Pod's processes drain requests.
  constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'767'225'600)};
  const api::ObjectKey pod{"", "Pod", "default", "p"};
  ASSERT_TRUE(store_.apply(object_of(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {terminationGracePeriodSeconds: 20, containers: [{name: c,"
      " image: i}]}}")));
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, finalizers: [a.b/c]}}")));
  const auto when = [&](const api::ObjectKey& key) {
    const api::Object object = *store_.get(key).value();
    return fields::text(object.find("metadata"), "deletionTimestamp");
  };
  ASSERT_TRUE(store_.delete_object(pod, {.now = kNow}));
  EXPECT_EQ(when(pod), "2026-01-01T00:00:20Z");
  ASSERT_TRUE(store_.delete_object(pod, {.grace_seconds = 60, .now = kNow}));
  EXPECT_EQ(when(pod), "2026-01-01T00:00:20Z");
  ASSERT_TRUE(store_.delete_object(pod, {.grace_seconds = 5, .now = kNow}));
  EXPECT_EQ(when(pod), "2026-01-01T00:00:05Z");
  ASSERT_TRUE(store_.delete_object(kConfig, {.now = kNow}));
  EXPECT_EQ(when(kConfig), "2026-01-01T00:00:00Z");
  ASSERT_TRUE(store_.delete_object(kShop, {.now = kNow}));
  EXPECT_EQ(store_.get(kShop).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_.delete_object(kShop, {.now = kNow}).error().code, ErrorCode::kNotFound);
}

TEST_F(PortTest, ADeletionSaysWhatBecomesOfDependents) {
  // The garbage collector acts by these finalizers.
  using Dependents = Deletion::Dependents;
  for (const auto& [dependents, finalizer] :
       {std::pair(Dependents::kForeground, kForegroundFinalizer), std::pair(Dependents::kOrphan, kOrphanFinalizer)}) {
    SetUp();
    ASSERT_TRUE(store_.delete_object(kShop, {.dependents = dependents}));
    EXPECT_TRUE(is_terminating(shop()));
    EXPECT_TRUE(has_finalizer(shop(), finalizer));
    ASSERT_TRUE(store_.remove(kShop));
  }
}

TEST_F(PortTest, AScaleNeedsNoKnowledgeOfTheKind) {
  // So one who scales can scale whatever has replicas.
  EXPECT_EQ(store_.scale(kShop)->wanted, 2);
  EXPECT_EQ(store_.scale(kShop)->present, 2);
  EXPECT_EQ(store_.set_scale(kShop, 7, "scaler")->wanted, 7);
  EXPECT_EQ(at({"spec", "replicas"}), 7);
  EXPECT_EQ(at({"metadata", "generation"}), 2);
  EXPECT_EQ(store_.set_scale(kShop, -1).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}")));
  EXPECT_EQ(store_.scale(kConfig).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(store_.set_scale(kConfig, 1).error().code, ErrorCode::kUnsupported);
}

TEST_F(PortTest, ABatchTakesEveryVerbAndAllOrNothing) {
  // A controller's step is one write; half of it would be a state that nobody decided.
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}")));
  const auto batch = [&](const api::ObjectKey& last) {
    api::Object next = shop();
    next.content.as_object()->set("status", value_of("{replicas: 5}"));
    return std::vector<Change>{Change::status(std::move(next)), Change::patch(kConfig, {.body = value_of("{data: {a: b}}")}),
                               Change::create(object_of("{apiVersion: v1, kind: Secret, metadata: {name: s}}")),
                               Change::deletion(last, {})};
  };
  EXPECT_EQ(store_.write(batch({"", "Service", "default", "absent"})).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(at({"status", "replicas"}), 2);
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}")));
  const uint64_t before = store_.revision();
  const auto written = store_.write(batch({"", "ServiceAccount", "default", "a"}));
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_EQ(written->revision, before + 1);
  EXPECT_EQ(at({"status", "replicas"}), 5);
  EXPECT_TRUE(store_.get(kConfig).value()->find("data")->find("a"));
  EXPECT_TRUE(store_.get({"", "Secret", "default", "s"}));
  EXPECT_FALSE(store_.get({"", "ServiceAccount", "default", "a"}));
}

TEST_F(PortTest, AChangeIsMadeByTheMethodThatIsForIt) {
  // Where there are no batches, the same changes go one by one.
  ASSERT_TRUE(make_change(store_, Change::create(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"))));
  ASSERT_TRUE(
      make_change(store_, Change::update(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}"))));
  EXPECT_TRUE(store_.get(kConfig).value()->find("data")->find("a"));
  ASSERT_TRUE(make_change(store_, Change::patch(kConfig, {.body = value_of("{data: {c: d}}")})));
  EXPECT_TRUE(store_.get(kConfig).value()->find("data")->find("c"));
  ASSERT_TRUE(make_change(store_, Change::apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"))));
  EXPECT_FALSE(store_.get(kConfig).value()->find("data"));
  api::Object next = shop();
  next.content.as_object()->set("status", value_of("{replicas: 5}"));
  next.content.as_object()->set("spec", value_of("{}"));
  ASSERT_TRUE(make_change(store_, Change::status(next)));
  EXPECT_EQ(at({"status", "replicas"}), 5);
  EXPECT_EQ(at({"spec", "replicas"}), 2);
  ASSERT_TRUE(make_change(store_, Change::deletion(kConfig, {})));
  ASSERT_TRUE(make_change(store_, Change::remove(kShop)));
  EXPECT_FALSE(store_.get(kConfig));
  EXPECT_FALSE(store_.get(kShop));
}

TEST_F(PortTest, AKindWithoutAStatusHasNoneToWrite) {
  // As on a cluster, where there is no such endpoint.
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}")));
  api::Object config = *store_.get(kConfig).value();
  config.content.as_object()->set("status", value_of("{a: b}"));
  EXPECT_EQ(store_.update_status(config).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace graylane::control
