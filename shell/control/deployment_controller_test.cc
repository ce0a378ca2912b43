#include "control/deployment_controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/build.h"
#include "api/decode.h"
#include "api/view_fields.h"
#include "control/pod_objects.h"
#include "control/test_objects.h"
#include "doc/parse.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

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

  std::vector<api::ObjectPtr> sets() { return store_.list({"apps", "ReplicaSet", {}}).value().items; }
  /// Applied, and everything that runs is of it.
  void rolled_out(const std::string& image, const std::string& more = "") {
    apply(deployment(2, image, more));
    for (int round = 0; round < 10; ++round) {
      now_ += seconds(1);
      settle();
      all_ready();
      remove_terminating();
    }
    settle();
    ASSERT_EQ(condition("Progressing", "reason"), "NewReplicaSetAvailable");
  }
  std::string sets_with_pods() {
    std::string names;
    for (const api::ObjectPtr& set : sets()) {
      if (api::fields::number(set->find("spec"), "replicas") > 0) names += set->key.name;
    }
    return names;
  }
  std::string revision_of_deployment() {
    return annotation_text(*store_.get({"apps", "Deployment", "default", "shop"}).value(), kRevision);
  }
  std::vector<std::string> events() {
    std::vector<std::string> lines;
    const Listing listing = store_.list({"", "Event", {}}).value();
    for (const api::ObjectPtr& event : listing.items)
      lines.push_back(api::fields::text(event->find("source"), "component") + " " + *event->find("reason")->as_string() + " " +
                      *event->find("message")->as_string());
    return lines;
  }

  store::MemoryStore store_;
  DeploymentController controller_{store_, 1};
  sys_seconds now_ = kStart;
  doc::Value status_;
};

TEST_F(DeploymentControllerTest, PodsHaveTheDefaultsOfPods) {
  // Whoever writes such a Pod back, with a label more, would else change its spec, which nobody may.
  apply(deployment(1, "a"));
  settle();
  const api::Object pod = *store_.list({"", "Pod", {}})->items.at(0);
  const api::Decoded again = api::decode(pod.content, nullptr);
  ASSERT_TRUE(again.object);
  EXPECT_EQ(*again.object->find("spec"), *pod.find("spec"));
  EXPECT_EQ(*pod.find("spec")->find("enableServiceLinks"), doc::Value(true));
}

TEST_F(DeploymentControllerTest, OneThatBeginsPausedSaysSoFirst) {
  // `kubectl describe` prints conditions in their order.
  apply(deployment(1, "a", "  paused: true\n"));
  settle();
  std::vector<std::string> types;
  const doc::Value now = status();
  for (const doc::Value& one : api::fields::items(&now, "conditions")) types.push_back(api::fields::text(&one, "type"));
  EXPECT_EQ(types, (std::vector<std::string>{"Progressing", "Available"}));
}

