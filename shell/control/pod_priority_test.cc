#include "control/pod_priority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api/view_fields.h"
#include "control/deployment_controller.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class PodPriorityTest : public ::testing::Test {
 protected:
  void apply(const std::string& yaml) { ASSERT_TRUE(store_.apply(object_of(yaml))); }
  void add_class(const std::string& name, int value, const std::string& more = "") {
    apply("{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: " + name +
          "}, value: " + std::to_string(value) + more + "}");
  }
  void deploy(const std::string& pod_spec = "") {
    apply(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, spec: {replicas: 2, selector: {matchLabels: {app: "
        "shop}},"
        " template: {metadata: {labels: {app: shop}}, spec: {" +
        pod_spec + "containers: [{name: c, image: i}]}}}}");
    settle();
  }
  void settle() {
    for (int i = 0; i < 20; ++i) {
      const auto wrote = controller_.step(now_);
      ASSERT_TRUE(wrote) << wrote.error().to_string();
      if (!*wrote) return;
    }
    ADD_FAILURE() << "the controller never comes to rest";
  }
  std::vector<api::ObjectPtr> objects(const char* group, const char* kind) {
    return store_.list({group, kind, {}}).value().items;
  }
  /// "CLASS VALUE POLICY" of each Pod.
  std::vector<std::string> priorities() {
    std::vector<std::string> texts;
    for (const api::ObjectPtr& pod : objects("", "Pod")) {
      const Value* spec = pod->find("spec");
      texts.push_back(fields::text(spec, "priorityClassName", "-") + " " + std::to_string(fields::number(spec, "priority", -1)) +
                      " " + fields::text(spec, "preemptionPolicy"));
    }
    return texts;
  }
  /// "REASON MESSAGE".
  std::string failure(const char* kind) {
    for (const Value& one : fields::items(objects("apps", kind).front()->find("status"), "conditions")) {
      if (fields::text(&one, "type") == "ReplicaFailure")
        return fields::text(&one, "reason") + " " + fields::text(&one, "message");
    }
    return "";
  }
  std::vector<std::string> warnings() {
    std::vector<std::string> texts;
    for (const api::ObjectPtr& event : objects("", "Event")) {
      if (fields::text(&event->content, "type") != "Warning") continue;
      texts.push_back(fields::text(event->find("involvedObject"), "kind") + ": " + fields::text(&event->content, "reason") +
                      ": " + fields::text(&event->content, "message"));
    }
    return texts;
  }

  store::MemoryStore store_;
  DeploymentController controller_{store_, 1};
  sys_seconds now_{seconds(1'767'225'600)};
};

TEST_F(PodPriorityTest, PodsOfAWorkloadHaveThePriorityOfTheirClass) {
  // A Pod by a controller is admitted as one by a person is.
  add_class("high", 1000, ", preemptionPolicy: Never");
  deploy("priorityClassName: high, ");
  EXPECT_THAT(priorities(), ElementsAre("high 1000 Never", "high 1000 Never"));
}

TEST_F(PodPriorityTest, WithoutAClassTheDefaultOneCounts) {
  // Of several the least: nobody gains by a mistake of others.
  deploy();
  EXPECT_THAT(priorities(), ElementsAre("- 0 PreemptLowerPriority", "- 0 PreemptLowerPriority"));
  for (const api::ObjectPtr& pod : objects("", "Pod")) ASSERT_TRUE(store_.remove(pod->key));
  add_class("a", 70, ", globalDefault: true");
  add_class("b", 50, ", globalDefault: true");
  add_class("c", 10);
  settle();
  EXPECT_THAT(priorities(), ElementsAre("b 50 PreemptLowerPriority", "b 50 PreemptLowerPriority"));
}

TEST_F(PodPriorityTest, AMissingClassIsToldAndMendedByMakingIt) {
  // Silence would leave people with a Deployment that has no Pods, and no word of why.
  deploy("priorityClassName: nope, ");
  EXPECT_THAT(objects("", "Pod"), IsEmpty());
  const std::string why = "pods \"shop-[a-z0-9]+-\" is forbidden: no PriorityClass with name nope was found";
  EXPECT_THAT(warnings(), ElementsAre(MatchesRegex("ReplicaSet: FailedCreate: Error creating: " + why)));
  EXPECT_THAT(failure("ReplicaSet"), MatchesRegex("FailedCreate " + why));
  EXPECT_THAT(failure("Deployment"), MatchesRegex("FailedCreate " + why));
  add_class("other", 1);
  settle();
  EXPECT_THAT(objects("", "Pod"), IsEmpty());
  add_class("nope", 5);
  settle();
  EXPECT_THAT(priorities(), ElementsAre("nope 5 PreemptLowerPriority", "nope 5 PreemptLowerPriority"));
  EXPECT_EQ(failure("ReplicaSet"), "");
  EXPECT_EQ(failure("Deployment"), "");
  EXPECT_THAT(warnings(), SizeIs(1));
}

TEST_F(PodPriorityTest, APodCannotClaimWhatItsClassDoesNotGive) {
  // The class is where who runs the place decides.
  add_class("low", 0);
  const auto refusal = [&](const std::string& spec) {
    api::Object pod =
        object_of("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + spec + ", containers: [{name: c, image: i}]}}");
    const auto set = set_priority(store_, pod);
    return set ? "" : set.error().what;
  };
  EXPECT_EQ(refusal("priorityClassName: low, priority: 0"), "");
  EXPECT_EQ(refusal("priorityClassName: system-node-critical, priority: 2000001000"), "");
  EXPECT_EQ(
      refusal("priorityClassName: low, priority: 7"),
      "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the "
      "given PriorityClass name");
  EXPECT_EQ(
      refusal("priorityClassName: low, preemptionPolicy: Never"),
      "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed "
      "PreemptLowerPriority from the given PriorityClass name");
}

}  // namespace
}  // namespace graylane::control
