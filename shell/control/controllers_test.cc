#include "control/controllers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/event_recorder.h"
#include "control/test_objects.h"
#include "doc/parse.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr sys_seconds kStart{seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

class ControllersTest : public ::testing::Test {
 protected:
  void apply(const std::string& yaml) { ASSERT_TRUE(store_.apply(object_of(yaml))); }
  void deploy(const std::string& ns = "default") {
    apply("{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop, namespace: " + ns +
          "}, spec: {replicas: 2, selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}, spec:"
          " {containers: [{name: shop, image: i}]}}}}");
  }
  bool step() {
    const auto changed = controllers_.step(now_);
    EXPECT_TRUE(changed) << changed.error().to_string();
    return changed && *changed;
  }
  void settle() {
    for (int i = 0; i < 30; ++i) {
      if (!step()) return;
    }
    ADD_FAILURE() << "the controllers never come to rest";
  }
  std::vector<api::ObjectPtr> objects(const char* group, const char* kind, std::optional<std::string> ns = {}) {
    return store_.list({group, kind, std::move(ns)}).value().items;
  }
  std::vector<std::string> names(const char* group, const char* kind) {
    std::vector<std::string> names;
    for (const api::ObjectPtr& object : objects(group, kind)) names.push_back(object->key.name);
    return names;
  }
  void end_pods() {
    for (const api::ObjectPtr& pod : objects("", "Pod")) {
      EXPECT_TRUE(!is_terminating(*pod) || store_.remove(pod->key, 0));
    }
  }
  api::Object get(const api::ObjectKey& key) { return *store_.get(key).value(); }

  store::MemoryStore store_;
  Controllers controllers_{store_, 1};
  sys_seconds now_ = kStart;
};

TEST_F(ControllersTest, AFreshStoreGetsItsNamespacesAndItsNode) {
  // Without `default` nothing can be created; tools look for the others and for a node.
  settle();
  EXPECT_THAT(names("", "Namespace"), ElementsAre("default", "kube-node-lease", "kube-public", "kube-system"));
  const api::Object ns = get({"", "Namespace", "", "default"});
  EXPECT_EQ(*api::fields::find_path(&ns.content, {"metadata", "labels", "kubernetes.io/metadata.name"}), doc::Value("default"));
  EXPECT_EQ(*api::fields::find_path(&ns.content, {"status", "phase"}), doc::Value("Active"));
  const api::Object node = get({"", "Node", "", "graylane"});
  const doc::Value& ready = api::fields::items(node.find("status"), "conditions").back();
  EXPECT_EQ(api::fields::text(&ready, "type"), "Ready");
  EXPECT_EQ(api::fields::text(&ready, "status"), "True");
}

TEST_F(ControllersTest, EventsOfAnObjectAreListedInTheOrderOfTheirWords) {
  // Lists are in order of name: people read them as a story.
  EventRecorder recorder(store_, "kubelet", "graylane", 5), other(store_, "scheduler", "", 6);
  const auto pod = std::make_shared<const api::Object>(
      object_of("{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u}, spec: {containers: [{name: c, image: i}]}}"));
  other.record({pod, {"Scheduled", "to a node"}}, now_);
  ASSERT_TRUE(other.flush());
  for (const char* reason : {"Pulled", "Created", "Started"}) recorder.record({pod, {reason, "m"}}, now_);
  ASSERT_TRUE(recorder.flush());
  recorder.record({pod, {"Created", "m"}}, now_ + seconds(9));
  recorder.record({pod, {"Killing", "m"}}, now_ + seconds(9));
  ASSERT_TRUE(recorder.flush());
  std::vector<std::string> reasons;
  for (const api::ObjectPtr& event : objects("", "Event")) reasons.push_back(*event->find("reason")->as_string());
  EXPECT_THAT(reasons, ElementsAre("Scheduled", "Pulled", "Created", "Started", "Killing"));
}

