#include "control/deployment_status.h"

#include <algorithm>
#include <limits>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;

constexpr int32_t kNoDeadline = std::numeric_limits<int32_t>::max();

struct Counts {
  int32_t replicas = 0, updated = 0, ready = 0, available = 0, unavailable = 0, terminating = 0;
};

Counts count(const DeploymentFacts& facts) {
  Counts counts{.ready = facts.ready};
  int32_t asked = 0;
  for (const ObservedSet& set : facts.sets) {
    asked += set.replicas;
    counts.replicas += set.running;
    counts.updated += set.fresh ? set.running : 0;
    counts.available += set.available;
    counts.terminating += set.terminating;
  }
  counts.unavailable = std::max(asked - counts.available, 0);
  return counts;
}

Counts counts_in(const Value* status) {
  return {.replicas = fields::number(status, "replicas"),
          .updated = fields::number(status, "updatedReplicas"),
          .ready = fields::number(status, "readyReplicas"),
          .available = fields::number(status, "availableReplicas")};
}

bool has_progressed(const Counts& before, const Counts& now) {
  return now.updated > before.updated || now.replicas - now.updated < before.replicas - before.updated ||
         now.ready > before.ready || now.available > before.available;
}

struct Condition {
  const char* type;
  const char* status;
  std::string reason;
  std::string message;
};

/// The conditions of a status while they are changed.
class Conditions {
 public:
  Conditions(const Value* status, std::string now) : items_(fields::items(status, "conditions")), now_(std::move(now)) {}

  const Value* find(std::string_view type) const {
    for (const Value& condition : items_) {
      if (fields::text(&condition, "type") == type) return &condition;
    }
    return nullptr;
  }
  std::string reason(std::string_view type) const { return fields::text(find(type), "reason"); }

  /// One that says the same for the same reason stays as it is, unless it is to be said `anew`: then its update is now.
  void set(const Condition& condition, bool anew = false) {
    const Value* before = find(condition.type);
    const bool same_status = fields::text(before, "status") == condition.status;
    if (!anew && same_status && fields::text(before, "reason") == condition.reason) return;
    const std::string since = same_status ? fields::text(before, "lastTransitionTime", now_) : now_;
    erase(condition.type);
    items_.push_back(api::make_object({{"type", Value(condition.type)},
                                       {"status", Value(condition.status)},
                                       {"lastUpdateTime", Value(now_)},
                                       {"lastTransitionTime", Value(since)},
                                       {"reason", Value(condition.reason)},
                                       {"message", Value(condition.message)}}));
  }
  /// As a set says it, or not at all.
  void take_over(const char* type, const Value& condition) {
    if (condition.is_null()) return erase(type);
    set({type, "True", fields::text(&condition, "reason"), fields::text(&condition, "message")});
  }
  void erase(std::string_view type) {
    std::erase_if(items_, [&](const Value& condition) { return fields::text(&condition, "type") == type; });
  }
  doc::Array take() { return std::move(items_); }

 private:
  doc::Array items_;
  std::string now_;
};

/// What the steps below share.
struct Look {
  const api::Object& deployment;
  const DeploymentFacts& facts;
  Counts before;
  Counts now;
  int64_t now_seconds;
  int32_t deadline_seconds;
};

bool is_complete(const Look& look) {
  const int32_t wanted = look.facts.goal.replicas;
  return look.now.updated == wanted && look.now.replicas == wanted && look.now.available == wanted;
}

/// "ReplicaSet "web-abc" is progressing."
std::string sentence(const Look& look, const char* verb) {
  const bool has_set = look.facts.fresh != FreshSet::kNone;
  const std::string name = has_set ? look.facts.fresh_name : look.deployment.key.name;
  return std::string(has_set ? "ReplicaSet" : "Deployment") + " \"" + name + "\" " + verb;
}

void note_pause(const Look& look, Conditions& conditions) {
  const std::string reason = conditions.reason("Progressing");
  if (reason == "ProgressDeadlineExceeded") return;  // that it was late is not hidden by a pause
  const bool told = reason == "DeploymentPaused";
  if (look.facts.goal.paused && !told) conditions.set({"Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"});
  if (!look.facts.goal.paused && told) conditions.set({"Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed"});
}

