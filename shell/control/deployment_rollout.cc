#include "control/deployment_rollout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace graylane::control {

namespace {

using Sets = std::vector<ObservedSet>;
using Sizes = std::vector<int32_t>;

int32_t sum(const Sizes& sizes) { return std::accumulate(sizes.begin(), sizes.end(), 0); }

Sizes asked(const Sets& sets) {
  Sizes sizes;
  for (const ObservedSet& set : sets) sizes.push_back(set.replicas);
  return sizes;
}

int32_t available_within(const ObservedSet& set, int32_t size) { return std::min(set.available, size); }

/// Indices of the old sets, the oldest first.
std::vector<size_t> old_sets(const Sets& sets) {
  std::vector<size_t> order;
  for (size_t i = 0; i < sets.size(); ++i) {
    if (!sets[i].fresh) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](size_t i) { return sets[i].created_unix_seconds; });
  return order;
}

size_t index_of_fresh(const Sets& sets) {
  return static_cast<size_t>(std::ranges::find(sets, true, &ObservedSet::fresh) - sets.begin());
}

// ---- rolling

void grow_fresh(const RolloutGoal& goal, const Sets& sets, Sizes& sizes) {
  const size_t fresh = index_of_fresh(sets);
  if (fresh == sets.size()) return;
  if (sizes[fresh] >= goal.replicas) {
    sizes[fresh] = goal.replicas;
    return;
  }
  const int32_t room = goal.replicas + goal.surge - sum(sizes);
  sizes[fresh] += std::clamp(room, 0, goal.replicas - sizes[fresh]);
}

/// Those that are not available serve nobody: they go as long as all that are asked for, less the new ones that are not
/// available yet, stay over the minimum.
void drop_broken(const RolloutGoal& goal, const Sets& sets, Sizes& sizes) {
  const size_t fresh = index_of_fresh(sets);
  const int32_t starting = fresh == sets.size() ? 0 : sizes[fresh] - available_within(sets[fresh], sizes[fresh]);
  int32_t spare = sum(sizes) - (goal.replicas - goal.unavailable) - starting;
  for (const size_t i : old_sets(sets)) {
    const int32_t broken = sizes[i] - available_within(sets[i], sizes[i]);
    const int32_t dropped = std::clamp(spare, 0, broken);
    sizes[i] -= dropped;
    spare -= dropped;
  }
}

void drop_serving(const RolloutGoal& goal, const Sets& sets, Sizes& sizes) {
  int32_t available = 0;
  for (size_t i = 0; i < sets.size(); ++i) available += available_within(sets[i], sizes[i]);
  int32_t spare = available - (goal.replicas - goal.unavailable);
  for (const size_t i : old_sets(sets)) {
    const int32_t dropped = std::clamp(spare, 0, sizes[i]);
    sizes[i] -= dropped;
    spare -= dropped;
  }
}

Sizes roll(const RolloutGoal& goal, const Sets& sets) {
  Sizes sizes = asked(sets);
  grow_fresh(goal, sets, sizes);
  drop_broken(goal, sets, sizes);
  drop_serving(goal, sets, sizes);
  return sizes;
}

// ---- recreate

bool is_old_left(const Sets& sets) {
  return std::ranges::any_of(
      sets, [](const ObservedSet& set) { return !set.fresh && set.replicas + set.running + set.terminating > 0; });
}

Sizes recreate(const RolloutGoal& goal, const Sets& sets) {
  Sizes sizes = asked(sets);
  const bool waits = is_old_left(sets);
  for (size_t i = 0; i < sets.size(); ++i) {
    if (!sets[i].fresh) sizes[i] = 0;
    else if (!waits) sizes[i] = goal.replicas;
  }
  return sizes;
}

// ---- scaling

std::vector<size_t> active_sets(const Sets& sets) {
  std::vector<size_t> active;
  for (size_t i = 0; i < sets.size(); ++i) {
    if (sets[i].replicas > 0) active.push_back(i);
  }
  return active;
}

/// The one set that follows the number of replicas alone: the only active one; when none is, the fresh or else the youngest.
std::optional<size_t> sole_set(const Sets& sets) {
  const std::vector<size_t> active = active_sets(sets);
  if (active.size() == 1) return active.front();
  if (active.size() > 1 || sets.empty()) return std::nullopt;
  const size_t fresh = index_of_fresh(sets);
  return fresh < sets.size() ? fresh : old_sets(sets).back();
}