TEST_F(ControllersTest, EverNewWordsForTheSameAreCombined) {
  // A crash loop whose message has a number in it must not fill the store, nor hide the rest.
  EventRecorder recorder(store_, "kubelet", "graylane", 5);
  const auto pod = std::make_shared<const api::Object>(
      object_of("{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u}, spec: {containers: [{name: c, image: i}]}}"));
  for (int i = 0; i < 100; ++i) {
    recorder.record({pod, {"Failed", "try " + std::to_string(i)}}, now_ + seconds(i));
    ASSERT_TRUE(recorder.flush());
  }
  ASSERT_THAT(objects("", "Event"), SizeIs(10));
  const doc::Value combined = objects("", "Event").back()->content;
  EXPECT_EQ(*combined.find("message"), doc::Value("(combined from similar events): try 99"));
  EXPECT_EQ(*combined.find("count"), doc::Value(int64_t{91}));
  recorder.record({pod, {"Failed", "later"}}, now_ + seconds(3'000));
  ASSERT_TRUE(recorder.flush());
  EXPECT_EQ(*objects("", "Event").back()->find("message"), doc::Value("later"));
}

TEST_F(ControllersTest, RestWhenNothingIsToBeDone) {
  // Controllers that answer one another for ever would never let a table be published.
  deploy();
  settle();
  now_ += kLeaseRenewal - seconds(1);
  EXPECT_FALSE(step());
}

TEST_F(ControllersTest, TheNodeSaysNowAndThenThatItLives) {
  // Tools take a node for dead whose Lease has run out; but each word is a write, and wakes whoever watches.
  settle();
  const api::ObjectKey lease_key{"coordination.k8s.io", "Lease", "kube-node-lease", "graylane"};
  const auto renewed = [&] { return api::fields::text(get(lease_key).find("spec"), "renewTime"); };
  EXPECT_EQ(renewed(), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(owners_of(get(lease_key)).at(0).uid, uid_of(get({"", "Node", "", "graylane"})));
  ASSERT_TRUE(controllers_.look_again());
  now_ = *controllers_.look_again();
  const uint64_t revision = store_.revision();
  settle();
  EXPECT_EQ(renewed(), "2026-01-01T00:01:00.000000Z");
  EXPECT_EQ(store_.revision(), revision + 1) << "the Node itself has no news";
  now_ = kStart + kHeartbeat;
  settle();
  const api::Object node = get({"", "Node", "", "graylane"});
  const doc::Value& ready = api::fields::items(node.find("status"), "conditions").back();
  EXPECT_EQ(api::fields::text(&ready, "lastHeartbeatTime"), "2026-01-01T00:05:00Z");
  EXPECT_EQ(api::fields::text(&ready, "lastTransitionTime"), "2026-01-01T00:00:00Z");
}

/// Counts what is asked of a store; watches are not counted.
class CountingClient final : public Client {
 public:
  explicit CountingClient(Client& store) : store_(store) {}

  Result<api::ObjectPtr> get(const api::ObjectKey& key) override { return ++calls, store_.get(key); }
  Result<Listing> list(const Selector& selector) override { return ++calls, store_.list(selector); }
  std::unique_ptr<Watch> watch(const Selector& selector, uint64_t since) override { return store_.watch(selector, since); }
  Result<api::ObjectPtr> create(api::Object object) override { return ++calls, store_.create(std::move(object)); }
  Result<api::ObjectPtr> update(api::Object object) override { return ++calls, store_.update(std::move(object)); }
  Result<api::ObjectPtr> apply(api::Object object) override { return ++calls, store_.apply(std::move(object)); }
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision) override {
    return ++calls, store_.remove(key, revision);
  }
  Result<Written> write(std::vector<Change> changes) override { return ++calls, store_.write(std::move(changes)); }

  int calls = 0;

 private:
  Client& store_;
};

TEST_F(ControllersTest, WhatIsUnrelatedIsNotLookedAt) {
  // A step happens after every change of anything; with many objects it must not read them all each time.
  CountingClient client(store_);
  Controllers controllers(client, 3);
  deploy();
  while (controllers.step(now_).value()) continue;
  client.calls = 0;
  apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}");
  EXPECT_FALSE(controllers.step(now_).value());
  EXPECT_EQ(client.calls, 0);
}

TEST_F(ControllersTest, PodsOfADeletedDeploymentAreMarked) {
  // Deleting a Deployment deletes its Pods; other Pods are left alone.
  deploy();
  apply("{apiVersion: v1, kind: Pod, metadata: {name: mine}, spec: {containers: [{name: c, image: i}]}}");
  settle();
  ASSERT_THAT(objects("", "Pod"), SizeIs(3));
  ASSERT_TRUE(store_.remove({"apps", "Deployment", "default", "shop"}, 0));
  settle();
  EXPECT_THAT(names("apps", "ReplicaSet"), IsEmpty());
  for (const api::ObjectPtr& pod : objects("", "Pod")) EXPECT_EQ(is_terminating(*pod), pod->key.name != "mine");
}

TEST_F(ControllersTest, AForegroundDeletionEndsWithTheLastPod) {
  // The Deployment itself must be seen until everything below is gone, and must not make new Pods meanwhile.
  deploy();
  settle();
  api::Object deployment = get({"apps", "Deployment", "default", "shop"});
  metadata_of(deployment).set("finalizers", doc::Value(doc::Array{doc::Value("foregroundDeletion")}));
  ASSERT_TRUE(store_.update(mark_deleted(deployment, now_)));
  settle();
  EXPECT_THAT(objects("apps", "Deployment"), SizeIs(1));
  EXPECT_THAT(objects("", "Pod"), SizeIs(2));
  end_pods();
  settle();
  EXPECT_THAT(objects("", "Pod"), IsEmpty());
  EXPECT_THAT(objects("apps", "ReplicaSet"), IsEmpty());
  EXPECT_THAT(objects("apps", "Deployment"), IsEmpty());
}

TEST_F(ControllersTest, ADeletedNamespaceGoesWhenItIsEmpty) {
  // Everything in it goes, Pods after they were stopped; nothing elsewhere does.
  apply("{apiVersion: v1, kind: Namespace, metadata: {name: test}}");
  deploy("test");
  deploy();
  apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: test}}");
  settle();
  ASSERT_TRUE(store_.update(mark_deleted(get({"", "Namespace", "", "test"}), now_)));
  settle();
  const api::Object ns = get({"", "Namespace", "", "test"});
  EXPECT_EQ(*api::fields::find_path(&ns.content, {"status", "phase"}), doc::Value("Terminating"));
  std::string remaining;
  for (const doc::Value& condition : api::fields::items(ns.find("status"), "conditions")) {
    if (api::fields::text(&condition, "type") == "NamespaceContentRemaining")
      remaining = api::fields::text(&condition, "message");
  }
  EXPECT_THAT(remaining, HasSubstr("pods. has 2 resource instances"));
  EXPECT_THAT(objects("", "ConfigMap"), IsEmpty());
  end_pods();
  settle();
  EXPECT_FALSE(store_.get({"", "Namespace", "", "test"}));
  EXPECT_THAT(objects("", "Pod"), SizeIs(2));
  EXPECT_THAT(objects("apps", "Deployment"), SizeIs(1));
}

