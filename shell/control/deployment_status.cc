#include "control/deployment_status.h"

#include <algorithm>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

struct Counts {
  int32_t replicas = 0, updated = 0, ready = 0, available = 0, terminating = 0;
};

Counts count(const RolloutGoal& goal, const std::vector<ObservedPod>& pods) {
  Counts counts;
  for (const ObservedPod& pod : pods) {
    counts.terminating += pod.terminating;
    if (pod.terminating || pod.ended) continue;
    ++counts.replicas;
    counts.updated += pod.hash == goal.hash;
    counts.ready += pod.ready;
    counts.available += pod.available;
  }
  return counts;
}

bool is_complete(const RolloutGoal& goal, const Counts& counts) {
  return counts.updated == goal.replicas && counts.replicas == goal.replicas && counts.available == goal.replicas;
}

bool same_counts(const Value* status, const Counts& counts) {
  return fields::number(status, "replicas") == counts.replicas && fields::number(status, "updatedReplicas") == counts.updated &&
         fields::number(status, "readyReplicas") == counts.ready &&
         fields::number(status, "availableReplicas") == counts.available;
}

const Value* find_condition(const Value* status, std::string_view type) {
  for (const Value& condition : fields::items(status, "conditions")) {
    if (fields::text(&condition, "type") == type) return &condition;
  }
  return nullptr;
}

struct Condition {
  const char* type;
  bool holds;
  const char* reason;
  std::string message;
};

// Times are kept while what they tell of stays the same.
Value to_value(const Condition& condition, const Value* before, bool updated, const std::string& now) {
  const char* const status = condition.holds ? "True" : "False";
  const bool turned = fields::text(before, "status") != status;
  const bool changed = updated || turned || fields::text(before, "reason") != condition.reason;
  return make_object({{"type", Value(condition.type)},
                      {"status", Value(status)},
                      {"lastUpdateTime", Value(changed ? now : fields::text(before, "lastUpdateTime", now))},
                      {"lastTransitionTime", Value(turned ? now : fields::text(before, "lastTransitionTime", now))},
                      {"reason", Value(condition.reason)},
                      {"message", Value(condition.message)}});
}

Condition available_condition(const RolloutGoal& goal, const Counts& counts) {
  const int32_t minimum = goal.replicas - goal.unavailable;
  const std::string numbers = std::to_string(counts.available) + " of " + std::to_string(goal.replicas) + " Pods are available";
  if (counts.available >= minimum) return {"Available", true, "MinimumReplicasAvailable", numbers};
  return {"Available", false, "MinimumReplicasUnavailable", numbers + "; at least " + std::to_string(minimum) + " are needed"};
}

Condition progress_condition(const RolloutGoal& goal, const Counts& counts, bool expired) {
  const std::string numbers =
      std::to_string(counts.updated) + " of " + std::to_string(goal.replicas) + " Pods have template " + goal.hash;
  if (is_complete(goal, counts)) return {"Progressing", true, "NewReplicaSetAvailable", numbers};
  if (goal.paused) return {"Progressing", true, "DeploymentPaused", numbers};
  if (expired)
    return {"Progressing", false, "ProgressDeadlineExceeded", numbers + "; nothing has changed for progressDeadlineSeconds"};
  return {"Progressing", true, "ReplicaSetUpdated", numbers};
}

void set_count(doc::Object& status, const char* name, int32_t number) {
  if (number != 0) status.append(name, Value(int64_t{number}), {});  // zeros are left out, as Kubernetes does
}

}  // namespace

DeploymentStatus status_of(const api::Object& deployment, const RolloutGoal& goal, const std::vector<ObservedPod>& pods,
                           std::chrono::sys_seconds now) {
  const Value* before = fields::find_object(&deployment.content, "status");
  const Counts counts = count(goal, pods);
  const Value* progress_before = find_condition(before, "Progressing");
  const bool moved = !same_counts(before, counts) || !progress_before;
  const int64_t now_seconds = now.time_since_epoch().count();
  const int64_t last =
      moved ? now_seconds : api::parse_time(fields::text(progress_before, "lastUpdateTime")).value_or(now_seconds);
  const int64_t deadline =
      last + fields::number(fields::find_object(&deployment.content, "spec"), "progressDeadlineSeconds", 600);
  const bool was_expired = !moved && fields::text(progress_before, "reason") == "ProgressDeadlineExceeded";
  const bool expired = was_expired || now_seconds >= deadline;

  doc::Object status;
  if (const Value* generation = fields::find(fields::find_object(&deployment.content, "metadata"), "generation"))
    status.append("observedGeneration", *generation, {});
  set_count(status, "replicas", counts.replicas);
  set_count(status, "updatedReplicas", counts.updated);
  set_count(status, "readyReplicas", counts.ready);
  set_count(status, "availableReplicas", counts.available);
  set_count(status, "unavailableReplicas", std::max(goal.replicas - counts.available, 0));
  set_count(status, "terminatingReplicas", counts.terminating);
  const std::string time = api::format_time(now_seconds);
  const Condition available = available_condition(goal, counts);
  const Condition progress = progress_condition(goal, counts, expired);
  status.append("conditions",
                Value(doc::Array{to_value(available, find_condition(before, "Available"), false, time),
                                 to_value(progress, progress_before, moved, time)}),
                {});
  DeploymentStatus result{Value(std::move(status)), {}};
  if (!is_complete(goal, counts) && !goal.paused && !expired)
    result.deadline = std::chrono::sys_seconds(std::chrono::seconds(deadline));
  return result;
}

}  // namespace graylane::control
