// Pods that an earlier life of the program took on: their objects outlive it, their processes do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "local/test_pods.h"

namespace graylane::local {
namespace {

using ::testing::Contains;
using ::testing::StartsWith;

class EarlierLifeTest : public PodTest {
 protected:
  void next_life() {
    end_runtime();
    ASSERT_TRUE(runtime().reconcile());
  }
};

TEST_F(EarlierLifeTest, ARunningPodIsStartedAgain) {
  // Its status says Running; to believe it would mean that nobody serves until somebody looks.
  pod("web", "command: [/bin/sh, -c, 'echo up; sleep 1000']");
  ASSERT_TRUE(wait_until([&] { return view("web").ready && log("web") == "up\n"; }));
  const std::string started = fields::text(object("web")->find("status"), "startTime");
  next_life();
  ASSERT_TRUE(wait_until([&] { return view("web").ready && restarts("web") == 1; }));
  EXPECT_EQ(runtime().processes(), 1u);
  EXPECT_EQ(state("web", "terminated", "reason", "lastState"), "NodeRestart");
  EXPECT_NE(state("web", "running", "startedAt"), "");
  EXPECT_EQ(fields::text(object("web")->find("status"), "startTime"), started);
  EXPECT_THAT(events("web"), Contains(StartsWith("Normal SandboxChanged")));
  EXPECT_TRUE(wait_until([&] { return log("web") == "up\nup\n"; })) << log("web");
  next_life();
  EXPECT_TRUE(wait_until([&] { return view("web").ready && restarts("web") == 2; }));
}

TEST_F(EarlierLifeTest, WhoNeverRestartsHasFailed) {
  // A migration that ran half must not run twice by itself.
  pod("once", "command: [/bin/sh, -c, 'echo up; sleep 1000']", "restartPolicy: Never,");
  ASSERT_TRUE(wait_ready("once"));
  next_life();
  ASSERT_TRUE(wait_until([&] { return view("once").phase == "Failed"; }));
  EXPECT_EQ(fields::text(object("once")->find("status"), "reason"), "NodeRestart");
  EXPECT_EQ(state("once", "terminated", "reason"), "NodeRestart");
  EXPECT_EQ(runtime().processes(), 0u);
  next_life();
  EXPECT_EQ(view("once").phase, "Failed");
  EXPECT_EQ(runtime().processes(), 0u);
}

TEST_F(EarlierLifeTest, WhatHasEndedStaysAsItWas) {
  // A finished Job's Pod keeps its result and its log.
  pod("done", "command: [/bin/sh, -c, 'echo result']", "restartPolicy: OnFailure,");
  ASSERT_TRUE(wait_until([&] { return view("done").phase == "Succeeded"; }));
  const uint64_t revision = object("done")->revision;
  next_life();
  EXPECT_EQ(object("done")->revision, revision);
  EXPECT_EQ(runtime().processes(), 0u);
  EXPECT_EQ(log("done"), "result\n");
  mark_deleted("done", 30);
  EXPECT_EQ(object("done"), nullptr);
}

TEST_F(EarlierLifeTest, OfAnOnFailurePodOnlyTheUnfinishedRunsAgain) {
  // What has succeeded is done.
  apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: job}, spec: {restartPolicy: OnFailure, containers: [{name: a, command: "
      "[/bin/sh, "
      "-c, 'echo a']}, {name: b, command: [sleep, '1000']}]}}");
  const auto b = [&] { return fields::items(object("job")->find("status"), "containerStatuses").at(1); };
  const auto b_runs = [&] {
    const doc::Value status = b();
    return fields::find_path(&status, {"state", "running"}) != nullptr;
  };
  ASSERT_TRUE(wait_until([&] { return state("job", "terminated", "reason") == "Completed" && b_runs(); }));
  next_life();
  ASSERT_TRUE(wait_until([&] { return runtime().processes() == 1; }));
  EXPECT_EQ(log("job", "a"), "a\n");
  EXPECT_EQ(restarts("job"), 0);
  const doc::Value status = b();
  EXPECT_EQ(fields::number(&status, "restartCount"), 1);
}

TEST_F(EarlierLifeTest, APodThatWasBeingDeletedIsGone) {
  // Nothing of it runs, so nothing is left to wait for.
  options_.drain_max = std::chrono::minutes(10);
  options_.may_stop = [](const StoppingPod&) { return false; };
  pod("web", "command: [sleep, '1000']", "terminationGracePeriodSeconds: 600,");
  ASSERT_TRUE(wait_ready("web"));
  mark_deleted("web", 600);
  ASSERT_NE(object("web"), nullptr);
  next_life();
  EXPECT_EQ(object("web"), nullptr);
  EXPECT_EQ(runtime().processes(), 0u);
}

TEST_F(EarlierLifeTest, LogsOfPodsThatAreGoneGo) {
  // Pods of controllers have new names after every restart; their logs would fill the disk.
  pod("web", "command: [/bin/sh, -c, 'echo up; sleep 1000']");
  ASSERT_TRUE(wait_until([&] { return log("web") == "up\n"; }));
  end_runtime();
  ASSERT_TRUE(store_.remove({"", "Pod", "default", "web"}, 0));
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/pods/default_web"));
}

}  // namespace
}  // namespace graylane::local
