#include "control/replica_set_controller.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/deployment_rollout.h"
#include "control/pod_priority.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::seconds;
using std::chrono::sys_seconds;

using PodEntry = Mirror<PodView>::Entry;
using SetEntry = Mirror<ReplicaSetView>::Entry;
using PodEntries = std::vector<const PodEntry*>;

ObservedPod observe(const PodView& pod, const ReplicaSetView& set, sys_seconds now) {
  const bool long_ready = now.time_since_epoch().count() >= pod.ready_since_unix_seconds + set.min_ready_seconds;
  return {.name = pod.name,
          .assigned = pod.assigned,
          .ready = pod.ready,
          .available = pod.ready && (set.min_ready_seconds <= 0 || long_ready),
          .fully_labelled = set.template_labels.empty() || api::selects(set.template_labels, pod.pod.labels),
          .terminating = pod.terminating,
          .ended = pod.ended(),
          .phase = pod.phase,
          .deletion_cost = pod.deletion_cost,
          .restarts = pod.restarts,
          .ready_since_unix_seconds = pod.ready_since_unix_seconds,
          .created_unix_seconds = pod.created_unix_seconds};
}

struct Counts {
  int32_t replicas = 0, labelled = 0, ready = 0, available = 0, terminating = 0;
};

/// As it will be when the step is carried out.
Counts count(const std::vector<ObservedPod>& pods, const PodStep& step) {
  Counts counts{step.create, step.create, 0, 0, 0};
  for (const ObservedPod& pod : pods) {
    const bool leaves = pod.terminating || std::ranges::find(step.remove, pod.name) != step.remove.end();
    counts.terminating += leaves && !pod.ended;
    if (leaves || pod.ended) continue;
    ++counts.replicas;
    counts.labelled += pod.fully_labelled;
    counts.ready += pod.ready;
    counts.available += pod.available;
  }
  return counts;
}

constexpr const char* kReplicaFailure = "ReplicaFailure";

/// Those that were there, and whether Pods cannot be made; `failure`: why, absent: they can.
doc::Array conditions_of(const Value* status, const std::optional<std::string>& failure, sys_seconds now) {
  doc::Array conditions = fields::items(status, "conditions");
  const auto is_failure = [](const Value& one) { return fields::text(&one, "type") == kReplicaFailure; };
  if (!failure) std::erase_if(conditions, is_failure);
  else if (std::ranges::none_of(conditions, is_failure))
    conditions.push_back(api::make_object({{"type", Value(kReplicaFailure)},
                                           {"status", Value("True")},
                                           {"lastTransitionTime", Value(api::format_time(now.time_since_epoch().count()))},
                                           {"reason", Value("FailedCreate")},
                                           {"message", Value(*failure)}}));
  return conditions;
}

Value status_of(const api::Object& set, const Counts& counts, const std::optional<std::string>& failure, sys_seconds now) {
  const Value* before = fields::find_object(&set.content, "status");
  doc::Object status;
  const auto append = [&](const char* name, int32_t number, bool always = false) {
    if (number != 0 || always) status.append(name, Value(int64_t{number}), {});  // zeros are left out, as Kubernetes does
  };
  append("replicas", counts.replicas, true);
  append("fullyLabeledReplicas", counts.labelled);
  append("readyReplicas", counts.ready);
  append("availableReplicas", counts.available);
  append("terminatingReplicas", counts.terminating, true);
  if (const Value* generation = fields::find(metadata_of(set), "generation"))
    status.append("observedGeneration", *generation, {});
  if (doc::Array conditions = conditions_of(before, failure, now); !conditions.empty())
    status.append("conditions", Value(std::move(conditions)), {});
  return Value(std::move(status));
}

void write_status(const api::Object& set, Value status, Work& work) {
  const Value* before = set.find("status");
  if (!set.content.is_object() || (before && *before == status)) return;
  api::Object updated = set;
  updated.content.as_object()->set("status", std::move(status));
  work.changes.push_back(Change::status(std::move(updated)));
}

