#include "control/deployment_rollout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "control/deployment_sets.h"
#include "control/replica_set_controller.h"
#include "doc/parse.h"

namespace graylane::control {
namespace {

using ::testing::ElementsAre;

RolloutGoal goal(int32_t replicas, int32_t surge = 1, int32_t unavailable = 0) {
  return {.replicas = replicas, .surge = surge, .unavailable = unavailable};
}
/// A set that has what it asks for.
ObservedSet old_set(int32_t replicas, int32_t available, int64_t created = 1) {
  return {.replicas = replicas, .running = replicas, .available = available, .created_unix_seconds = created};
}
ObservedSet fresh_set(int32_t replicas, int32_t available) {
  ObservedSet set = old_set(replicas, available, 9);
  set.fresh = true;
  return set;
}
ObservedSet sized(ObservedSet set, int32_t desired, int32_t max) {
  set.desired_before = desired;
  set.max_before = max;
  return set;
}

TEST(RolloutGoal, PercentagesRoundSurgeUpAndUnavailableDown) {
  // One replica with the defaults must get a second Pod before it loses the first.
  struct Case {
    int32_t replicas, surge, unavailable;
  };
  for (const Case& c : {Case{1, 1, 0}, Case{2, 1, 0}, Case{4, 1, 1}, Case{10, 3, 2}, Case{0, 0, 0}}) {
    api::Deployment deployment;
    deployment.replicas = c.replicas;
    const RolloutGoal result = goal_of(deployment);
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
  EXPECT_EQ(goal_of(deployment).unavailable, 1);
}

TEST(RolloutDecide, AFirstSetGetsItsReplicasAtOnce) {
  // Surge is about updates; a new Deployment gets what it asks for, not more.
  EXPECT_THAT(decide(goal(3), {fresh_set(0, 0)}), ElementsAre(3));
  EXPECT_THAT(decide(goal(3), {fresh_set(5, 5)}), ElementsAre(3));
}

TEST(RolloutDecide, ReplacesOnlyAsFarAsServingPodsRemain) {
  // The whole point of a rolling update: never fewer serving Pods than replicas - maxUnavailable.
  struct Case {
    const char* what;
    std::vector<ObservedSet> sets;
    std::vector<int32_t> sizes;
  };
  const Case cases[] = {
      {"a new one comes first", {old_set(2, 2), fresh_set(0, 0)}, {2, 1}},
      {"it is not ready", {old_set(2, 2), fresh_set(1, 0)}, {2, 1}},
      {"it is ready: an old one goes", {old_set(2, 2), fresh_set(1, 1)}, {1, 1}},
      {"the next one comes", {old_set(1, 1), fresh_set(1, 1)}, {1, 2}},
      {"the last old one goes", {old_set(1, 1), fresh_set(2, 2)}, {0, 2}},
      {"done", {old_set(0, 0), fresh_set(2, 2)}, {0, 2}},
      {"broken old ones go at once", {old_set(2, 1), fresh_set(1, 1)}, {1, 1}},
      {"nothing new serves: the old ones stay", {old_set(2, 0), fresh_set(1, 0)}, {2, 1}},
      {"the broken set goes, not the serving one", {old_set(1, 1, 1), old_set(1, 0, 2), fresh_set(1, 1)}, {1, 0, 1}},
      {"a set that was just made smaller serves no more than that", {old_set(1, 2), fresh_set(1, 1)}, {1, 2}},
  };
  for (const Case& c : cases) EXPECT_EQ(decide(goal(2), c.sets), c.sizes) << c.what;
}

TEST(RolloutDecide, RecreateWaitsUntilTheOldOnesAreGone) {
  // Recreate is chosen where two versions must never run side by side; a terminating one still runs.
  RolloutGoal recreate = goal(2, 0);
  recreate.recreate = true;
  EXPECT_THAT(decide(recreate, {old_set(2, 2)}), ElementsAre(0));
  EXPECT_FALSE(may_begin(recreate, {old_set(2, 2)}));
  ObservedSet leaving = old_set(0, 0);
  leaving.terminating = 1;
  EXPECT_FALSE(may_begin(recreate, {leaving}));
  EXPECT_THAT(decide(recreate, {leaving, fresh_set(0, 0)}), ElementsAre(0, 0));
  EXPECT_TRUE(may_begin(recreate, {old_set(0, 0)}));
  EXPECT_THAT(decide(recreate, {old_set(0, 0), fresh_set(0, 0)}), ElementsAre(0, 2));
}

TEST(RolloutDecide, PausedKeepsTheOldVersion) {
  // A paused Deployment whose template changed goes on serving what it served, and can be scaled.
  RolloutGoal paused = goal(2);
  paused.paused = true;
  EXPECT_FALSE(may_begin(paused, {old_set(2, 2)}));
  EXPECT_THAT(decide(paused, {old_set(3, 3)}), ElementsAre(2));
  EXPECT_THAT(decide(paused, {fresh_set(1, 1)}), ElementsAre(2));
}

TEST(RolloutDecide, ScalingInTheMidstIsSharedOut) {
  // Scaling 10 to 20 in the midst of an update must not put all the load on one version that nobody has proven yet.
  const std::vector<ObservedSet> up = {sized(old_set(8, 8), 10, 13), sized(fresh_set(5, 5), 10, 13)};
  EXPECT_TRUE(is_scaling(goal(20, 5), up));
  EXPECT_THAT(decide(goal(20, 5), up), ElementsAre(15, 10));  // 8 * 25 / 13 = 15.4, 5 * 25 / 13 = 9.6
  EXPECT_THAT(decide(goal(5, 2), up), ElementsAre(4, 3));     // 8 * 7 / 13 = 4.3, 5 * 7 / 13 = 2.7
  EXPECT_THAT(decide(goal(0, 0), up), ElementsAre(0, 0));
  RolloutGoal paused = goal(20, 5);
  paused.paused = true;
  EXPECT_THAT(decide(paused, up), ElementsAre(15, 10));
}

TEST(RolloutDecide, WhatRoundingLeavesOverGoesToTheLargest) {
  // The shares must add up to what was asked for.
  const std::vector<ObservedSet> sets = {sized(old_set(1, 1, 1), 3, 3), sized(old_set(1, 1, 2), 3, 3),
                                         sized(fresh_set(1, 1), 3, 3)};
  EXPECT_THAT(decide(goal(5, 0), sets), ElementsAre(1, 2, 2));  // 1 * 5 / 3 = 1.7: the youngest are first
}

/// A world of sets whose Pods become ready or break at random and leave after a while, each set kept by the ReplicaSet's rules. What
/// a set reports may be older than what was asked of it.
class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {}

  void add(bool fresh, int32_t size) {
    sets_.push_back({.name = std::to_string(sets_.size()), .replicas = size, .fresh = fresh});
    pods_.emplace_back();
  }
  void resize(const std::vector<int32_t>& sizes) {
    for (size_t i = 0; i < sets_.size(); ++i) sets_[i].replicas = sizes[i];
  }
  void keep_sets() {
    for (size_t i = 0; i < sets_.size(); ++i) keep(sets_[i], pods_[i]);
  }
  void live(bool may_break) {
    for (std::vector<ObservedPod>& pods : pods_) {
      for (ObservedPod& pod : pods) turn(pod, may_break);
      std::erase_if(pods, [&](const ObservedPod& pod) { return pod.terminating && random_.below(2) == 0; });
    }
  }
  int32_t available() const {
    int32_t number = 0;
    for (const auto& pods : pods_)
      number += static_cast<int32_t>(
          std::ranges::count_if(pods, [](const ObservedPod& pod) { return pod.available && !pod.terminating; }));
    return number;
  }
  int32_t total() const {
    int32_t number = 0;
    for (const auto& pods : pods_) number += static_cast<int32_t>(std::ranges::count(pods, false, &ObservedPod::terminating));
    return number;
  }
  const std::vector<ObservedSet>& sets() const { return sets_; }

 private:
  void keep(ObservedSet& set, std::vector<ObservedPod>& pods) {
    const PodStep step = decide(set.replicas, pods);
    for (const std::string& name : step.remove) std::ranges::find(pods, name, &ObservedPod::name)->terminating = true;
    for (int32_t i = 0; i < step.create; ++i) {
      ++clock_;
      pods.push_back({.name = std::to_string(clock_), .phase = "Running", .created_unix_seconds = clock_});
    }
    set.running = set.available = set.terminating = 0;
    for (const ObservedPod& pod : pods) {
      set.terminating += pod.terminating;
      set.running += !pod.terminating;
      set.available += !pod.terminating && pod.available;
    }
  }
  void turn(ObservedPod& pod, bool may_break) {
    ++clock_;
    if (!pod.ready && random_.below(3) == 0) {
      pod.ready = pod.available = true;
      pod.ready_since_unix_seconds = clock_;
    } else if (may_break && random_.below(10) == 0) {
      pod.ready = pod.available = false;
    }
  }

  route::Rng random_;
  int64_t clock_ = 0;
  std::vector<ObservedSet> sets_;
  std::vector<std::vector<ObservedPod>> pods_;
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
    World world(seed + 1'000);
    world.add(false, replicas / 2);
    world.add(false, replicas - replicas / 2);
    world.keep_sets();
    for (int i = 0; i < 20; ++i) world.live(false);
    world.add(true, 0);
    for (int round = 0; round < 400; ++round) {
      world.keep_sets();
      const int32_t before = world.available();
      world.resize(decide(target, world.sets()));
      if (random.below(2) == 0) world.resize(decide(target, world.sets()));  // on reports from before the first
      world.keep_sets();
      EXPECT_GE(world.available(), std::min(before, replicas - target.unavailable)) << seed;
      EXPECT_LE(world.total(), replicas + target.surge) << seed;
      world.live(round < 100);
    }
    world.keep_sets();
    EXPECT_EQ(world.available(), replicas) << seed;
    for (const ObservedSet& set : world.sets()) EXPECT_EQ(set.replicas, set.fresh ? replicas : 0) << seed;
  }
}

doc::Value yaml(std::string_view text) { return doc::parse_yaml(text, {}).documents.at(0); }

TEST(TemplateHash, IsTheOneOfKubernetes) {
  // Scripts and dashboards know ReplicaSets by these names, and a Deployment that moves to a cluster keeps them.
  const doc::Value web = yaml("{metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: 'nginx:1.27'}]}}");
  EXPECT_EQ(template_hash(web), "6f8dc95f7c");
  EXPECT_EQ(template_hash(web, 0), "6f8dc95f7c");
  EXPECT_EQ(template_hash(web, 1), "5597c66f88");
  EXPECT_EQ(template_hash(web, 2), "599dc86f8c");
}

TEST(ComparableTemplate, LeavesOutWhatSaysNothing) {
  // A client that writes `creationTimestamp: null` has not asked for a new version; an emptyDir is not nothing.
  EXPECT_EQ(comparable_template(yaml("{metadata: {creationTimestamp: null, labels: {app: a, pod-template-hash: x}}, spec: {}}")),
            comparable_template(yaml("{metadata: {labels: {app: a}, annotations: {}}, spec: {}}")));
  EXPECT_NE(comparable_template(yaml("{spec: {volumes: [{name: v, emptyDir: {}}]}}")),
            comparable_template(yaml("{spec: {volumes: [{name: v}]}}")));
}

}  // namespace
}  // namespace graylane::control
