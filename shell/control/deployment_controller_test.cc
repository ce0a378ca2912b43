#include "control/deployment_controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/build.h"
#include "api/view_fields.h"
#include "control/pod_objects.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr sys_seconds kStart{seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

std::string deployment(int replicas, const std::string& image, const std::string& more = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: " + std::to_string(replicas) + "\n" +
         more +
         "  selector: {matchLabels: {app: shop}}\n"
         "  template:\n    metadata: {labels: {app: shop}, annotations: {team: blue}}\n"
         "    spec: {containers: [{name: shop, image: " +
         image + "}]}\n";
}

class DeploymentControllerTest : public ::testing::Test {
 protected:
  void apply(const std::string& yaml) { ASSERT_TRUE(store_.apply(object_of(yaml))); }

  bool step() {
    const auto changed = controller_.step(now_);
    EXPECT_TRUE(changed) << changed.error().to_string();
    return changed && *changed;
  }
  void settle() {
    for (int i = 0; i < 20; ++i) {
      if (!step()) return;
    }
    ADD_FAILURE() << "the controller never comes to rest";
  }
  std::vector<api::Pod> pods() {
    std::vector<api::Pod> views;
    const Listing listing = store_.list({"", "Pod", {}}).value();
    for (const api::ObjectPtr& pod : listing.items) views.push_back(api::read_pod(*pod));
    return views;
  }
  void make_ready(const std::string& name) {
    api::Object pod = *store_.get({"", "Pod", "default", name}).value();
    const doc::Value condition = api::make_object({{"type", doc::Value("Ready")},
                                                   {"status", doc::Value("True")},
                                                   {"lastTransitionTime", doc::Value("2026-01-01T00:00:00Z")}});
    pod.content.as_object()->set("status", api::make_object({{"conditions", doc::Value(doc::Array{condition})}}));
    ASSERT_TRUE(store_.update(std::move(pod)));
  }
  void all_ready() {
    for (const api::Pod& pod : pods()) make_ready(pod.name);
  }
  void remove_terminating() {
    for (const api::Pod& pod : pods()) {
      if (pod.terminating) store_.remove({"", "Pod", "default", pod.name}, 0);
    }
  }
  doc::Value status() { return *store_.get({"apps", "Deployment", "default", "shop"}).value()->find("status"); }
  std::string condition(const std::string& type, const std::string& field) {
    for (const doc::Value& one : api::fields::items(&(status_ = status()), "conditions")) {
      if (api::fields::text(&one, "type") == type) return api::fields::text(&one, field);
    }
    return "none";
  }

  store::MemoryStore store_;
  DeploymentController controller_{store_, 1};
  sys_seconds now_ = kStart;
  doc::Value status_;
};