TEST_F(DeploymentControllerTest, PodsAreNamedLabelledAndOwned) {
  // People and tools find Pods by these; a Service finds them by the template's labels.
  apply(deployment(2, "shop:v1"));
  settle();
  ASSERT_THAT(pods(), SizeIs(2));
  for (const api::Pod& pod : pods()) {
    EXPECT_THAT(pod.name, MatchesRegex("shop-[a-z0-9]{1,10}-[a-z0-9]{5}"));
    EXPECT_EQ(pod.pod.labels.at("app"), "shop");
    EXPECT_EQ(pod.controller.name, pod.name.substr(0, pod.name.rfind('-')));
    EXPECT_EQ(pod.controller.name, "shop-" + pod.pod.labels.at("pod-template-hash"));
    EXPECT_THAT(pod.uid, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_EQ(pod.created_unix_seconds, kStart.time_since_epoch().count());
    EXPECT_EQ(*store_.get({"", "Pod", "default", pod.name}).value()->annotation("team")->as_string(), "blue");
  }
  EXPECT_NE(pods()[0].uid, pods()[1].uid);
  const api::ObjectPtr set = store_.get({"apps", "ReplicaSet", "default", pods()[0].controller.name}).value();
  EXPECT_EQ(owners_of(*set).at(0).kind, "Deployment");
  EXPECT_EQ(owners_of(*set).at(0).name, "shop");
  EXPECT_TRUE(owners_of(*set).at(0).controls && owners_of(*set).at(0).blocks_deletion);
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

TEST_F(DeploymentControllerTest, RevisionsAreCountedAndTakenUpAgain) {
  // `kubectl rollout history` and `undo` live on these numbers.
  rolled_out("shop:v1");
  const std::string first = sets_with_pods();
  rolled_out("shop:v2");
  EXPECT_EQ(revision_of_deployment(), "2");
  rolled_out("shop:v1");
  EXPECT_EQ(sets_with_pods(), first);
  EXPECT_EQ(revision_of_deployment(), "3");
  const api::ObjectPtr set = store_.get({"apps", "ReplicaSet", "default", first}).value();
  EXPECT_EQ(annotation_text(*set, kRevision), "3");
  EXPECT_EQ(annotation_text(*set, "deployment.kubernetes.io/revision-history"), "1");
  EXPECT_THAT(sets(), SizeIs(2));
}

TEST_F(DeploymentControllerTest, OldSetsBeyondTheLimitAreForgotten) {
  // Every release leaves one; nobody should have to sweep.
  for (const char* image : {"shop:v1", "shop:v2", "shop:v3", "shop:v4"}) rolled_out(image, "  revisionHistoryLimit: 1\n");
  ASSERT_THAT(sets(), SizeIs(2));
  for (const api::ObjectPtr& set : sets()) EXPECT_THAT(annotation_text(*set, kRevision), AnyOf("3", "4"));
}

TEST_F(DeploymentControllerTest, ASetOfNobodyIsAdoptedByWhoSelectsIt) {
  // A Deployment that was deleted with --cascade=orphan and made again goes on with its Pods.
  rolled_out("shop:v1");
  const std::vector<api::Pod> before = pods();
  api::Object set = *sets().at(0);
  drop_owners(set, [](const OwnerReference&) { return true; });
  ASSERT_TRUE(store_.update(std::move(set)));
  settle();
  ASSERT_THAT(sets(), SizeIs(1));
  EXPECT_EQ(owners_of(*sets().at(0)).at(0).name, "shop");
  ASSERT_THAT(pods(), SizeIs(before.size()));
  EXPECT_EQ(pods()[0].uid, before[0].uid);
}

TEST_F(DeploymentControllerTest, APodThatIsRelabelledIsLetGoAndReplaced) {
  // How people take a sick Pod aside to look at it.
  rolled_out("shop:v1");
  api::Object pod = *store_.get({"", "Pod", "default", pods()[0].name}).value();
  api::object_member(metadata_of(pod), "labels").set("app", doc::Value("sick"));
  ASSERT_TRUE(store_.update(pod));
  settle();
  EXPECT_THAT(pods(), SizeIs(3));
  EXPECT_TRUE(owners_of(*store_.get(pod.key).value()).empty());
  pod = *store_.get(pod.key).value();
  api::object_member(metadata_of(pod), "labels").set("app", doc::Value("shop"));
  ASSERT_TRUE(store_.update(pod));
  settle();
  remove_terminating();
  EXPECT_THAT(pods(), SizeIs(2));
}

TEST_F(DeploymentControllerTest, ATakenNameIsGoneRound) {
  // Somebody else's ReplicaSet must neither be overwritten nor hold the release up.
  apply(deployment(1, "shop:v1"));
  settle();
  const std::string name = sets().at(0)->key.name;
  api::Object stranger = *sets().at(0);
  for (const api::ObjectPtr& set : sets()) ASSERT_TRUE(store_.remove(set->key, 0));
  drop_owners(stranger, [](const OwnerReference&) { return true; });
  api::object_member(metadata_of(stranger), "labels").set("app", doc::Value("other"));
  ASSERT_TRUE(store_.create(std::move(stranger)));
  settle();
  ASSERT_THAT(sets(), SizeIs(2));
  EXPECT_EQ(*status().find("collisionCount")->as_int(), 1);
  EXPECT_TRUE(owners_of(*store_.get({"apps", "ReplicaSet", "default", name}).value()).empty());
}

TEST_F(DeploymentControllerTest, PauseAndResumeAreTold) {
  // `kubectl rollout pause` stops a release where it is; the reason is what people look for.
  rolled_out("shop:v1");
  apply(deployment(2, "shop:v2", "  paused: true\n"));
  settle();
  EXPECT_EQ(condition("Progressing", "reason"), "DeploymentPaused");
  EXPECT_EQ(condition("Progressing", "message"), "Deployment is paused");
  EXPECT_THAT(sets(), SizeIs(1));
  apply(deployment(3, "shop:v2", "  paused: true\n"));
  settle();
  EXPECT_THAT(pods(), SizeIs(3));
  api::Object resumed = *store_.get({"apps", "Deployment", "default", "shop"}).value();
  resumed.content.as_object()->find("spec")->as_object()->erase("paused");
  ASSERT_TRUE(store_.update(std::move(resumed)));
  step();
  EXPECT_EQ(condition("Progressing", "reason"), "NewReplicaSetCreated");
  EXPECT_THAT(sets(), SizeIs(2));
}

TEST_F(DeploymentControllerTest, WhatIsDoneIsTold) {
  // `kubectl describe deploy` shows these lines, and people read them first.
  apply(deployment(2, "shop:v1"));
  settle();
  const std::string set = sets().at(0)->key.name;
  EXPECT_THAT(events(), IsSupersetOf({"deployment-controller ScalingReplicaSet Scaled up replica set " + set + " from 0 to 2",
                                      "replicaset-controller SuccessfulCreate Created pod: " + pods()[0].name,
                                      "replicaset-controller SuccessfulCreate Created pod: " + pods()[1].name}));
  apply(deployment(1, "shop:v1"));
  settle();
  EXPECT_THAT(events(), Contains("deployment-controller ScalingReplicaSet Scaled down replica set " + set + " from 2 to 1"));
  EXPECT_THAT(events(), Contains(StartsWith("replicaset-controller SuccessfulDelete Deleted pod: " + set)));
}

TEST_F(DeploymentControllerTest, TheWordsAreThoseOfKubernetes) {
  // Scripts compare them.
  rolled_out("shop:v1");
  EXPECT_EQ(condition("Available", "message"), "Deployment has minimum availability.");
  EXPECT_EQ(condition("Progressing", "message"), "ReplicaSet \"" + sets().at(0)->key.name + "\" has successfully progressed.");
}

TEST_F(DeploymentControllerTest, AUidThatComesLaterChangesNoPods) {
  // A Deployment out of a file gets its uid with the first write through the API; clients then find its sets by it.
  rolled_out("shop:v1");
  const std::vector<api::Pod> before = pods();
  api::Object deployment = *store_.get({"apps", "Deployment", "default", "shop"}).value();
  metadata_of(deployment).set("uid", doc::Value("u1"));
  ASSERT_TRUE(store_.update(std::move(deployment)));
  settle();
  ASSERT_THAT(sets(), SizeIs(1));
  EXPECT_EQ(owners_of(*sets()[0]).at(0).uid, "u1");
  ASSERT_THAT(pods(), SizeIs(2));
  EXPECT_EQ(pods()[0].uid, before[0].uid);
  EXPECT_FALSE(pods()[0].terminating || pods()[1].terminating);
}

TEST_F(DeploymentControllerTest, ASelectorThatMissesItsOwnPodsMakesNone) {
  // Each step would else make new ones, for ever.
  api::Object wrong = object_of(deployment(2, "shop:v1"));
  const doc::Value never = doc::parse_yaml("{matchExpressions: [{key: app, operator: DoesNotExist}]}", {}).documents.at(0);
  wrong.content.as_object()->find("spec")->as_object()->set("selector", never);
  ASSERT_TRUE(store_.apply(std::move(wrong)));
  settle();
  EXPECT_THAT(pods(), SizeIs(0));
  EXPECT_THAT(sets(), SizeIs(0));
}

TEST_F(DeploymentControllerTest, UnrelatedObjectsCostNothing) {
  // 10,000 of them change all the time somewhere; nobody should be woken into writing.
  rolled_out("shop:v1");
  const uint64_t revision = store_.revision();
  for (int i = 0; i < 100; ++i) apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: c" + std::to_string(i) + "}}");
  EXPECT_FALSE(step());
  EXPECT_EQ(store_.revision(), revision + 100);
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
