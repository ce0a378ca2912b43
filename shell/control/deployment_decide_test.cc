#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/deployment_controller.h"
#include "doc/parse.h"

namespace graylane::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ObservedPod serving(const char* name, const char* hash, int64_t created = 1) {
  return {.name = name, .hash = hash, .ready = true, .available = true, .created_unix_seconds = created};
}
ObservedPod starting(const char* name, const char* hash, int64_t created = 1) {
  return {.name = name, .hash = hash, .created_unix_seconds = created};
}
ObservedPod leaving(const char* name, const char* hash) { return {.name = name, .hash = hash, .terminating = true}; }

RolloutGoal goal(int32_t replicas, int32_t surge = 1, int32_t unavailable = 0) {
  return {.replicas = replicas, .surge = surge, .unavailable = unavailable, .hash = "new"};
}

TEST(RolloutGoal, PercentagesRoundSurgeUpAndUnavailableDown) {
  // One replica with the defaults must get a second Pod before it loses the first.
  struct Case {
    int32_t replicas, surge, unavailable;
  };
  for (const Case& c : {Case{1, 1, 0}, Case{2, 1, 0}, Case{4, 1, 1}, Case{10, 3, 2}, Case{0, 0, 0}}) {
    api::Deployment deployment;
    deployment.replicas = c.replicas;
    const RolloutGoal result = goal_of(deployment, "new");
    EXPECT_EQ(result.surge, c.surge) << c.replicas;
    EXPECT_EQ(result.unavailable, c.unavailable) << c.replicas;
  }
}

TEST(RolloutGoal, NeitherSurgeNorUnavailableStillMoves) {
  // Kubernetes takes one away in this case; waiting for ever would help nobody.
  api::Deployment deployment;
  deployment.replicas = 3;
  deployment.max_surge = {0, true};
  deployment.max_unavailable = {0, false};
  EXPECT_EQ(goal_of(deployment, "new").unavailable, 1);
}

TEST(RolloutDecide, ScalesToTheReplicasAtOnce) {
  // Surge is about updates; a new Deployment gets what it asks for, not more.
  EXPECT_EQ(decide(goal(3), {}), (RolloutStep{3, {}}));
  EXPECT_EQ(decide(goal(3), {serving("a", "new")}), (RolloutStep{2, {}}));
  EXPECT_EQ(decide(goal(1), {serving("a", "new")}), (RolloutStep{}));
}

TEST(RolloutDecide, ScalesDownTheNotReadyThenTheYoungest) {
  // Who serves longest is warm and proven; who does not serve is no loss.
  const std::vector<ObservedPod> pods = {serving("old", "new", 1), serving("young", "new", 9), starting("broken", "new", 2)};
  EXPECT_THAT(decide(goal(2), pods).remove, ElementsAre("broken"));
  EXPECT_THAT(decide(goal(1), pods).remove, ElementsAre("broken", "young"));
  EXPECT_THAT(decide(goal(0), pods).remove, ElementsAre("broken", "young", "old"));
}

TEST(RolloutDecide, ReplacesOnlyAsFarAsServingPodsRemain) {
  // The whole point of a rolling update: never fewer serving Pods than replicas - maxUnavailable.
  struct Case {
    const char* what;
    std::vector<ObservedPod> pods;
    int32_t create;
    std::vector<std::string> remove;
  };
  const Case cases[] = {
      {"a new one comes first", {serving("a", "v1"), serving("b", "v1")}, 1, {}},
      {"it is not ready", {serving("a", "v1"), serving("b", "v1"), starting("x", "new")}, 0, {}},
      {"it is ready: an old one goes", {serving("a", "v1", 1), serving("b", "v1", 2), serving("x", "new")}, 0, {"b"}},
      {"the next one comes", {serving("a", "v1"), leaving("b", "v1"), serving("x", "new")}, 1, {}},
      {"the last old one goes", {serving("a", "v1"), serving("x", "new"), serving("y", "new")}, 0, {"a"}},
      {"done", {serving("x", "new"), serving("y", "new"), leaving("a", "v1")}, 0, {}},
      {"broken old ones go at once", {starting("a", "v1"), serving("b", "v1"), serving("x", "new")}, 0, {"a"}},
      {"nothing new serves: the old ones stay", {starting("a", "v1"), starting("b", "v1"), starting("x", "new")}, 0, {}},
  };
  for (const Case& c : cases) {
    const RolloutStep step = decide(goal(2), c.pods);
    EXPECT_EQ(step.create, c.create) << c.what;
    EXPECT_EQ(step.remove, c.remove) << c.what;
  }
}

