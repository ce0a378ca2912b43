#include "control/port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "api/view_fields.h"
#include "control/test_objects.h"
#include "doc/parse.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

namespace fields = api::fields;
using ::testing::HasSubstr;
using Type = Patch::Type;

const api::ObjectKey kShop{"apps", "Deployment", "default", "shop"};

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

/// Somebody else writes before each of the first writes.
class BusyStore final : public Client {
 public:
  explicit BusyStore(Client& store) : store_(store) {}
  Result<api::ObjectPtr> get(const api::ObjectKey& key) override { return store_.get(key); }
  Result<Listing> list(const Selector& selector) override { return store_.list(selector); }
  std::unique_ptr<Watch> watch(const Selector& selector, uint64_t since) override { return store_.watch(selector, since); }
  Result<api::ObjectPtr> create(api::Object object) override { return store_.create(std::move(object)); }
  Result<api::ObjectPtr> update(api::Object object) override {
    if (others-- > 0) {
      api::Object other = *store_.get(object.key).value();
      other.content.as_object()->set("data", value_of("{left: '" + std::to_string(others) + "'}"));
      EXPECT_TRUE(store_.update(std::move(other)));
    }
    return store_.update(std::move(object));
  }
  Result<api::ObjectPtr> apply(api::Object object) override { return store_.apply(std::move(object)); }
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision) override { return store_.remove(key, revision); }
  Result<Written> write(std::vector<Change> changes) override { return store_.write(std::move(changes)); }

  int others = 0;

 private:
  Client& store_;
};

TEST_F(PortTest, APatchIsMadeAgainWhenOthersWereQuicker) {
  // Patches exist so that their writers need not read first; but nobody may be kept busy for ever.
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}")));
  BusyStore busy(store_);
  busy.others = 5;
  const api::ObjectKey key{"", "ConfigMap", "default", "c"};
  const Patch patch{.body = value_of("{data: {mine: '1'}}")};
  const auto written = busy.patch(key, patch);
  ASSERT_TRUE(written);
  EXPECT_TRUE((*written)->find("data")->find("left"));
  EXPECT_TRUE((*written)->find("data")->find("mine"));
  busy.others = 1'000'000;
  EXPECT_EQ(busy.patch(key, {.body = value_of("{data: {mine: '2'}}")}).error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace graylane::control