void adopt(const SetEntry& set, const PodEntry& pod, Work& work) {
  api::Object adopted = *pod.object;
  add_owner(adopted, controller_reference(*set.object));
  work.changes.push_back(Change::update(std::move(adopted)));
}

void let_go(const SetEntry& set, const PodEntry& pod, Work& work) {
  api::Object free = *pod.object;
  drop_owners(free, [&](const OwnerReference& owner) { return owner.controls && means(owner.uid, *set.object); });
  work.changes.push_back(Change::update(std::move(free)));
}

/// By name: see OwnedMirror.
std::optional<std::string> set_of(const PodView& pod) {
  if (pod.controller.kind == "ReplicaSet") return pod.controller.name;
  const bool is_free = pod.controller.kind.empty() && !pod.terminating && !pod.ended();
  return is_free ? std::optional<std::string>("") : std::nullopt;
}

/// The Pods that count for the set; those that are adopted or let go count with the next step. `taken`: those of nobody that were
/// adopted in this one.
PodEntries claim(const SetEntry& set, const OwnedMirror<PodView>& pods, std::set<api::ObjectKey>& taken, Work& work) {
  const api::ObjectKey& key = set.object->key;
  PodEntries own;
  for (const PodEntry* pod : pods.of(key.ns, key.name)) {
    if (!means(pod->view.controller.uid, *set.object)) continue;
    if (set.view.selector.selects(pod->view.pod.labels) || set.view.terminating) own.push_back(pod);
    else let_go(set, *pod, work);
  }
  if (set.view.terminating) return own;
  for (const PodEntry* pod : pods.of(key.ns, "")) {
    if (!set.view.selector.selects(pod->view.pod.labels) || !taken.insert(pod->object->key).second) continue;
    adopt(set, *pod, work);
  }
  return own;
}

void look_when_available(const std::vector<ObservedPod>& pods, int32_t min_ready_seconds, Work& work) {
  for (const ObservedPod& pod : pods) {
    if (pod.ready && !pod.available) work.look_at(sys_seconds(seconds(pod.ready_since_unix_seconds + min_ready_seconds)));
  }
}

void remove_pods(const SetEntry& set, const PodEntries& pods, const std::vector<std::string>& names, Work& work) {
  for (const PodEntry* pod : pods) {
    if (std::ranges::find(names, pod->view.name) == names.end()) continue;
    work.change(deletion_of(*pod->object, work.now));
    work.events.push_back({set.object, {"SuccessfulDelete", "Deleted pod: " + pod->view.name}});
  }
}

Settled::State state_of(const SetEntry& set, const PodEntries& pods) {
  Settled::State state;
  state.add(*set.object);
  for (const PodEntry* pod : pods) state.add(*pod->object);
  return state;
}

}  // namespace

ReplicaSetView read_replica_set(const api::Object& object) {
  const Value* spec = fields::find_object(&object.content, "spec");
  const Value* status = fields::find_object(&object.content, "status");
  const doc::Array& conditions = fields::items(status, "conditions");
  api::Labels labels = fields::labels(fields::find_object(fields::find_object(spec, "template"), "metadata"), "labels");
  const LabelSelector selector(fields::find_object(spec, "selector"));
  const bool can_have_pods = selector.selects(labels);
  return {
      .replicas = std::clamp(fields::number(spec, "replicas", 1), 0, kReplicasMax),
      .min_ready_seconds = fields::number(spec, "minReadySeconds"),
      .ready = fields::number(status, "readyReplicas"),
      .selector = selector,
      .template_labels = std::move(labels),
      .terminating = is_terminating(object),
      .fails = std::ranges::any_of(conditions, [](const Value& one) { return fields::text(&one, "type") == kReplicaFailure; }),
      .can_have_pods = can_have_pods};
}