void note_fresh_set(const Look& look, Conditions& conditions) {
  const std::string& name = look.facts.fresh_name;
  if (look.facts.fresh == FreshSet::kCreated)
    conditions.set({"Progressing", "True", "NewReplicaSetCreated", "Created new replica set \"" + name + "\""});
  else if (look.facts.fresh == FreshSet::kThere && !conditions.find("Progressing"))
    conditions.set({"Progressing", "True", "FoundNewReplicaSet", "Found new replica set \"" + name + "\""});
}

int64_t deadline_of(const Look& look, const Conditions& conditions) {
  const std::string updated = fields::text(conditions.find("Progressing"), "lastUpdateTime");
  return api::parse_time(updated).value_or(look.now_seconds) + look.deadline_seconds;
}

bool is_late(const Look& look, const Conditions& conditions) {
  const std::string reason = conditions.reason("Progressing");
  if (reason.empty() || reason == "NewReplicaSetAvailable") return false;
  return reason == "ProgressDeadlineExceeded" || look.now_seconds >= deadline_of(look, conditions);
}

void judge_progress(const Look& look, Conditions& conditions) {
  const bool rests = look.now.replicas == look.now.updated && conditions.reason("Progressing") == "NewReplicaSetAvailable";
  if (rests) return;  // the update has ended; what happens to Pods since then is none
  if (is_complete(look))
    conditions.set({"Progressing", "True", "NewReplicaSetAvailable", sentence(look, "has successfully progressed.")});
  else if (has_progressed(look.before, look.now))
    conditions.set({"Progressing", "True", "ReplicaSetUpdated", sentence(look, "is progressing.")}, true);
  else if (is_late(look, conditions))
    conditions.set({"Progressing", "False", "ProgressDeadlineExceeded", sentence(look, "has timed out progressing.")});
}

void judge_availability(const Look& look, Conditions& conditions) {
  if (look.now.available >= look.facts.goal.replicas - look.facts.goal.unavailable)
    conditions.set({"Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."});
  else conditions.set({"Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."});
}

doc::Object counted(const Look& look) {
  doc::Object status;
  const auto append = [&](const char* name, int64_t number) {
    if (number != 0) status.append(name, Value(number), {});  // zeros are left out, as Kubernetes does
  };
  if (const Value* generation = fields::find(metadata_of(look.deployment), "generation"))
    status.append("observedGeneration", *generation, {});
  append("replicas", look.now.replicas);
  append("updatedReplicas", look.now.updated);
  append("readyReplicas", look.now.ready);
  append("availableReplicas", look.now.available);
  append("unavailableReplicas", look.now.unavailable);
  status.append("terminatingReplicas", Value(int64_t{look.now.terminating}), {});
  append("collisionCount", look.facts.collisions);
  return status;
}

}  // namespace

DeploymentStatus status_of(const api::Object& deployment, const DeploymentFacts& facts, std::chrono::sys_seconds now) {
  const Value* before = fields::find_object(&deployment.content, "status");
  const int64_t now_seconds = now.time_since_epoch().count();
  const int32_t deadline_seconds =
      fields::number(fields::find_object(&deployment.content, "spec"), "progressDeadlineSeconds", 600);
  const Look look{deployment, facts, counts_in(before), count(facts), now_seconds, deadline_seconds};
  Conditions conditions(before, api::format_time(now_seconds));
  // A pause is the first thing that a cluster notes.
  if (facts.goal.paused && deadline_seconds != kNoDeadline) note_pause(look, conditions);
  judge_availability(look, conditions);
  DeploymentStatus result{{}, {}, is_complete(look)};
  if (deadline_seconds == kNoDeadline) {
    conditions.erase("Progressing");
  } else {
    note_pause(look, conditions);
    note_fresh_set(look, conditions);
    if (facts.watches_progress) judge_progress(look, conditions);
    const std::string reason = conditions.reason("Progressing");
    const bool ended = reason.empty() || reason == "NewReplicaSetAvailable" || reason == "ProgressDeadlineExceeded";
    if (facts.watches_progress && !ended && !result.complete)
      result.deadline = std::chrono::sys_seconds(std::chrono::seconds(deadline_of(look, conditions)));
  }
  conditions.take_over("ReplicaFailure", facts.failure);
  doc::Object status = counted(look);
  status.append("conditions", Value(conditions.take()), {});
  result.value = Value(std::move(status));
  return result;
}

}  // namespace graylane::control
