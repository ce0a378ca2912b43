#include "local/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "doc/parse.h"
#include "local/test_pods.h"

namespace graylane::local {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

doc::Value yaml(std::string_view text) { return doc::parse_yaml(text, nullptr).documents.at(0); }

TEST(ProbeSpec, ReadsWhatIsWrittenAndKubernetesDefaults) {
  // A probe with other numbers than the author's restarts programs that are well.
  const auto probe = read_probe(yaml("{ports: [{name: web, containerPort: 81}], readinessProbe: {httpGet: {path: /ok, port: web,"
                                     " httpHeaders: [{name: X-A, value: b}]}, initialDelaySeconds: 3, failureThreshold: 5}}"),
                                "readinessProbe");
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->type, ProbeSpec::Type::kHttp);
  EXPECT_EQ(probe->path, "/ok");
  EXPECT_EQ(probe->port, 81);
  EXPECT_EQ(probe->headers.at(0).second, "b");
  EXPECT_EQ(probe->initial_delay, seconds(3));
  EXPECT_EQ(probe->period, seconds(10));
  EXPECT_EQ(probe->timeout, seconds(1));
  EXPECT_EQ(probe->failure_threshold, 5);
  EXPECT_FALSE(read_probe(yaml("{name: a}"), "readinessProbe"));
  EXPECT_EQ(read_probe(yaml("{livenessProbe: {grpc: {port: 9}}}"), "livenessProbe")->type, ProbeSpec::Type::kTcp);
}

class ProbeStateTest : public ::testing::Test {
 protected:
  void ask(bool success) {
    now_ = std::max(now_, state_.due());
    state_.take({success, success ? "" : "no"}, now_);
  }
  static ProbeSpec spec(int32_t successes, int32_t failures) {
    ProbeSpec result;
    result.success_threshold = successes;
    result.failure_threshold = failures;
    return result;
  }

  Instant start_{seconds(100)};
  Instant now_ = start_;
  ProbeState state_{spec(1, 3), start_};
};

TEST_F(ProbeStateTest, ThresholdsCountConsecutiveAnswers) {
  // One lost answer is no reason to take a Pod out, and one good one none to forget three bad ones before their time.
  ask(true);
  EXPECT_TRUE(state_.succeeded());
  ask(false);
  ask(false);
  EXPECT_TRUE(state_.succeeded());
  ask(true);
  ask(false);
  ask(false);
  EXPECT_TRUE(state_.succeeded());
  ask(false);
  EXPECT_FALSE(state_.succeeded());
  EXPECT_TRUE(state_.failed());
  EXPECT_EQ(state_.message(), "no");
  ask(true);
  EXPECT_TRUE(state_.succeeded());
  EXPECT_FALSE(state_.failed());
}

TEST_F(ProbeStateTest, SuccessThresholdDelaysSuccess) {
  // Some programs answer once and then warm up.
  state_ = ProbeState(spec(2, 3), start_);
  ask(true);
  EXPECT_FALSE(state_.succeeded());
  ask(true);
  EXPECT_TRUE(state_.succeeded());
}

TEST_F(ProbeStateTest, ExtraQuestionsBeforeTheFirstSuccessDoNotCount) {
  // Asking often makes a Pod ready soon; failing often must not make it fail sooner than its author allowed.
  int asked = 0;
  for (; !state_.failed(); ++asked) ask(false);
  EXPECT_GT(asked, 10);
  EXPECT_EQ(now_ - start_, seconds(20));  // the third counted question: 0 s, 10 s, 20 s
}

TEST_F(ProbeStateTest, TheInitialDelayComesFirst) {
  // Asking earlier than the author said may disturb a start.
  ProbeSpec delayed;
  delayed.initial_delay = seconds(7);
  EXPECT_EQ(ProbeState(delayed, start_).due(), start_ + seconds(7));
}

