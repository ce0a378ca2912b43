// Deletions as the API writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/process_tree.h"
#include "local/test_pods.h"

namespace graylane::local {
namespace {

/// Prints "up", and "term" for every SIGTERM; never ends by itself.
constexpr const char* kStubborn = "command: [/bin/sh, -c, 'trap \"echo term\" TERM; echo up; while :; do sleep 0.05; done']";
constexpr const char* kLongGrace = "terminationGracePeriodSeconds: 3000,";

class DeletionTest : public PodTest {
 protected:
  void begin(const std::string& name) {
    pod(name, kStubborn, kLongGrace);
    ASSERT_TRUE(wait_until([&] { return log(name) == "up\n"; }));
  }
  /// Its log, when all its processes have ended.
  std::string last_words(const std::string& name) {
    std::string words;
    EXPECT_TRUE(wait_until([&] {
      if (const std::string text = log(name); !text.empty()) words = text;
      return runtime().processes() == 0;
    }));
    return words;
  }
  bool heard_of_its_end(const std::string& name) { return log(name).find("term") != std::string::npos; }
};

TEST_F(DeletionTest, TheDeletionsOwnGracePeriodHolds) {
  // kubectl delete --grace-period=1 must not wait for the Pod's fifty minutes.
  begin("web");
  mark_deleted("web", 1);
  EXPECT_TRUE(wait_until([&] { return object("web") == nullptr; }));
}

TEST_F(DeletionTest, ASecondDeletionCanOnlyShortenIt) {
  // Who has waited long enough says --now.
  begin("web");
  mark_deleted("web", 2000);
  ASSERT_TRUE(wait_until([&] { return heard_of_its_end("web"); }));
  ASSERT_NE(object("web"), nullptr);
  mark_deleted("web", 0);
  EXPECT_TRUE(wait_until([&] { return object("web") == nullptr; }));
  EXPECT_EQ(runtime().processes(), 0u);
}

TEST_F(DeletionTest, AnObjectThatWasRemovedOutrightTakesItsProcessesAtOnce) {
  // kubectl delete --force: whoever asks for it does not want to wait for a program that hangs.
  begin("web");
  ASSERT_TRUE(store_.remove({"", "Pod", "default", "web"}, 0));
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_EQ(last_words("web"), "up\n");
}

TEST_F(DeletionTest, GracePeriodNothingMeansNoSigterm) {
  // Killed is killed.
  begin("web");
  mark_deleted("web", 0);
  EXPECT_EQ(last_words("web"), "up\n");
  EXPECT_TRUE(wait_until([&] { return object("web") == nullptr; }));
}

TEST_F(DeletionTest, DrainingDoesNotOutlastTheGracePeriod) {
  // A gateway that never answers must not hold up --now.
  options_.drain_max = std::chrono::minutes(10);
  options_.may_stop = [](const StoppingPod&) { return false; };
  begin("web");
  mark_deleted("web", 1);
  EXPECT_TRUE(wait_until([&] { return object("web") == nullptr; }));
}

TEST_F(DeletionTest, WhatNeverStartedGoesAtOnce) {
  // There is nothing to wait for.
  pod("shop", "image: 'example.com/shop:v2'", kLongGrace);
  ASSERT_EQ(state("shop", "waiting", "reason"), "ErrImageNotMapped");
  mark_deleted("shop", 3000);
  EXPECT_EQ(object("shop"), nullptr);
}

TEST_F(DeletionTest, FinalizersKeepTheObjectButNotTheProcesses) {
  // Their owner removes it with the last finalizer, which it may do when no time is left to wait.
  begin("web");
  api::Object held = *object("web");
  control::metadata_of(held).set("finalizers", doc::Value(doc::Array{doc::Value("example.com/hold")}));
  ASSERT_TRUE(store_.apply(std::move(held)));
  mark_deleted("web", 1);
  ASSERT_TRUE(wait_until([&] { return runtime().processes() == 0; }));
  ASSERT_TRUE(wait_until([&] {
    return object("web") && fields::number(control::metadata_of(*object("web")), "deletionGracePeriodSeconds", -1) == 0;
  }));
  const uint64_t revision = object("web")->revision;
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_EQ(object("web")->revision, revision);
  api::Object released = *object("web");
  control::drop_finalizer(released, "example.com/hold");
  ASSERT_TRUE(store_.apply(std::move(released)));
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_EQ(object("web"), nullptr);
}

TEST_F(DeletionTest, ANewPodOfTheSameNameIsNotTheOldOne) {
  // Replacing by force: the new one must neither inherit the old one's end nor wait for its grace period.
  const auto named = [](const char* uid) {
    return std::string("{apiVersion: v1, kind: Pod, metadata: {name: web, uid: ") + uid + "}, spec: {" + kLongGrace +
           " containers: [{name: main, " + kStubborn + "}]}}";
  };
  apply(named("a"));
  ASSERT_TRUE(wait_until([&] { return log("web") == "up\n"; }));
  const pid_t before = children_of(::getpid()).at(0);
  ASSERT_TRUE(store_.remove({"", "Pod", "default", "web"}, 0));
  apply(named("b"));
  ASSERT_TRUE(wait_until([&] { return view("web").ready && children_of(::getpid()).at(0) != before; }));
  EXPECT_EQ(restarts("web"), 0);
  EXPECT_EQ(runtime().processes(), 1u);
}

}  // namespace
}  // namespace graylane::local
