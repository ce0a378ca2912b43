#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/replica_set_controller.h"

namespace graylane::control {
namespace {

using ::testing::ElementsAre;

ObservedPod serving(const char* name, int64_t since = 1) {
  return {.name = name,
          .ready = true,
          .available = true,
          .phase = "Running",
          .ready_since_unix_seconds = since,
          .created_unix_seconds = since};
}
ObservedPod starting(const char* name, int64_t created = 1) {
  return {.name = name, .phase = "Running", .created_unix_seconds = created};
}

TEST(ReplicaSetDecide, ThereAreAsManyAsAreAskedFor) {
  // What a ReplicaSet is for.
  EXPECT_EQ(decide(3, {}), (PodStep{3, {}}));
  EXPECT_EQ(decide(3, {serving("a")}), (PodStep{2, {}}));
  EXPECT_EQ(decide(1, {serving("a")}), (PodStep{}));
}

TEST(ReplicaSetDecide, TheLeastLossGoesFirst) {
  // Who serves longest is warm and proven; who does not serve is no loss.
  const std::vector<ObservedPod> pods = {serving("old", 1), serving("young", 9), starting("broken", 2)};
  EXPECT_THAT(decide(2, pods).remove, ElementsAre("broken"));
  EXPECT_THAT(decide(1, pods).remove, ElementsAre("broken", "young"));
  EXPECT_THAT(decide(0, pods).remove, ElementsAre("broken", "young", "old"));
}

TEST(ReplicaSetDecide, TheOrderOfRemovalIsThatOfKubernetes) {
  // People set deletion costs and count on the rest of the order, too.
  ObservedPod unassigned = serving("unassigned");
  unassigned.assigned = false;
  ObservedPod pending = serving("pending");
  pending.phase = "Pending";
  ObservedPod cheap = serving("cheap");
  cheap.deletion_cost = -1;
  ObservedPod restarted = serving("restarted");
  restarted.restarts = 3;
  ObservedPod dear = serving("dear", 9);
  dear.deletion_cost = 5;
  ObservedPod younger = serving("younger");
  younger.created_unix_seconds = 2;
  EXPECT_THAT(
      decide(0, {serving("a"), dear, younger, restarted, serving("late", 7), cheap, starting("starting"), pending, unassigned})
          .remove,
      ElementsAre("unassigned", "pending", "starting", "cheap", "late", "restarted", "younger", "a", "dear"));
}

TEST(ReplicaSetDecide, EndedPodsAreReplaced) {
  // A Pod that has failed for good counts for nobody.
  ObservedPod ended = serving("a");
  ended.ended = true;
  EXPECT_EQ(decide(1, {ended}), (PodStep{1, {"a"}}));
}

TEST(ReplicaSetDecide, ALeavingPodIsReplacedAtOnce) {
  // Whoever deletes a Pod by hand gets a new one, and does not wait for the old one's end.
  ObservedPod leaving = serving("a");
  leaving.terminating = true;
  EXPECT_EQ(decide(1, {leaving}), (PodStep{1, {}}));
}

TEST(ReplicaSetDecide, OneStepHasALimit) {
  // A typing mistake of five zeros must not fill the memory before anybody sees it.
  EXPECT_EQ(decide(1'000'000, {}).create, kPodsPerStepMax);
}

}  // namespace
}  // namespace graylane::control
