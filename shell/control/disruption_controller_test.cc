#include "control/disruption_controller.h"

#include <gtest/gtest.h>

#include "api/view_fields.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

namespace fields = api::fields;
using std::chrono::seconds;

class DisruptionControllerTest : public ::testing::Test {
 protected:
  void apply(const std::string& yaml) { ASSERT_TRUE(store_.apply(object_of(yaml))); }
  void run_pod(const std::string& name, bool ready = true, const std::string& owner = "") {
    const std::string owners = owner.empty() ? ""
                                             : ", ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: " + owner +
                                                   ", uid: u1, controller: true}]";
    apply("{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {app: web}" + owners +
          "}, spec: {containers: [{name: c, image: i}]}, status: {phase: Running, conditions: [{type: Ready, status: \"" +
          (ready ? "True" : "False") + "\"}]}}");
  }
  void allow(const std::string& rule, const std::string& selector = "{matchLabels: {app: web}}") {
    apply("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b, generation: 3}, spec: {" + rule +
          ", selector: " + selector + "}}");
  }
  bool step() {
    const auto wrote = controller_.step(now_);
    EXPECT_TRUE(wrote) << wrote.error().to_string();
    return wrote && *wrote;
  }
  api::ObjectPtr budget() { return *store_.get({"policy", "PodDisruptionBudget", "default", "b"}); }
  /// "allowed healthy/desired of expected REASON".
  std::string told() {
    for (int i = 0; step(); ++i) EXPECT_LT(i, 10) << "it never comes to rest";
    const api::ObjectPtr object = budget();
    const doc::Value* status = object->find("status");
    const auto number = [&](const char* name) { return std::to_string(fields::number(status, name)); };
    return number("disruptionsAllowed") + " " + number("currentHealthy") + "/" + number("desiredHealthy") + " of " +
           number("expectedPods") + " " + fields::text(&fields::items(status, "conditions").front(), "reason");
  }

  store::MemoryStore store_;
  DisruptionController controller_{store_};
  std::chrono::sys_seconds now_{seconds(1'767'225'600)};
};

TEST_F(DisruptionControllerTest, TellsHowManyMayGo) {
  // `kubectl get pdb` shows it; without it the column says 0 for ever.
  run_pod("a");
  run_pod("b");
  run_pod("sick", false);
  allow("minAvailable: 1");
  EXPECT_EQ(told(), "1 2/1 of 3 SufficientPods");
  run_pod("b", false);
  EXPECT_EQ(told(), "0 1/1 of 3 InsufficientPods");
  EXPECT_EQ(fields::number(budget()->find("status"), "observedGeneration"), 3);
}

TEST_F(DisruptionControllerTest, AShareIsOfWhatTheWorkloadsWant) {
  // ceil: 50 % of 3 is 2.
  apply(
      "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web, uid: u1}, spec: {replicas: 3, selector: {matchLabels: {app: "
      "web}},"
      " template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}}");
  for (const char* name : {"a", "b", "c"}) run_pod(name, true, "web");
  allow("minAvailable: 50%");
  EXPECT_EQ(told(), "1 3/2 of 3 SufficientPods");
  allow("maxUnavailable: 50%");
  EXPECT_EQ(told(), "2 3/1 of 3 SufficientPods");
  ASSERT_TRUE(store_.remove({"apps", "ReplicaSet", "default", "web"}, 0));
  run_pod("c", false, "web");
  EXPECT_EQ(told(), "0 2/0 of 0 SyncFailed");
}

TEST_F(DisruptionControllerTest, WhatNoEventTellsIsFoundByAResync) {
  // How many Pods a workload wants is looked up, not followed: without a second look a budget would go on to count by an old number.
  const auto want = [&](int replicas) {
    apply(
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web, uid: u1}, spec: {replicas: " + std::to_string(replicas) +
        ", selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "
        "i}]}}}}");
  };
  want(1);
  run_pod("a", true, "web");
  allow("maxUnavailable: 1");
  DisruptionController careful(store_, seconds(60));
  const auto expected = [&](int after_seconds) {
    for (int i = 0; i < 10 && careful.step(now_ + seconds(after_seconds)).value(); ++i) continue;
    return fields::number(budget()->find("status"), "expectedPods");
  };
  EXPECT_EQ(expected(0), 1);
  want(5);
  EXPECT_EQ(expected(59), 1);
  EXPECT_EQ(careful.look_again(), now_ + seconds(60));
  EXPECT_EQ(expected(60), 5);
}

TEST_F(DisruptionControllerTest, AnEmptySelectorCoversAllAndAnAbsentOneNothing) {
  // So it is in policy/v1, and the other way round before.
  run_pod("a");
  allow("minAvailable: 0", "{}");
  EXPECT_EQ(told(), "1 1/0 of 1 SufficientPods");
  apply("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {minAvailable: 0}}");
  EXPECT_EQ(told(), "0 0/0 of 0 InsufficientPods");
}

TEST_F(DisruptionControllerTest, NothingIsWrittenWhenNothingChanges) {
  // Each write wakes everybody who watches.
  run_pod("a");
  allow("minAvailable: 1");
  told();
  const uint64_t revision = budget()->revision;
  now_ += seconds(1000);
  apply("{apiVersion: v1, kind: Pod, metadata: {name: other, namespace: elsewhere}, spec: {containers: [{name: c, image: i}]}}");
  EXPECT_FALSE(step());
  EXPECT_EQ(budget()->revision, revision);
}

}  // namespace
}  // namespace graylane::control