TEST_F(ControllersTest, ANodeKeepsWhatPeopleAdd) {
  // Labels and taints are theirs; what is told of the machine is ours.
  settle();
  api::Object node = get({"", "Node", "", "graylane"});
  api::object_member(metadata_of(node), "labels").set("mine", doc::Value("yes"));
  node.content.as_object()->erase("status");
  ASSERT_TRUE(store_.update(std::move(node)));
  settle();
  node = get({"", "Node", "", "graylane"});
  EXPECT_EQ(*api::fields::find_path(&node.content, {"metadata", "labels", "mine"}), doc::Value("yes"));
  EXPECT_NE(api::fields::find_path(&node.content, {"status", "capacity", "pods"}), nullptr);
}

TEST_F(ControllersTest, ACordonedNodeHasTheTaintThatSaysSo) {
  // `kubectl describe node` and tools that move Pods look there.
  settle();
  const auto cordon = [&](const char* spec) {
    const api::ObjectKey key{"", "Node", "", "graylane"};
    ASSERT_TRUE(store_.patch(key, {.body = doc::parse_yaml(std::string("{spec: ") + spec + "}", {}).documents.at(0)}));
    settle();
  };
  const auto taints = [&] {
    std::vector<std::string> texts;
    const api::Object node = get({"", "Node", "", "graylane"});
    for (const doc::Value& one : api::fields::items(node.find("spec"), "taints"))
      texts.push_back(api::fields::text(&one, "key") + ":" + api::fields::text(&one, "effect"));
    return texts;
  };
  EXPECT_THAT(taints(), IsEmpty());
  cordon("{unschedulable: true, taints: [{key: mine, effect: NoSchedule}]}");
  EXPECT_THAT(taints(), ElementsAre("mine:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"));
  cordon("{unschedulable: null}");
  EXPECT_THAT(taints(), ElementsAre("mine:NoSchedule"));
  cordon("{unschedulable: true, taints: null}");
  cordon("{unschedulable: false}");
  EXPECT_EQ(get({"", "Node", "", "graylane"}).find("spec")->find("taints"), nullptr);
}