TEST_F(DeploymentControllerTest, PodsAreNamedLabelledAndOwned) {
  // People and tools find Pods by these; a Service finds them by the template's labels.
  apply(deployment(2, "shop:v1"));
  settle();
  ASSERT_THAT(pods(), SizeIs(2));
  for (const api::Pod& pod : pods()) {
    EXPECT_THAT(pod.name, MatchesRegex("shop-[a-z0-9]{10}-[a-z0-9]{5}"));
    EXPECT_EQ(pod.pod.labels.at("app"), "shop");
    EXPECT_EQ(pod.name.substr(5, 10), pod.pod.labels.at("pod-template-hash"));
    EXPECT_EQ(pod.controller.name, "shop");
    EXPECT_THAT(pod.uid, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_EQ(pod.created_unix_seconds, kStart.time_since_epoch().count());
    EXPECT_EQ(*store_.get({"", "Pod", "default", pod.name}).value()->annotation("team")->as_string(), "blue");
  }
  EXPECT_NE(pods()[0].uid, pods()[1].uid);
}

TEST_F(DeploymentControllerTest, RestsWhenNothingIsToBeDone) {
  // A controller that writes without need wakes every watcher for ever.
  apply(deployment(2, "shop:v1"));
  settle();
  all_ready();
  settle();
  now_ += seconds(3600);
  EXPECT_FALSE(step());
  EXPECT_FALSE(controller_.look_again());
}

TEST_F(DeploymentControllerTest, AChangedTemplateRollsThroughWithoutALoss) {
  // The path that every release takes: one more new Pod, ready, one old one less, and so on.
  apply(deployment(2, "shop:v1"));
  settle();
  all_ready();
  settle();
  const std::string old_hash = pods()[0].pod.labels.at("pod-template-hash");
  apply(deployment(2, "shop:v2"));
  for (int round = 0; round < 10; ++round) {
    settle();
    EXPECT_GE(std::ranges::count_if(pods(), [](const api::Pod& pod) { return pod.ready && !pod.terminating; }), 2);
    EXPECT_LE(std::ranges::count_if(pods(), [](const api::Pod& pod) { return !pod.terminating; }), 3);
    all_ready();
    remove_terminating();
  }
  ASSERT_THAT(pods(), SizeIs(2));
  for (const api::Pod& pod : pods()) EXPECT_NE(pod.pod.labels.at("pod-template-hash"), old_hash);
  EXPECT_EQ(condition("Progressing", "reason"), "NewReplicaSetAvailable");
}

TEST_F(DeploymentControllerTest, StatusCountsWhatIsThere) {
  // `get deployments` and scripts that wait for a rollout read these.
  apply(deployment(2, "shop:v1"));
  settle();
  EXPECT_EQ(*status().find("replicas")->as_int(), 2);
  EXPECT_EQ(status().find("readyReplicas"), nullptr);
  EXPECT_EQ(*status().find("unavailableReplicas")->as_int(), 2);
  EXPECT_EQ(condition("Available", "status"), "False");
  make_ready(pods()[0].name);
  settle();
  EXPECT_EQ(*status().find("readyReplicas")->as_int(), 1);
  make_ready(pods()[1].name);
  settle();
  EXPECT_EQ(*status().find("availableReplicas")->as_int(), 2);
  EXPECT_EQ(*status().find("updatedReplicas")->as_int(), 2);
  EXPECT_EQ(condition("Available", "status"), "True");
}

TEST_F(DeploymentControllerTest, NoProgressIsToldAtTheDeadline) {
  // A release whose Pods never become ready must not look as if it were under way for ever.
  apply(deployment(1, "shop:v1", "  progressDeadlineSeconds: 60\n"));
  settle();
  ASSERT_EQ(controller_.look_again(), kStart + seconds(60));
  now_ += seconds(59);
  settle();
  EXPECT_EQ(condition("Progressing", "reason"), "ReplicaSetUpdated");
  now_ += seconds(1);
  settle();
  EXPECT_EQ(condition("Progressing", "reason"), "ProgressDeadlineExceeded");
  EXPECT_EQ(condition("Progressing", "status"), "False");
  now_ += seconds(600);
  EXPECT_FALSE(step());
}

TEST_F(DeploymentControllerTest, MinReadySecondsDelaysAvailability) {
  // Old Pods stay until the new ones have proven themselves for that long; somebody must come back then.
  apply(deployment(1, "shop:v1", "  minReadySeconds: 30\n"));
  settle();
  all_ready();
  now_ += seconds(10);
  settle();
  EXPECT_EQ(status().find("availableReplicas"), nullptr);
  ASSERT_EQ(controller_.look_again(), kStart + seconds(30));
  now_ = kStart + seconds(30);
  settle();
  EXPECT_EQ(*status().find("availableReplicas")->as_int(), 1);
}

TEST_F(DeploymentControllerTest, PodsOfADeletedDeploymentAreMarked) {
  // Deleting a Deployment deletes its Pods; other Pods are left alone.
  apply(deployment(2, "shop:v1"));
  apply("{apiVersion: v1, kind: Pod, metadata: {name: mine}, spec: {containers: [{name: c, image: i}]}}");
  settle();
  ASSERT_TRUE(store_.remove({"apps", "Deployment", "default", "shop"}, 0));
  settle();
  for (const api::Pod& pod : pods()) EXPECT_EQ(pod.terminating, pod.name != "mine") << pod.name;
}

TEST_F(DeploymentControllerTest, KeepsWhatTheAuthorWrote) {
  // Status is written into the author's object: file, positions and spec must survive.
  apply(deployment(1, "shop:v1"));
  const api::ObjectPtr before = store_.get({"apps", "Deployment", "default", "shop"}).value();
  settle();
  const api::ObjectPtr after = store_.get(before->key).value();
  EXPECT_NE(after->find("status"), nullptr);
  EXPECT_EQ(*after->find("spec"), *before->find("spec"));
  EXPECT_EQ(after->find("spec")->at(), before->find("spec")->at());
  EXPECT_EQ(after->file, before->file);
}

}  // namespace
}  // namespace graylane::control
