#include "control/deployment_sets.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/pod_objects.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr const char* kHistory = "deployment.kubernetes.io/revision-history";
constexpr const char* kDesired = "deployment.kubernetes.io/desired-replicas";
constexpr const char* kMax = "deployment.kubernetes.io/max-replicas";
constexpr size_t kHistoryBytesMax = 2'000;
constexpr size_t kNameBytesMax = 253;

/// What is said of each object for itself.
constexpr std::array<std::string_view, 6> kOwnAnnotations = {
    "kubectl.kubernetes.io/last-applied-configuration", kRevision, kHistory, kDesired, kMax, "deprecated.deployment.rollback.to"};

std::optional<int64_t> number_in(const std::string& text) {
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int32_t> replicas_in(const api::Object& set, const char* name) {
  const auto number = number_in(annotation_text(set, name));
  if (!number || *number < 0 || *number > 2 * kReplicasMax) return std::nullopt;
  return static_cast<int32_t>(*number);
}

void annotate(api::Object& object, std::string_view name, std::string text) {
  api::object_member(metadata_of(object), "annotations").set(std::string(name), Value(std::move(text)));
}

Value without_nulls(const Value& value) {
  if (const auto* object = value.as_object()) {
    doc::Object rest;
    for (const doc::Member& member : *object) {
      if (!member.value.is_null()) rest.append(member.key, without_nulls(member.value), {});
    }
    return Value(std::move(rest));
  }
  if (const auto* array = value.as_array()) {
    doc::Array rest;
    for (const Value& item : *array) rest.push_back(without_nulls(item));
    return Value(std::move(rest));
  }
  return value;
}

void erase_if_empty(doc::Object& parent, const char* member) {
  const Value* value = parent.find(member);
  if (value && value->is_object() && value->as_object()->empty()) parent.erase(member);
}

ObservedSet observe(const api::Object& object) {
  const Value* status = fields::find_object(&object.content, "status");
  const auto replicas = [](const Value* parent, const char* member, int32_t otherwise = 0) {
    return std::clamp(fields::number(parent, member, otherwise), 0, kReplicasMax);
  };
  return {.name = object.key.name,
          .replicas = replicas(fields::find_object(&object.content, "spec"), "replicas", 1),
          .running = replicas(status, "replicas"),
          .available = replicas(status, "availableReplicas"),
          .terminating = replicas(status, "terminatingReplicas"),
          .created_unix_seconds = created_unix_seconds(object),
          .desired_before = replicas_in(object, kDesired),
          .max_before = replicas_in(object, kMax)};
}

Value labelled(const Value* own, const std::string& hash) {
  Value value = own && own->is_object() ? *own : make_object({});
  value.as_object()->set(kHashLabel, Value(hash));
  return value;
}

/// The template with the label that tells the Pods of one set from those of another.
Value template_with(const std::string& hash, const Value& pod_template) {
  Value result = pod_template;
  doc::Object& metadata = api::object_member(*result.as_object(), "metadata");
  metadata.set("labels", labelled(metadata.find("labels"), hash));
  return result;
}

Value selector_with(const std::string& hash, const Value* selector) {
  Value result = selector && selector->is_object() ? *selector : make_object({});
  result.as_object()->set("matchLabels", labelled(result.find("matchLabels"), hash));
  return result;
}

}  // namespace

OwnedSetView read_owned_set(const api::Object& object) {
  const Value* spec = fields::find_object(&object.content, "spec");
  const Value* status = fields::find_object(&object.content, "status");
  OwnedSetView view{.observed = observe(object),
                    .selector = LabelSelector(fields::find_object(spec, "selector")),
                    .labels = fields::labels(metadata_of(object), "labels"),
                    .ready = std::clamp(fields::number(status, "readyReplicas"), 0, kReplicasMax),
                    .revision = number_in(annotation_text(object, kRevision)).value_or(0),
                    .terminating = is_terminating(object)};
  for (const OwnerReference& owner : owners_of(object)) {
    if (!owner.controls) continue;
    view.owner_kind = owner.kind;
    view.owner_name = owner.name;
    view.owner_uid = owner.uid;
  }
  if (const Value* pod_template = fields::find_object(spec, "template")) view.pod_template = comparable_template(*pod_template);
  for (const Value& condition : fields::items(status, "conditions")) {
    if (fields::text(&condition, "type") == "ReplicaFailure") view.failure = condition;
  }
  view.observed_all = fields::number(status, "observedGeneration") >= fields::number(metadata_of(object), "generation");
  return view;
}