ReplicaSetController::ReplicaSetController(Client& client, uint64_t seed, seconds resync, std::string node)
    : client_(client),
      node_(std::move(node)),
      random_(seed),
      events_(client, "replicaset-controller", "", seed + 1),
      pods_(client, {"", "Pod", {}}, &read_pod_view, &set_of),
      sets_(client, {"apps", "ReplicaSet", {}}, &read_replica_set, resync),
      priority_classes_(client, {kSchedulingGroup, "PriorityClass", {}}, [](const api::Object&) { return true; }),
      queue_(client, &events_) {}

Result<void> ReplicaSetController::catch_up(sys_seconds now) {
  const auto look_anew = [this](const api::ObjectKey& key) {
    settled_.forget(key);
    agenda_.add(key);
  };
  if (const auto sets = sets_.catch_up(now, look_anew); !sets) return std::unexpected(sets.error());
  const auto pods = pods_.catch_up([this](const std::string& ns, const std::string& owner) {
    if (owner.empty()) agenda_.add_namespace(sets_.entries(), ns);
    else agenda_.add({"apps", "ReplicaSet", ns, owner});
  });
  if (!pods) return std::unexpected(pods.error());
  const auto classes = priority_classes_.catch_up();
  if (!classes) return std::unexpected(classes.error());
  if (!*classes) return {};
  for (const auto& [key, set] : sets_.entries()) {
    if (set.view.fails) look_anew(key);
  }
  return {};
}

/// All, or none and why.
Result<void> ReplicaSetController::create_pods(const SetEntry& set, int32_t count, Work& work) {
  std::vector<api::Object> pods;
  const int32_t assigned = first_ && !node_.empty() ? set.view.ready : 0;
  for (int32_t i = 0; i < count; ++i) {
    pods.push_back(make_pod(*set.object, work.now, random_));
    if (i < assigned) api::object_member(*pods.back().content.as_object(), "spec").set("nodeName", Value(node_));
    if (auto ok = set_priority(client_, pods.back()); !ok) return ok;
  }
  for (api::Object& pod : pods) {
    work.events.push_back({set.object, {"SuccessfulCreate", "Created pod: " + pod.key.name}});
    work.changes.push_back(Change::create(std::move(pod)));
  }
  return {};
}

void ReplicaSetController::step_pods(const SetEntry& set, const PodEntries& pods, Work& work) {
  std::vector<ObservedPod> observed;
  for (const PodEntry* pod : pods) observed.push_back(observe(pod->view, set.view, work.now));
  look_when_available(observed, set.view.min_ready_seconds, work);
  PodStep step = set.view.terminating ? PodStep() : decide(set.view.replicas, observed);
  remove_pods(set, pods, step.remove, work);
  std::optional<std::string> failure;
  if (const auto created = create_pods(set, step.create, work); !created) {
    step.create = 0;
    failure = "pods \"" + set.object->key.name + "-\" is forbidden: " + created.error().what;
    work.events.push_back({set.object, {"FailedCreate", "Error creating: " + *failure, true}});
  }
  write_status(*set.object, status_of(*set.object, count(observed, step), failure, work.now), work);
}

Result<bool> ReplicaSetController::step(sys_seconds now) {
  if (auto known = catch_up(now); !known) return std::unexpected(std::move(known.error()));
  Work work{now};
  std::set<api::ObjectKey> taken;
  for (const api::ObjectKey& key : agenda_.take(now)) {
    const auto found = sets_.entries().find(key);
    if (found == sets_.entries().end() || !found->second.view.can_have_pods) continue;
    Work one{now};
    const PodEntries pods = claim(found->second, pods_, taken, one);
    const Settled::State state = state_of(found->second, pods);
    // While Pods come and go by their labels, how many there are is not known yet.
    if (one.changes.empty() && !settled_.holds(key, state, one)) {
      step_pods(found->second, pods, one);
      if (one.changes.empty()) settled_.note(key, state, one.look_again);
    }
    if (!one.changes.empty()) agenda_.add(key);
    agenda_.add(key, one.look_again);
    work.add(key, std::move(one));
  }
  auto written = queue_.carry_out(std::move(work));
  first_ = first_ && !written;
  return written;
}

}  // namespace graylane::control
