#include "local/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/process_tree.h"
#include "local/test_pods.h"

namespace graylane::local {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// Prints a line, then lives until SIGTERM.
std::string sleeper(const std::string& first) {
  return "command: [/bin/sh, -c, 'trap \"echo bye; exit 0\" TERM; " + first + "; while :; do sleep 0.05; done']";
}

class RuntimeTest : public PodTest {};

TEST_F(RuntimeTest, APodRunsWithAnAddressAndItsEnvironment) {
  // What programs rely on: their address, name, port, own variables.
  pod("web",
      sleeper("echo \"$POD_NAME $POD_IP $PORT $GREETING\"") +
          ", ports: [{containerPort: 18080}], env: [{name: GREETING, value: hi}]",
      "terminationGracePeriodSeconds: 5,");
  ASSERT_TRUE(wait_until([&] { return log("web").ends_with('\n') && view("web").phase == "Running"; }));
  const api::Pod web = view("web");
  EXPECT_THAT(web.ip, StartsWith("127.10."));
  EXPECT_EQ(log("web"), "web " + web.ip + " 18080 hi\n");
  EXPECT_EQ(web.phase, "Running");
  EXPECT_NE(state("web", "running", "startedAt"), "");
}

TEST_F(RuntimeTest, WithoutPortsAndProbesRunningIsReady) {
  // A worker that serves nobody is ready as in Kubernetes.
  pod("worker", sleeper("echo up"));
  EXPECT_TRUE(wait_ready("worker"));
}

TEST_F(RuntimeTest, AnEndIsToldAndRestartedWithGrowingDelays) {
  // A crashing program must not eat the machine, and its author must see code and last words.
  pod("bad", "command: [/bin/sh, -c, 'echo no config >&2; exit 3']");
  ASSERT_TRUE(wait_until([&] { return restarts("bad") >= 4; }));
  EXPECT_EQ(state("bad", "terminated", "reason", "lastState"), "Error");
  EXPECT_EQ(state("bad", "terminated", "message", "lastState"), "no config");
  const doc::Value status = container_status("bad");
  EXPECT_EQ(fields::number(status.find("lastState")->find("terminated"), "exitCode"), 3);
  ASSERT_TRUE(wait_until([&] { return state("bad", "waiting", "reason") == "CrashLoopBackOff"; }));
  EXPECT_THAT(state("bad", "waiting", "message"),
              MatchesRegex("back-off [0-9]+ms restarting failed container=main pod=bad_default\\(.*\\)"));
  EXPECT_FALSE(view("bad").ready);
}

TEST_F(RuntimeTest, RestartPolicyNeverLeavesItsEnd) {
  // Jobs run once: what they came to is their status.
  pod("done", "command: ['true']", "restartPolicy: Never,");
  pod("failed", "command: [/bin/sh, -c, 'kill -9 $$$$']", "restartPolicy: Never,");
  ASSERT_TRUE(wait_until([&] { return view("done").phase == "Succeeded" && view("failed").phase == "Failed"; }));
  EXPECT_EQ(state("done", "terminated", "reason"), "Completed");
  const doc::Value status = container_status("failed");
  const doc::Value* end = status.find("state")->find("terminated");
  EXPECT_EQ(fields::number(end, "exitCode"), 137);
  EXPECT_EQ(fields::number(end, "signal"), 9);
  EXPECT_EQ(restarts("failed"), 0);
}

TEST_F(RuntimeTest, AProgramThatDoesNotExistIsNamed) {
  // Commands of images seldom exist on this machine; the message has to say which one.
  pod("web", "command: [/no/such/program]");
  ASSERT_TRUE(wait_until([&] { return restarts("web") >= 1; }));
  EXPECT_EQ(state("web", "terminated", "reason", "lastState"), "StartError");
  EXPECT_THAT(state("web", "terminated", "message", "lastState"), HasSubstr("/no/such/program"));
}

TEST_F(RuntimeTest, AnUnknownImageSaysHowToMapIt) {
  // The first thing a newcomer meets with manifests of their own.
  pod("shop", "image: 'registry.example.com/shop:v2', ports: [{containerPort: 18080}]");
  EXPECT_EQ(state("shop", "waiting", "reason"), "ErrImageNotMapped");
  EXPECT_THAT(state("shop", "waiting", "message"), HasSubstr("images.yaml"));
  EXPECT_EQ(view("shop").phase, "Pending");
  Diagnostics none;
  runtime().set_images(ImageMap::parse("registry.example.com/shop: {sample: shop}", nullptr, none));
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_TRUE(wait_ready("shop"));
}

TEST_F(RuntimeTest, InitContainersRunFirstAndInOrder) {
  // They prepare what the program needs; one that fails holds everything back until it succeeds.
  const std::string file = folder_.path() + "/made";
  apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {initContainers: ["
      "{name: one, command: [/bin/sh, -c, 'echo one >> " +
      file + "; test $(wc -l < " + file +
      ") -ge 2']},"
      "{name: two, command: [/bin/sh, -c, 'echo two >> " +
      file +
      "']}],"
      " containers: [{name: main, command: [/bin/sh, -c, 'cat " +
      file + "; sleep 1000']}]}}");
  ASSERT_TRUE(wait_until([&] { return log("web").ends_with("two\n"); }));
  EXPECT_EQ(log("web"), "one\none\ntwo\n");
  EXPECT_EQ(condition("web", "status", "Initialized"), "True");
}

TEST_F(RuntimeTest, ContainersOfAPodShareItsAddress) {
  // A sidecar finds its program at the Pod's address.
  apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: ["
      "{name: a, command: [/bin/sh, -c, 'echo $POD_IP; sleep 1000']}, {name: b, command: [/bin/sh, -c, 'echo $POD_IP; sleep "
      "1000']}]}}");
  ASSERT_TRUE(wait_ready("web"));
  ASSERT_TRUE(wait_until([&] { return !log("web", "a").empty() && !log("web", "b").empty(); }));
  EXPECT_EQ(log("web", "a"), log("web", "b"));
}

TEST_F(RuntimeTest, AMarkedPodIsStoppedGentlyAndRemoved) {
  // SIGTERM first: a program gets the chance to finish; then the object goes, so that its name is free.
  pod("web", sleeper("echo up"));
  ASSERT_TRUE(wait_until([&] { return log("web") == "up\n"; }));
  std::string last_words;
  mark_deleted("web");
  ASSERT_TRUE(wait_until([&] {
    if (const std::string text = log("web"); !text.empty()) last_words = text;
    return object("web") == nullptr;
  }));
  EXPECT_TRUE(last_words.ends_with("bye\n")) << last_words;
  EXPECT_EQ(runtime().processes(), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/pods/default_web"));
}

TEST_F(RuntimeTest, WhoIgnoresSigtermIsKilledAfterTheGracePeriod) {
  // A stuck program must not hold up a release for ever.
  pod("stuck", "command: [/bin/sh, -c, 'trap \"\" TERM; echo up; while :; do sleep 0.05; done']",
      "terminationGracePeriodSeconds: 1,");
  ASSERT_TRUE(wait_until([&] { return log("stuck") == "up\n"; }));
  mark_deleted("stuck");
  EXPECT_TRUE(wait_until([&] { return object("stuck") == nullptr; }));
}

TEST_F(RuntimeTest, StopsOnlyWhenNobodySendsRequestsAnyMore) {
  // Zero lost requests: the gateway has to confirm that it routes elsewhere before the program hears of its end.
  bool allowed = false;
  StoppingPod asked;
  options_.drain_max = std::chrono::minutes(10);
  options_.may_stop = [&](const StoppingPod& pod) {
    asked = pod;
    return allowed;
  };
  pod("web", sleeper("echo up"));
  ASSERT_TRUE(wait_until([&] { return log("web") == "up\n"; }));
  const std::string ip = view("web").ip;
  const uint64_t before = object("web")->revision;
  mark_deleted("web");
  ASSERT_TRUE(wait_until([&] { return asked.address == ip; }));
  EXPECT_EQ(asked.pod.name, "web");
  EXPECT_GT(asked.revision, before);
  EXPECT_EQ(log("web"), "up\n");
  EXPECT_EQ(runtime().processes(), 1u);
  allowed = true;
  EXPECT_TRUE(wait_until([&] { return object("web") == nullptr; }));
}

TEST_F(RuntimeTest, DrainingHasABound) {
  // A gateway that never answers must not keep Pods alive.
  options_.drain_max = std::chrono::milliseconds(50);
  options_.may_stop = [](const StoppingPod&) { return false; };
  pod("web", sleeper("echo up"));
  ASSERT_TRUE(wait_until([&] { return log("web") == "up\n"; }));
  mark_deleted("web");
  EXPECT_TRUE(wait_until([&] { return object("web") == nullptr; }));
}

TEST_F(RuntimeTest, AChangedSpecReplacesTheProcesses) {
  // A Pod of a manifest has no controller that would do it.
  pod("web", sleeper("echo one"));
  ASSERT_TRUE(wait_until([&] { return log("web") == "one\n"; }));
  pod("web", sleeper("echo two"));
  EXPECT_TRUE(wait_until([&] { return log("web") == "two\n"; }));
}

TEST_F(RuntimeTest, ADeletedObjectEndsItsProcesses) {
  // Objects may vanish without a mark, as files do.
  pod("web", sleeper("echo up"));
  ASSERT_TRUE(wait_until([&] { return runtime().processes() == 1; }));
  ASSERT_TRUE(store_.remove({"", "Pod", "default", "web"}, 0));
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_TRUE(wait_until([&] { return runtime().processes() == 0; }));
}

TEST_F(RuntimeTest, StopAllEndsEverythingAndKeepsTheObjects) {
  // The program's end is not the Pods' deletion.
  pod("a", sleeper("echo up"));
  pod("b", sleeper("echo up"));
  ASSERT_TRUE(wait_until([&] { return log("a") == "up\n" && log("b") == "up\n"; }));
  runtime().stop_all();
  ASSERT_TRUE(wait_until([&] { return runtime().processes() == 0; }));
  EXPECT_THAT(log("a"), HasSubstr("bye"));
  EXPECT_TRUE(object("a") && object("b"));
}

TEST_F(RuntimeTest, RestsWhenNothingHappens) {
  // Writing a status without need would wake every watcher for ever.
  pod("web", sleeper("echo up"));
  ASSERT_TRUE(wait_ready("web"));
  const uint64_t revision = object("web")->revision;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(runtime().reconcile());
    loop_->turn(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(object("web")->revision, revision);
}

}  // namespace
}  // namespace graylane::local