Value comparable_template(const Value& pod_template) {
  Value result = without_nulls(pod_template);
  if (!result.is_object()) return result;
  doc::Object& metadata = api::object_member(*result.as_object(), "metadata");
  if (Value* labels = metadata.find("labels"); labels && labels->is_object()) labels->as_object()->erase(kHashLabel);
  erase_if_empty(metadata, "labels");
  erase_if_empty(metadata, "annotations");
  erase_if_empty(*result.as_object(), "metadata");
  return result;
}

api::Object make_replica_set(const api::Object& deployment, const std::string& hash, std::chrono::sys_seconds now,
                             route::Rng& random) {
  const Value* spec = fields::find_object(&deployment.content, "spec");
  const Value* own = fields::find_object(spec, "template");
  Value pod_template = template_with(hash, own ? *own : Value(doc::Object()));
  api::Object set;
  set.gvk = {"apps", "v1", "ReplicaSet"};
  set.key = {"apps", "ReplicaSet", deployment.key.ns,
             deployment.key.name.substr(0, kNameBytesMax - hash.size() - 1) + "-" + hash};
  set.age = {now.time_since_epoch().count(), true, 0};
  Value metadata = make_object({{"name", Value(set.key.name)},
                                {"namespace", Value(set.key.ns)},
                                {"uid", Value(random_uid(random))},
                                {"generation", Value(int64_t{1})},
                                {"creationTimestamp", Value(api::format_time(now.time_since_epoch().count()))},
                                {"labels", *fields::find_path(&pod_template, {"metadata", "labels"})},
                                {"ownerReferences", Value(doc::Array{controller_reference(deployment)})}});
  set.content = make_object({{"apiVersion", Value("apps/v1")},
                             {"kind", Value("ReplicaSet")},
                             {"metadata", std::move(metadata)},
                             {"spec", make_object({{"replicas", Value(int64_t{0})},
                                                   {"selector", selector_with(hash, fields::find(spec, "selector"))},
                                                   {"template", std::move(pod_template)}})},
                             {"status", make_object({{"replicas", Value(int64_t{0})}})}});
  return set;
}

void set_size(api::Object& set, int32_t replicas) {
  doc::Object& spec = api::object_member(*set.content.as_object(), "spec");
  if (spec.find("replicas") && *spec.find("replicas") == Value(int64_t{replicas})) return;
  spec.set("replicas", Value(int64_t{replicas}));
  if (set.revision != 0) count_generation(set);
}

void note_goal(api::Object& set, const RolloutGoal& goal) {
  annotate(set, kDesired, std::to_string(goal.replicas));
  annotate(set, kMax, std::to_string(goal.replicas + goal.surge));
}

void set_revision(api::Object& set, int64_t revision) {
  const std::string before = annotation_text(set, kRevision);
  if (number_in(before).value_or(0) >= revision) return;
  annotate(set, kRevision, std::to_string(revision));
  if (before.empty()) return;
  const std::string history = annotation_text(set, kHistory);
  std::string longer = history.empty() ? before : history + "," + before;
  while (longer.size() > kHistoryBytesMax) longer.erase(0, std::min(longer.find(','), longer.size() - 1) + 1);
  annotate(set, kHistory, std::move(longer));
}

void copy_annotations(const api::Object& deployment, api::Object& set) {
  for (const doc::Member& annotation : deployment.annotations()) {
    const std::string* text = annotation.value.as_string();
    if (!text || std::ranges::find(kOwnAnnotations, annotation.key) != kOwnAnnotations.end()) continue;
    if (annotation_text(set, annotation.key) != *text || !set.annotation(annotation.key)) annotate(set, annotation.key, *text);
  }
}

void set_min_ready_seconds(api::Object& set, const api::Object& deployment) {
  const auto seconds_in = [](const api::Object& object) {
    return fields::number(fields::find_object(&object.content, "spec"), "minReadySeconds");
  };
  const int32_t wanted = seconds_in(deployment);
  if (seconds_in(set) == wanted) return;
  doc::Object& spec = api::object_member(*set.content.as_object(), "spec");
  if (wanted == 0) spec.erase("minReadySeconds");
  else spec.set("minReadySeconds", Value(int64_t{wanted}));
  if (set.revision != 0) count_generation(set);
}

}  // namespace graylane::control