TEST(RolloutDecide, RecreateWaitsUntilTheOldOnesAreGone) {
  // Recreate is chosen where two versions must never run side by side; a terminating one still runs.
  RolloutGoal recreate = goal(2);
  recreate.recreate = true;
  EXPECT_EQ(decide(recreate, {serving("a", "v1"), serving("b", "v1")}), (RolloutStep{0, {"a", "b"}}));
  EXPECT_EQ(decide(recreate, {leaving("a", "v1")}), (RolloutStep{}));
  EXPECT_EQ(decide(recreate, {}), (RolloutStep{2, {}}));
  EXPECT_EQ(decide(recreate, {leaving("x", "new")}), (RolloutStep{2, {}}));
}

TEST(RolloutDecide, PausedKeepsTheOldVersion) {
  // A paused Deployment whose template changed goes on serving what it served.
  RolloutGoal paused = goal(2);
  paused.paused = true;
  EXPECT_EQ(decide(paused, {serving("a", "v1"), serving("b", "v1")}), (RolloutStep{}));
  EXPECT_THAT(decide(paused, {serving("a", "v1"), serving("b", "v1"), serving("c", "v1")}).remove, ElementsAre("a"));
  EXPECT_EQ(decide(paused, {serving("a", "new")}).create, 1);
}

TEST(RolloutDecide, EndedPodsAreReplaced) {
  // A Pod that has failed for good counts for nobody.
  ObservedPod ended = serving("a", "new");
  ended.ended = true;
  EXPECT_EQ(decide(goal(1), {ended}), (RolloutStep{1, {"a"}}));
}

/// A world in which Pods become ready or break at random and removed ones go after a while.
class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {}

  void carry_out(const RolloutStep& step) {
    for (const std::string& name : step.remove) std::ranges::find(pods, name, &ObservedPod::name)->terminating = true;
    for (int32_t i = 0; i < step.create; ++i)
      pods.push_back({.name = std::to_string(++names_), .hash = "new", .created_unix_seconds = names_});
  }
  void live(bool may_break) {
    for (ObservedPod& pod : pods) {
      if (random_.below(3) == 0) pod.ready = pod.available = true;
      else if (may_break && random_.below(10) == 0) pod.ready = pod.available = false;
    }
    std::erase_if(pods, [&](const ObservedPod& pod) { return pod.terminating && random_.below(2) == 0; });
  }
  int32_t available() const {
    return static_cast<int32_t>(std::ranges::count_if(pods, [](const auto& pod) { return pod.available && !pod.terminating; }));
  }
  int32_t total() const { return static_cast<int32_t>(std::ranges::count(pods, false, &ObservedPod::terminating)); }

  std::vector<ObservedPod> pods;

 private:
  route::Rng random_;
  int64_t names_ = 0;
};

TEST(RolloutDecide, AnyUpdateEndsAndKeepsItsPromises) {
  // Whatever becomes ready or breaks in whatever order: no step takes serving Pods below the minimum or the total over the
  // maximum, and when Pods stop breaking the update ends.
  for (uint64_t seed = 0; seed < 300; ++seed) {
    route::Rng random(seed);
    const int32_t replicas = static_cast<int32_t>(random.below(8)) + 1;
    RolloutGoal target = goal(replicas, static_cast<int32_t>(random.below(4)), static_cast<int32_t>(random.below(4)));
    if (target.surge == 0 && target.unavailable == 0) target.surge = 1;
    target.unavailable = std::min(target.unavailable, replicas);
    World world(seed);
    for (int32_t i = 0; i < replicas; ++i) world.pods.push_back(serving(("old" + std::to_string(i)).c_str(), "v1"));
    for (int round = 0; round < 400; ++round) {
      const int32_t before = world.available();
      world.carry_out(decide(target, world.pods));
      EXPECT_GE(world.available(), std::min(before, replicas - target.unavailable)) << seed;
      EXPECT_LE(world.total(), replicas + target.surge) << seed;
      world.live(round < 100);
    }
    EXPECT_EQ(world.available(), replicas) << seed;
    EXPECT_THAT(decide(target, world.pods).remove, IsEmpty()) << seed;
    for (const ObservedPod& pod : world.pods) EXPECT_EQ(pod.hash, "new") << seed;
  }
}

TEST(TemplateHash, FollowsContentNotOrder) {
  // Sorting the lines of a manifest must not restart a fleet; changing a digit must.
  const auto hash = [](std::string_view yaml) { return template_hash(doc::parse_yaml(yaml, {}).documents.at(0)); };
  EXPECT_EQ(hash("{a: 1, b: {c: x, d: y}}"), hash("{b: {d: y, c: x}, a: 1}"));
  EXPECT_NE(hash("{a: 1}"), hash("{a: 2}"));
  EXPECT_NE(hash("{a: 1}"), hash("{a: '1'}"));
  EXPECT_NE(hash("[a, b]"), hash("[b, a]"));
  EXPECT_NE(hash("{a: {b: c}}"), hash("{a: b, c: {}}"));
  EXPECT_EQ(hash("{}").size(), 10u);
}

}  // namespace
}  // namespace graylane::control
