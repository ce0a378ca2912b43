#include "local/usage.h"

#include <gtest/gtest.h>

#include <fstream>

#include "local/test_pods.h"

namespace graylane::local {
namespace {

class UsageTest : public PodTest {
 protected:
  void SetUp() override {
    PodTest::SetUp();
    options_.usage_window = std::chrono::milliseconds(300);
  }
  ContainerUsage of(const std::string& name) {
    const UsagePtr usage = runtime().usage();
    for (const PodUsage& pod : *usage) {
      if (pod.pod.name == name && !pod.containers.empty()) return pod.containers.front();
    }
    return {};
  }
};

TEST_F(UsageTest, WhoWorksIsSeenAndWhoSleepsIsNot) {
  // kubectl top is how people find the Pod that eats the machine; the work may be done by a child of a child.
  pod("busy", "command: [/bin/sh, -c, '(while :; do :; done) & wait']");
  pod("idle", "command: [sleep, '1000']");
  ASSERT_TRUE(wait_until([&] { return of("busy").cpu_cores > 0.05 && of("idle").memory_bytes > 0; }));
  EXPECT_LT(of("idle").cpu_cores, of("busy").cpu_cores / 2);
  EXPECT_LT(of("busy").cpu_cores, 1.5);
}

TEST_F(UsageTest, ProcessesThatHaveEndedCount) {
  // A shell script's work is done by thousands of short programs.
  pod("script", "command: [/bin/sh, -c, 'while :; do sh -c \"i=0; while test \\$i -lt 3000; do i=\\$((i+1)); done\"; done']");
  EXPECT_TRUE(wait_until([&] { return of("script").cpu_cores > 0.15; }));
}

TEST_F(UsageTest, MemoryIsThatOfTheWholeTree) {
  // Servers fork.
  pod("large", "command: [/bin/sh, -c, 'sh -c \"head -c 30000000 /dev/zero | tail -n 1 | sleep 1000\" & wait']");
  EXPECT_TRUE(wait_until([&] { return of("large").memory_bytes > 30'000'000; }));
}

TEST_F(UsageTest, TheLoadOfNowIsTold) {
  // What was an hour ago does not help to find out what is wrong.
  const std::string stop = folder_.path() + "/stop";
  pod("web", "command: [/bin/sh, -c, 'while ! test -e " + stop + "; do :; done; sleep 1000']");
  ASSERT_TRUE(wait_until([&] { return of("web").cpu_cores > 0.05; }));
  std::ofstream(stop) << "x";
  EXPECT_TRUE(wait_until([&] { return of("web").cpu_cores < 0.01; }));
}

TEST_F(UsageTest, EndedPodsAreNotListed) {
  // Nothing of them takes anything.
  pod("web", "command: [sleep, '1000']");
  ASSERT_TRUE(wait_until([&] { return runtime().usage()->size() == 1; }));
  EXPECT_EQ(runtime().usage()->front().pod.name, "web");
  EXPECT_GT(runtime().usage()->front().window.count(), 0);
  mark_deleted("web", 0);
  EXPECT_TRUE(wait_until([&] { return runtime().usage()->empty(); }));
}

}  // namespace
}  // namespace graylane::local