TEST_F(ControllersTest, PodsOfAnEarlierLifeAreMadeAnewWhereTheyRan) {
  // Who waits for a node, as new Pods do, would wait for ever where the node is cordoned.
  const auto nodes = [&] {
    std::vector<std::string> names;
    for (const api::ObjectPtr& pod : objects("", "Pod")) names.push_back(api::fields::text(pod->find("spec"), "nodeName"));
    std::ranges::sort(names);
    return names;
  };
  deploy();
  settle();
  EXPECT_THAT(nodes(), ElementsAre("", ""));
  for (const char* status : {"{replicas: 2, readyReplicas: 1}", "{replicas: 2}"}) {
    for (const api::ObjectPtr& pod : objects("", "Pod")) ASSERT_TRUE(store_.remove(pod->key));
    api::Object set = *objects("apps", "ReplicaSet").front();
    set.content.as_object()->set("status", doc::parse_yaml(status, {}).documents.at(0));
    ASSERT_TRUE(store_.update_status(set));
    Controllers next(store_, 2);
    for (int i = 0; i < 30 && next.step(now_).value(); ++i) continue;
    const bool was_ready = set.find("status")->find("readyReplicas") != nullptr;
    EXPECT_THAT(nodes(), ElementsAre("", was_ready ? "graylane" : "")) << status;
  }
}

TEST_F(ControllersTest, OnlyARestartMakesPodsWhereOthersRan) {
  // One that is lost later is replaced by a new one, which goes the way of new ones.
  deploy();
  settle();
  api::Object set = *objects("apps", "ReplicaSet").front();
  set.content.as_object()->set("status", doc::parse_yaml("{replicas: 2, readyReplicas: 2}", {}).documents.at(0));
  ASSERT_TRUE(store_.update_status(set));
  for (const api::ObjectPtr& pod : objects("", "Pod")) ASSERT_TRUE(store_.remove(pod->key));
  settle();
  ASSERT_THAT(objects("", "Pod"), SizeIs(2));
  for (const api::ObjectPtr& pod : objects("", "Pod")) EXPECT_EQ(pod->find("spec")->find("nodeName"), nullptr);
}

TEST_F(ControllersTest, TheSameEventIsCountedAndGoesAfterAnHour) {
  // A crash loop must not bury everything else; and nobody reads last week's events.
  EventRecorder recorder(store_, "kubelet", "graylane", 5);
  const auto pod = std::make_shared<const api::Object>(
      object_of("{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u}, spec: {containers: [{name: c, image: i}]}}"));
  const EventNote note{pod, {"BackOff", "Back-off restarting failed container c", true}, "spec.containers{c}"};
  recorder.record(note, now_);
  recorder.record(note, now_ + seconds(5));
  ASSERT_TRUE(recorder.flush());
  recorder.record(note, now_ + seconds(60));
  ASSERT_TRUE(recorder.flush());
  ASSERT_THAT(objects("", "Event"), SizeIs(1));
  const doc::Value event = objects("", "Event").front()->content;
  EXPECT_EQ(*event.find("count"), doc::Value(int64_t{3}));
  EXPECT_EQ(*event.find("type"), doc::Value("Warning"));
  EXPECT_EQ(*event.find("firstTimestamp"), doc::Value("2026-01-01T00:00:00Z"));
  EXPECT_EQ(*event.find("lastTimestamp"), doc::Value("2026-01-01T00:01:00Z"));
  EXPECT_EQ(*api::fields::find_path(&event, {"involvedObject", "uid"}), doc::Value("u"));
  EXPECT_EQ(*api::fields::find_path(&event, {"involvedObject", "fieldPath"}), doc::Value("spec.containers{c}"));
  settle();
  EXPECT_LE(controllers_.look_again().value(), kStart + seconds(60) + kEventAgeMax);
  now_ = kStart + kEventAgeMax;
  settle();
  EXPECT_THAT(objects("", "Event"), SizeIs(1));
  now_ += seconds(60);
  settle();
  EXPECT_THAT(objects("", "Event"), IsEmpty());
}

TEST_F(ControllersTest, TheOldestEventsOfANamespaceMakeRoom) {
  // One who talks without end must not fill the store.
  EventRecorder recorder(store_, "kubelet", "graylane", 5);
  const auto about = std::make_shared<const api::Object>(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: p}}"));
  for (int i = 0; i < static_cast<int>(kEventsMax) + 50; ++i)
    recorder.record({about, {"Talk" + std::to_string(i), std::to_string(i)}}, now_ + seconds(i / 10));
  ASSERT_TRUE(recorder.flush());
  settle();
  EXPECT_THAT(objects("", "Event"), SizeIs(kEventsMax));
  for (const api::ObjectPtr& event : objects("", "Event")) EXPECT_GE(std::stoi(*event->find("message")->as_string()), 50);
}

}  // namespace
}  // namespace graylane::control
