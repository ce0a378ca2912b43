#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/test_pods.h"

namespace graylane::local {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

class EventsTest : public PodTest {};

TEST_F(EventsTest, AStartIsToldAsAKubeletTellsIt) {
  // The first thing that describe shows, and what tutorials print.
  pod("web", "image: 'shop:1', command: [sleep, '1000']");
  ASSERT_TRUE(wait_ready("web"));
  EXPECT_THAT(events("web"), IsSupersetOf({"Normal Scheduled: Successfully assigned default/web to graylane",
                                           "Normal Created spec.containers{main}: Created container: main",
                                           "Normal Started spec.containers{main}: Started container main"}));
  EXPECT_THAT(events("web"), Contains(StartsWith("Normal Pulled spec.containers{main}: Container image \"shop:1\"")));
  mark_deleted("web", 30);
  EXPECT_THAT(events("web"), Contains("Normal Killing spec.containers{main}: Stopping container main"));
}

TEST_F(EventsTest, CrashesAndBackOffAreWarnings) {
  // Why nothing serves.
  pod("bad", "command: ['false']");
  ASSERT_TRUE(wait_until([&] { return restarts("bad") >= 2; }));
  EXPECT_THAT(events("bad"),
              Contains(StartsWith("Warning BackOff spec.containers{main}: Back-off restarting failed container main "
                                  "in pod bad_default(")));
  pod("none", "command: [/no/such/program]");
  ASSERT_TRUE(wait_until([&] { return restarts("none") >= 1; }));
  EXPECT_THAT(events("none"), Contains(HasSubstr("Warning Failed spec.containers{main}: Error: cannot start the program")));
  EXPECT_THAT(events("none"), Not(Contains(HasSubstr("Started"))));
}

TEST_F(EventsTest, WhatKeepsAContainerFromStartingIsToldOnce) {
  // It is looked at again every two seconds; nobody wants to read that.
  pod("shop", "image: 'example.com/shop:v2'");
  pod("lost", "command: ['true'], envFrom: [{configMapRef: {name: settings}}]");
  ASSERT_TRUE(runtime().reconcile());
  ASSERT_TRUE(runtime().reconcile());
  EXPECT_THAT(events("shop"),
              Contains(StartsWith("Warning Failed spec.containers{main}: Failed to pull image \"example.com/shop:v2\": ")));
  EXPECT_THAT(events("shop"), Contains("Warning Failed spec.containers{main}: Error: ErrImageNotMapped"));
  EXPECT_THAT(events("lost"), Contains(StartsWith("Warning Failed spec.containers{main}: Error: ")));
  const control::Listing listing = store_.list({"", "Event", {}}).value();
  for (const api::ObjectPtr& event : listing.items) EXPECT_EQ(fields::number(&event->content, "count"), 1);
}

TEST_F(EventsTest, FailedProbesAreUnhealthy) {
  // How one finds out that it is the probe and not the program.
  pod("web", "command: [sleep, '1000'], livenessProbe: {exec: {command: ['false']}, periodSeconds: 1, failureThreshold: 2}",
      "terminationGracePeriodSeconds: 1,");
  ASSERT_TRUE(wait_until([&] { return restarts("web") >= 1; }));
  EXPECT_THAT(events("web"),
              IsSupersetOf({"Warning Unhealthy spec.containers{main}: Liveness probe failed: exec: exit code 1",
                            "Normal Killing spec.containers{main}: Container main failed liveness probe, will be restarted"}));
}

TEST_F(EventsTest, NetworkProbesAreWordedAsInKubernetes) {
  // People search for these texts.
  const std::string image = "image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/new-nginx', ports: [{containerPort: 18080}]";
  pod("web", image + ", readinessProbe: {httpGet: {path: /, port: 18081}}");
  ASSERT_TRUE(wait_until([&] { return condition("web", "message").find("refused") != std::string::npos; }));
  const std::string address = view("web").ip + ":18081";
  EXPECT_THAT(events("web"), Contains("Warning Unhealthy spec.containers{main}: Readiness probe failed: Get \"http://" + address +
                                      "/\": dial tcp " + address + ": connect: connection refused"));
}

}  // namespace
}  // namespace graylane::local
