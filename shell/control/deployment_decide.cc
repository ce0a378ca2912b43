// The pure part of the DeploymentController.
#include <algorithm>
#include <array>
#include <ranges>
#include <tuple>

#include "control/deployment_controller.h"

namespace graylane::control {

namespace {

/// As Kubernetes: no vowels and no digits that look like them, so that no name says anything.
constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr size_t kHashLength = 10;

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
    add_byte(0xff);  // no byte of UTF-8: "a", "b" is not "ab", ""
  }
  uint64_t value() const { return value_; }

 private:
  void add_byte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
  uint64_t value_ = 0xcbf29ce484222325U;
};

void add(const doc::Value& value, Fnv& hash);

void add_members(const doc::Object& object, Fnv& hash) {
  std::vector<const doc::Member*> members;
  for (const doc::Member& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, &doc::Member::key);
  for (const doc::Member* member : members) {
    hash.add(member->key);
    add(member->value, hash);
  }
}

void add(const doc::Value& value, Fnv& hash) {
  hash.add(doc::name_of(value.kind()));
  if (const auto* text = value.as_string()) hash.add(*text);
  if (const auto* number = value.as_int()) hash.add(std::to_string(*number));
  if (const auto* number = value.as_double()) hash.add(std::to_string(*number));
  if (const auto* truth = value.as_bool()) hash.add(*truth ? "1" : "0");
  if (const auto* object = value.as_object()) add_members(*object, hash);
  if (const auto* array = value.as_array()) {
    for (const doc::Value& item : *array) add(item, hash);
  }
  hash.add("end");
}

struct Count {
  int32_t total = 0;
  int32_t available = 0;
};

Count count(const std::vector<const ObservedPod*>& pods) {
  return {static_cast<int32_t>(pods.size()), static_cast<int32_t>(std::ranges::count_if(pods, &ObservedPod::available))};
}

/// Who goes first: not ready, then not yet available, then the youngest.
void sort_for_removal(std::vector<const ObservedPod*>& pods) {
  std::ranges::sort(pods, {}, [](const ObservedPod* pod) {
    return std::make_tuple(pod->ready, pod->available, -pod->created_unix_seconds, std::string_view(pod->name));
  });
}

void remove_first(const std::vector<const ObservedPod*>& pods, int32_t number, RolloutStep& step) {
  for (const ObservedPod* pod : pods | std::views::take(std::max(number, 0))) step.remove.push_back(pod->name);
}

/// How many old Pods may go now. Those that are not available serve nobody: they go as long as the total stays over the
/// minimum, counting new Pods only when they are available; available ones while enough available ones remain.
int32_t removable(const RolloutGoal& goal, const Count& fresh, const std::vector<const ObservedPod*>& old_pods) {
  if (goal.recreate) return static_cast<int32_t>(old_pods.size());
  const int32_t minimum = goal.replicas - goal.unavailable;
  const Count old = count(old_pods);
  const int32_t spare = old.total + fresh.available - minimum;  // = total - minimum - (new ones that are not available)
  const int32_t broken = std::clamp(spare, 0, old.total - old.available);
  const int32_t serving = std::clamp(old.available + fresh.available - minimum, 0, old.available);
  // Only when all broken ones go do serving ones follow, as they stand behind them in the order of removal.
  return broken < old.total - old.available ? broken : broken + serving;
}

}  // namespace

std::string template_hash(const doc::Value& pod_template) {
  Fnv hash;
  add(pod_template, hash);
  uint64_t rest = hash.value();
  std::string text;
  for (size_t i = 0; i < kHashLength; ++i, rest /= kAlphabet.size()) text += kAlphabet[rest % kAlphabet.size()];
  return text;
}

RolloutGoal goal_of(const api::Deployment& deployment, std::string hash) {
  RolloutGoal goal{.replicas = std::max(deployment.replicas, 0),
                   .surge = deployment.max_surge.of_rounded_up(deployment.replicas),                // ceil: 25 % of 1 is 1
                   .unavailable = deployment.max_unavailable.of_rounded_down(deployment.replicas),  // floor: 25 % of 3 is 0
                   .recreate = deployment.recreate,
                   .paused = deployment.paused,
                   .hash = std::move(hash)};
  if (goal.surge == 0 && goal.unavailable == 0) goal.unavailable = 1;  // else nothing could ever move
  goal.unavailable = std::min(goal.unavailable, goal.replicas);
  return goal;
}

RolloutStep decide(const RolloutGoal& goal, const std::vector<ObservedPod>& pods) {
  RolloutStep step;
  std::vector<const ObservedPod*> fresh_pods, old_pods;
  bool leaving_old = false;
  for (const ObservedPod& pod : pods) {
    if (pod.terminating) leaving_old = leaving_old || pod.hash != goal.hash;
    else if (pod.ended) step.remove.push_back(pod.name);
    else (pod.hash == goal.hash ? fresh_pods : old_pods).push_back(&pod);
  }
  sort_for_removal(fresh_pods);
  sort_for_removal(old_pods);
  const Count fresh = count(fresh_pods);
  const int32_t old_total = static_cast<int32_t>(old_pods.size());
  if (goal.paused && old_total > 0) {
    remove_first(old_pods, old_total + fresh.total - goal.replicas, step);
    return step;
  }
  remove_first(fresh_pods, fresh.total - goal.replicas, step);
  remove_first(old_pods, removable(goal, fresh, old_pods), step);
  const int32_t room = goal.recreate ? (old_total > 0 || leaving_old ? 0 : goal.replicas - fresh.total)
                                     : goal.replicas + (old_total > 0 ? goal.surge : 0) - fresh.total - old_total;
  step.create = std::clamp(room, 0, std::max(goal.replicas - fresh.total, 0));
  return step;
}

}  // namespace graylane::control
