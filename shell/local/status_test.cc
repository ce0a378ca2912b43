// What a Pod's object tells while the Pod runs: what kubectl's users read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/build.h"
#include "doc/parse.h"
#include "local/test_pods.h"

namespace graylane::local {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StatusTest : public PodTest {
 protected:
  const doc::Value* status(const std::string& name) {
    kept_ = object(name);
    return kept_ ? kept_->find("status") : nullptr;
  }
  std::vector<std::string> conditions(const std::string& name) {
    std::vector<std::string> result;
    for (const doc::Value& one : fields::items(status(name), "conditions")) {
      const std::string reason = fields::text(&one, "reason");
      result.push_back(fields::text(&one, "type") + "=" + fields::text(&one, "status") + (reason.empty() ? "" : " " + reason));
    }
    return result;
  }

  api::ObjectPtr kept_;
};

TEST_F(StatusTest, ACordonedNodeTakesNoNewPods) {
  // `kubectl cordon` and `drain` are how people keep a node free; what runs there goes on.
  pod("old", "image: 'a:1', command: [sleep, '1000']");
  ASSERT_TRUE(wait_ready("old"));
  apply("{apiVersion: v1, kind: Node, metadata: {name: graylane}, spec: {unschedulable: true}}");
  pod("new", "image: 'a:1', command: [sleep, '1000']");
  EXPECT_THAT(conditions("new"), ElementsAre("PodScheduled=False Unschedulable"));
  EXPECT_THAT(events("new"),
              Contains(StartsWith("Warning FailedScheduling: 0/1 nodes are available: 1 node(s) were unschedulable.")));
  EXPECT_TRUE(view("old").ready);
  apply("{apiVersion: v1, kind: Node, metadata: {name: graylane}, spec: {}}");
  EXPECT_TRUE(wait_ready("new"));
}

TEST_F(StatusTest, ATakenPodIsAssignedAndHasAKubeletsConditions) {
  // Controllers and people look for the node; deletion through the API is only graceful for assigned Pods.
  pod("web", "image: 'a:1', command: [sleep, '1000']");
  ASSERT_TRUE(wait_ready("web"));
  EXPECT_EQ(fields::text(object("web")->find("spec"), "nodeName"), "graylane");
  EXPECT_THAT(conditions("web"), ElementsAre("PodReadyToStartContainers=True", "Initialized=True", "Ready=True",
                                             "ContainersReady=True", "PodScheduled=True"));
  EXPECT_EQ(fields::text(status("web"), "hostIP"), "127.0.0.1");
  EXPECT_EQ(fields::text(&fields::items(status("web"), "hostIPs").at(0), "ip"), "127.0.0.1");
  EXPECT_EQ(fields::text(&fields::items(status("web"), "podIPs").at(0), "ip"), view("web").ip);
  EXPECT_EQ(fields::text(status("web"), "qosClass"), "BestEffort");
  const doc::Value container = container_status("web");
  EXPECT_THAT(fields::text(&container, "containerID"), StartsWith("process://"));
}

TEST_F(StatusTest, AssignmentDoesNotReplaceTheProcess) {
  // It changes the spec, which for everything else means a new Pod.
  pod("web", "command: [/bin/sh, -c, 'echo up; sleep 1000']");
  ASSERT_TRUE(wait_ready("web"));
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_EQ(runtime().processes(), 1u);
  EXPECT_THAT(events("web"), Not(Contains(HasSubstr("Killing"))));
}

TEST_F(StatusTest, WhatOthersWriteIntoAStatusIsPutRight) {
  // What a Pod does is told by who runs it, also when it tells the same as the last time.
  pod("web", "image: 'a:1', command: [sleep, '1000']");
  ASSERT_TRUE(wait_ready("web"));
  const doc::Value told = *status("web");
  for (const char* other : {"{}", "{phase: Failed}"}) {
    api::Object changed = *object("web");
    changed.content.as_object()->set("status", doc::parse_yaml(other, {}).documents.at(0));
    ASSERT_TRUE(store_.update_status(std::move(changed)));
    ASSERT_TRUE(runtime().reconcile());
    EXPECT_EQ(fields::text(status("web"), "phase"), "Running") << other;
    EXPECT_EQ(fields::text(status("web"), "podIP"), fields::text(&told, "podIP")) << other;
    EXPECT_TRUE(view("web").ready) << other;
  }
  const uint64_t revision = object("web")->revision;
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_EQ(object("web")->revision, revision);
}

TEST_F(StatusTest, AGatedPodWaitsUntilItsGatesAreGone) {
  // Who gates Pods (a quota, a queue) has not decided yet whether they may run.
  pod("web", "image: 'a:1', command: [sleep, '1000']", "schedulingGates: [{name: example.com/quota}],");
  EXPECT_THAT(conditions("web"), ElementsAre("PodScheduled=False SchedulingGated"));
  EXPECT_EQ(fields::find(object("web")->find("spec"), "nodeName"), nullptr);
  EXPECT_EQ(runtime().processes(), 0u);
  EXPECT_THAT(events("web"), ::testing::IsEmpty());
  pod("web", "image: 'a:1', command: [sleep, '1000']");
  EXPECT_TRUE(wait_ready("web"));
}

TEST_F(StatusTest, APodOfAnotherNodeIsNotOurs) {
  // Who names a node that does not exist gets a Pod that waits, as on a cluster, and can delete it.
  pod("far", "command: [sleep, '1000']", "nodeName: elsewhere,");
  EXPECT_EQ(runtime().processes(), 0u);
  EXPECT_EQ(status("far"), nullptr);
  mark_deleted("far", 30);
  EXPECT_EQ(object("far"), nullptr);
}

TEST_F(StatusTest, WhatIsUnreadyIsNamed) {
  // The sentence that every describe shows first.
  pod("web", "command: [sleep, '1000'], readinessProbe: {exec: {command: ['false']}}");
  ASSERT_TRUE(wait_until([&] { return condition("web", "message").find("exit code 1") != std::string::npos; }));
  EXPECT_THAT(condition("web", "message"), StartsWith("containers with unready status: [main]"));
  EXPECT_EQ(condition("web", "reason"), "ContainersNotReady");
}

TEST_F(StatusTest, ConditionsOfOthersStay) {
  // Readiness gates and release controllers keep theirs there.
  pod("web", "command: [sleep, '1000']");
  ASSERT_TRUE(wait_ready("web"));
  api::Object changed = *object("web");
  doc::Value* own = changed.content.as_object()->find("status")->as_object()->find("conditions");
  own->as_array()->push_back(api::make_object({{"type", doc::Value("example.com/Gate")}, {"status", doc::Value("True")}}));
  ASSERT_TRUE(store_.apply(changed));
  mark_deleted("web", 30);
  ASSERT_TRUE(wait_until([&] {
    if (object("web")) kept_ = object("web");
    return !object("web");
  }));
  EXPECT_EQ(fields::text(&fields::items(kept_->find("status"), "conditions").back(), "type"), "example.com/Gate");
}

TEST_F(StatusTest, GenerationIsObserved) {
  // Waiting for a change means waiting for this.
  apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: web, generation: 3}, spec: {containers: [{name: main, command: [sleep, "
      "'1000']}]}}");
  ASSERT_TRUE(wait_ready("web"));
  EXPECT_EQ(fields::number(status("web"), "observedGeneration"), 3);
}

TEST_F(StatusTest, RunsToItsEndAsJobsDo) {
  // kubectl run --restart=Never and wait look for exactly this.
  pod("done", "command: ['true']", "restartPolicy: OnFailure,");
  pod("failed", "command: ['false']", "restartPolicy: Never,");
  ASSERT_TRUE(wait_until([&] { return view("done").phase == "Succeeded" && view("failed").phase == "Failed"; }));
  EXPECT_EQ(condition("done", "reason"), "PodCompleted");
  EXPECT_EQ(condition("done", "reason", "Initialized"), "PodCompleted");
  EXPECT_EQ(condition("failed", "reason"), "PodFailed");
  EXPECT_NE(state("done", "terminated", "startedAt"), "");
  EXPECT_NE(state("done", "terminated", "finishedAt"), "");
  EXPECT_EQ(state("failed", "terminated", "reason"), "Error");
}

TEST_F(StatusTest, OnFailureTriesUntilItSucceeds) {
  // A Job's Pod that fails once is not lost.
  const std::string file = folder_.path() + "/tried";
  pod("job", "command: [/bin/sh, -c, 'test -e " + file + " || { touch " + file + "; exit 4; }']", "restartPolicy: OnFailure,");
  ASSERT_TRUE(wait_until([&] { return view("job").phase == "Succeeded"; }));
  EXPECT_EQ(restarts("job"), 1);
}

TEST_F(StatusTest, ADeadlineFailsThePod) {
  // Jobs that hang are given up so.
  pod("job", "command: [sleep, '1000']", "restartPolicy: OnFailure, activeDeadlineSeconds: 1,");
  ASSERT_TRUE(wait_until([&] { return view("job").phase == "Failed" && runtime().processes() == 0; }));
  EXPECT_EQ(fields::text(status("job"), "reason"), "DeadlineExceeded");
  ASSERT_TRUE(wait_until([&] { return state("job", "terminated", "reason") == "Error"; }));
}

TEST_F(StatusTest, InitContainersAreCounted) {
  // "Init:0/1" and the reason behind it come from here.
  apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {restartPolicy: Never, initContainers: [{name: one, command: "
      "['false']}], containers: [{name: main, command: ['true']}]}}");
  ASSERT_TRUE(wait_until([&] { return view("web").phase == "Failed"; }));
  const doc::Value& one = fields::items(status("web"), "initContainerStatuses").at(0);
  EXPECT_EQ(fields::number(fields::find_path(&one, {"state", "terminated"}), "exitCode"), 1);
  EXPECT_EQ(state("web", "waiting", "reason"), "PodInitializing");
  EXPECT_THAT(condition("web", "message", "Initialized"), HasSubstr("containers with incomplete status: [one]"));
}

}  // namespace
}  // namespace graylane::local