bool is_saturated(const RolloutGoal& goal, const Sets& sets) {
  const size_t fresh = index_of_fresh(sets);
  return fresh < sets.size() && sets[fresh].replicas == goal.replicas && sets[fresh].available >= goal.replicas &&
         sets[fresh].desired_before == goal.replicas;
}

/// What a set would gain (or lose) to keep its share of the whole.
int32_t share_of(const ObservedSet& set, const RolloutGoal& goal, const Sets& sets) {
  if (goal.replicas == 0) return -set.replicas;
  int32_t before = set.max_before.value_or(0);
  if (before <= 0) {
    for (const ObservedSet& other : sets) before += other.running;
  }
  if (before <= 0) return 0;
  const double size = static_cast<double>(set.replicas) * (goal.replicas + goal.surge) / before;
  return static_cast<int32_t>(std::min(std::round(size), double{kReplicasMax})) - set.replicas;
}

/// Active sets with the largest first; of equals, when growing the youngest, when shrinking the oldest.
std::vector<size_t> by_size(const Sets& sets, bool growing) {
  std::vector<size_t> order = active_sets(sets);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    if (sets[a].replicas != sets[b].replicas) return sets[a].replicas > sets[b].replicas;
    const int64_t age = sets[a].created_unix_seconds - sets[b].created_unix_seconds;
    return growing ? age > 0 : age < 0;
  });
  return order;
}

Sizes in_proportion(const RolloutGoal& goal, const Sets& sets) {
  Sizes sizes = asked(sets);
  const int32_t allowed = goal.replicas > 0 ? goal.replicas + goal.surge : 0;
  const int32_t to_add = allowed - sum(sizes);
  if (to_add == 0) return sizes;
  const std::vector<size_t> order = by_size(sets, to_add > 0);
  int32_t added = 0;
  for (const size_t i : order) {
    const int32_t share = share_of(sets[i], goal, sets);
    const int32_t part = to_add > 0 ? std::clamp(share, 0, to_add - added) : std::clamp(share, to_add - added, 0);
    sizes[i] += part;
    added += part;
  }
  if (!order.empty()) sizes[order.front()] = std::max(sizes[order.front()] + to_add - added, 0);  // what rounding left over
  return sizes;
}

Sizes scale(const RolloutGoal& goal, const Sets& sets) {
  Sizes sizes = asked(sets);
  if (const auto sole = sole_set(sets)) {
    sizes[*sole] = goal.replicas;
    return sizes;
  }
  if (is_saturated(goal, sets)) {
    for (const size_t i : old_sets(sets)) sizes[i] = 0;
    return sizes;
  }
  return goal.recreate ? sizes : in_proportion(goal, sets);
}

}  // namespace

RolloutGoal goal_of(const api::Deployment& deployment) {
  const int32_t replicas = std::clamp(deployment.replicas, 0, kReplicasMax);
  RolloutGoal goal{.replicas = replicas,
                   .surge = std::min(deployment.max_surge.of_rounded_up(replicas), kReplicasMax),  // ceil: 25 % of 1 is 1
                   .unavailable = deployment.max_unavailable.of_rounded_down(replicas),            // floor: 25 % of 3 is 0
                   .recreate = deployment.recreate,
                   .paused = deployment.paused};
  if (goal.surge == 0 && goal.unavailable == 0) goal.unavailable = 1;  // else nothing could ever move
  goal.unavailable = std::min(goal.unavailable, goal.replicas);
  if (goal.recreate) goal.surge = goal.unavailable = 0;
  return goal;
}

bool is_scaling(const RolloutGoal& goal, const Sets& sets) {
  return std::ranges::any_of(sets, [&](const ObservedSet& set) {
    return set.replicas > 0 && set.desired_before && *set.desired_before != goal.replicas;
  });
}

bool may_begin(const RolloutGoal& goal, const Sets& sets) {
  return !goal.paused && !is_scaling(goal, sets) && !(goal.recreate && is_old_left(sets));
}

Sizes decide(const RolloutGoal& goal, const Sets& sets) {
  if (goal.paused || is_scaling(goal, sets)) return scale(goal, sets);
  return goal.recreate ? recreate(goal, sets) : roll(goal, sets);
}

}  // namespace graylane::control