/// A program that listens nowhere and does what the probe's files tell.
class ProbeTest : public PodTest {
 protected:
  std::string idle() { return "command: [/bin/sh, -c, 'cd " + folder_.path() + "; echo $POD_NAME; sleep 1000']"; }
  void touch(const std::string& name) { std::ofstream(folder_.path() + "/" + name) << "x"; }
  void remove(const std::string& name) { std::filesystem::remove(folder_.path() + "/" + name); }
  std::string exists(const std::string& name) { return "exec: {command: [test, -e, " + folder_.path() + "/" + name + "]}"; }
};

TEST_F(ProbeTest, ReadinessFollowsItsProbe) {
  // What a Service sends requests to is exactly what says that it is ready.
  pod("web", idle() + ", readinessProbe: {" + exists("ready") + ", periodSeconds: 1, failureThreshold: 1}");
  ASSERT_TRUE(wait_until([&] { return condition("web", "message").find("exit code 1") != std::string::npos; }));
  EXPECT_FALSE(view("web").ready);
  touch("ready");
  EXPECT_TRUE(wait_ready("web"));
  remove("ready");
  EXPECT_TRUE(wait_until([&] { return !view("web").ready; }));
  EXPECT_EQ(restarts("web"), 0);
}

TEST_F(ProbeTest, AFailedLivenessProbeRestarts) {
  // A program that hangs gets a new life, and the reason is told.
  touch("alive");
  pod("web", idle() + ", livenessProbe: {" + exists("alive") + ", periodSeconds: 1, failureThreshold: 1}",
      "terminationGracePeriodSeconds: 1,");
  ASSERT_TRUE(wait_ready("web"));
  remove("alive");
  ASSERT_TRUE(wait_until([&] { return restarts("web") == 1; }));
  EXPECT_THAT(state("web", "terminated", "message", "lastState"), HasSubstr("liveness probe failed"));
}

TEST_F(ProbeTest, UntilTheStartupProbeSucceedsNothingElseCounts) {
  // Slow starters would be killed by their own liveness probe.
  pod("web", idle() + ", startupProbe: {" + exists("started") + ", periodSeconds: 1, failureThreshold: 1000}, livenessProbe: {" +
                 exists("started") + ", periodSeconds: 1, failureThreshold: 1}");
  ASSERT_TRUE(wait_until([&] { return condition("web", "message").find("startup probe") != std::string::npos; }));
  EXPECT_FALSE(view("web").ready);
  touch("started");
  EXPECT_TRUE(wait_ready("web"));
  EXPECT_EQ(restarts("web"), 0);
}

TEST_F(ProbeTest, HttpProbesReadTheStatus) {
  // 200 to 399 is well; the built-in sample server has a path for it.
  const std::string image = "image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/new-nginx', ports: [{containerPort: 18080}]";
  pod("good", image + ", readinessProbe: {httpGet: {path: /healthz, port: 18080}}");
  EXPECT_TRUE(wait_ready("good"));
  pod("bad", image + ", readinessProbe: {httpGet: {path: /, port: 18081}}");
  ASSERT_TRUE(wait_until([&] { return condition("bad", "message").find("Get \"http://") != std::string::npos; }));
  EXPECT_FALSE(view("bad").ready);
}

TEST_F(ProbeTest, WithoutAReadinessProbeTheFirstPortHasToAccept) {
  // Requests in the moment between start and listen() would be refused.
  pod("web", "image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/new-nginx', ports: [{containerPort: 18080}]");
  EXPECT_TRUE(wait_ready("web"));
  EXPECT_EQ(condition("web", "reason"), "");
  pod("deaf", idle() + ", ports: [{containerPort: 18080}]");
  ASSERT_TRUE(wait_until([&] { return condition("deaf", "message").find("nothing accepts") != std::string::npos; }));
  EXPECT_FALSE(view("deaf").ready);
}

TEST_F(ProbeTest, WhoNeverListensIsReadyAfterAWhileWithAWarning) {
  // As in Kubernetes, where a declared port is only information.
  options_.unanswered_ready_after = milliseconds(100);
  pod("deaf", idle() + ", ports: [{containerPort: 18080}]");
  ASSERT_TRUE(wait_ready("deaf"));
  EXPECT_EQ(condition("deaf", "reason"), "NothingListens");
}

}  // namespace
}  // namespace graylane::local
