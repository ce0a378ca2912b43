#include "apiserver/pipeline.h"

#include <algorithm>
#include <array>

#include "api/build.h"
#include "api/crd.h"
#include "api/text_rules.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"
#include "apiserver/ownership.h"
#include "apiserver/service_fields.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;

namespace {

using Effect = Plan::Effect;

constexpr size_t kGeneratedBaseMax = 58;  // characters of generateName that are kept

doc::Object& metadata_of(Value& document) { return api::object_member(*document.as_object(), "metadata"); }

void put_or_erase(doc::Object& object, const char* member, const Value* value) {
  if (value) object.set(member, *value);
  else object.erase(member);
}

/// In Kubernetes' words, and by fieldValidation: nothing, warnings, or refused.
Outcome<std::vector<std::string>> judge(const Writer& writer, std::vector<std::string> findings) {
  using Validation = WriteOptions::Validation;
  if (findings.empty() || writer.options.validation == Validation::kIgnore) return std::vector<std::string>();
  if (writer.options.validation == Validation::kWarn) return findings;
  std::string all = "strict decoding error: ";
  for (const std::string& finding : findings) all += (&finding == findings.data() ? "" : ", ") + finding;
  const Kind& kind = *writer.kind;
  if (writer.is_patch) return refuse(invalid(kind, "", {invalid_value("patch", "\"\"", all)}));
  return refuse(bad_request(kind.gvk.kind + " in version " + go_quoted(kind.gvk.version) + " cannot be handled as a " +
                            kind.gvk.kind + ": " + all));
}

Outcome<void> check_namespace(const Writer& writer, Value& document) {
  doc::Object& metadata = metadata_of(document);
  const std::string ns = text_at(document, "metadata.namespace");
  const std::string& wanted = writer.target.ns;
  if (!writer.kind->namespaced) {
    metadata.erase("namespace");
    return {};
  }
  if (!ns.empty() && ns != wanted)
    return refuse(bad_request("the namespace of the provided object does not match the namespace sent on the request"));
  metadata.set("namespace", Value(wanted));
  return {};
}

Outcome<void> check_name(const Writer& writer, Value& document) {
  const std::string name = text_at(document, "metadata.name");
  if (name.empty()) metadata_of(document).set("name", Value(writer.target.name));
  else if (name != writer.target.name)
    return refuse(
        bad_request("the name of the object (" + name + ") does not match the name on the URL (" + writer.target.name + ")"));
  return {};
}

/// Counts that a status of these kinds always has.
Value zero_counts(const Kind& kind) {
  struct Row {
    std::string_view kind;
    std::vector<const char*> counts;
  };
  static const std::vector<Row> kRows = {
      {"DaemonSet", {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"}},
      {"HorizontalPodAutoscaler", {"desiredReplicas"}},
      {"PodDisruptionBudget", {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"}},
      {"ReplicaSet", {"replicas"}},
      {"ReplicationController", {"replicas"}},
      {"StatefulSet", {"replicas", "availableReplicas"}}};
  doc::Object counts;
  for (const Row& row : kRows) {
    if (row.kind != kind.gvk.kind) continue;
    for (const char* count : row.counts) counts.append(count, Value(int64_t{0}), {});
  }
  return Value(std::move(counts));
}

/// Kinds whose status is never absent.
void begin_status(const Kind& kind, Value& document) {
  const bool core = kind.gvk.group.empty();
  Value status;
  if (core && kind.gvk.kind == "Pod") status = api::make_object({{"phase", Value("Pending")}});
  else if ((core && kind.gvk.kind == "Service") || kind.gvk.kind == "Ingress")
    status = api::make_object({{"loadBalancer", Value(doc::Object())}});
  else if (kind.has_status && !kind.custom && !document.find("status")) status = zero_counts(kind);
  if (!status.is_null()) document.as_object()->set("status", std::move(status));
}

/// What only the server sets.
void begin_life(const Writer& writer, Value& document) {
  doc::Object& metadata = metadata_of(document);
  for (const char* member : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "resourceVersion"})
    metadata.erase(member);
  metadata.set("uid", Value(writer.new_uid));
  metadata.set("creationTimestamp", Value(api::format_time(writer.now_unix_seconds)));
  if (writer.kind->has_generation) metadata.set("generation", Value(int64_t{1}));
  if (writer.kind->has_status) document.as_object()->erase("status");
  begin_status(*writer.kind, document);
}

void generate_name(const Writer& writer, Value& document) {
  const std::string base = text_at(document, "metadata.generateName");
  if (!text_at(document, "metadata.name").empty() || base.empty()) return;
  metadata_of(document).set("name", Value(base.substr(0, kGeneratedBaseMax) + writer.name_suffix));
}

/// What a definition comes to is in its status at once.
void establish(const Writer& writer, Value& document) {
  if (!api::is_crd(writer.kind->gvk)) return;
  api::establish_crd(document, *writer.kinds, api::format_time(writer.now_unix_seconds));
}

/// A namespace is kept by its finalizer until it is empty.
void begin_namespace(const Kind& kind, Value& document) {
  if (kind.gvk.kind != "Namespace" || !kind.gvk.group.empty()) return;
  doc::Object& spec = api::object_member(*document.as_object(), "spec");
  if (!spec.find("finalizers")) spec.set("finalizers", Value(doc::Array{Value("kubernetes")}));
}

bool has_items(const Value& document, std::string_view path) { return size_at(document, path) > 0; }

bool is_deleted(const Value& document) { return !text_at(document, "metadata.deletionTimestamp").empty(); }

/// Nothing keeps it any more.
bool is_free(const Value& document) {
  return !has_items(document, "metadata.finalizers") && !has_items(document, "spec.finalizers");
}

Plan plan_of(Effect effect, Checked checked) { return {effect, std::move(checked.object), {}}; }

Outcome<Plan> create(const Writer& writer, Value document, std::vector<std::string> findings, bool owned) {
  if (!text_at(document, "metadata.resourceVersion").empty())
    return refuse(bad_request("resourceVersion should not be set on objects to be created"));
  if (auto ok = check_namespace(writer, document); !ok) return refuse(std::move(ok.error()));
  generate_name(writer, document);
  begin_life(writer, document);
  begin_namespace(*writer.kind, document);
  auto checked = check_object(std::move(document), *writer.kind, *writer.kinds);
  if (!checked) return refuse(std::move(checked.error()));
  std::ranges::move(checked->unknown, std::back_inserter(findings));
  auto warnings = judge(writer, std::move(findings));
  if (!warnings) return refuse(std::move(warnings.error()));
  if (!owned) take_ownership(writer, nullptr, checked->object.content);
  establish(writer, checked->object.content);
  Plan plan = plan_of(Effect::kCreate, *std::move(checked));
  plan.warnings = *std::move(warnings);
  return plan;
}

/// Metadata that no client changes.
void keep_server_fields(const Writer& writer, const api::Object& live, Value& next) {
  doc::Object& metadata = metadata_of(next);
  for (const char* member :
       {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"})
    put_or_erase(metadata, member, find_path(live.content, std::string("metadata.") + member));
  if (!metadata.find("uid")) metadata.set("uid", Value(writer.new_uid));
  metadata.erase("resourceVersion");
  metadata.erase("selfLink");
}

/// Each endpoint changes its part only.
void keep_other_part(const Writer& writer, const api::Object& live, Value& next) {
  doc::Object& object = *next.as_object();
  const std::string& part = writer.target.subresource;
  if (part.empty() || part == "scale") {
    if (writer.kind->has_status) put_or_erase(object, "status", live.find("status"));
    return;
  }
  Value managed = find_path(next, "metadata.managedFields") ? *find_path(next, "metadata.managedFields") : Value();
  Value mine = next.find(part == "finalize" ? "spec" : "status") ? *next.find(part == "finalize" ? "spec" : "status") : Value();
  next = live.content;
  if (!managed.is_null()) metadata_of(next).set("managedFields", std::move(managed));
  put_or_erase(*next.as_object(), part == "finalize" ? "spec" : "status", mine.is_null() ? nullptr : &mine);
}

Outcome<void> check_preconditions(const Writer& writer, const api::Object& live, const Value& next) {
  const std::string revision = text_at(next, "metadata.resourceVersion");
  if (!writer.is_patch && (writer.kind->needs_revision || writer.kind->custom) && (revision.empty() || revision == "0"))
    return refuse(invalid(*writer.kind, live.key.name,
                          {invalid_value("metadata.resourceVersion", "0x0", "must be specified for an update")}));
  if (!revision.empty() && revision != "0" && revision != std::to_string(live.revision))
    return refuse(conflict(*writer.kind, live.key.name));
  const std::string uid = text_at(next, "metadata.uid"), own = text_at(live.content, "metadata.uid");
  if (!uid.empty() && !own.empty() && uid != own)
    return refuse(conflict(*writer.kind, live.key.name,
                           "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + own));
  return {};
}

/// Whether anything but metadata (and the status of kinds that have it apart) differs.
bool wants_something_else(const Kind& kind, const Value& live, const Value& next) {
  const auto part_of = [&](const Value& document) {
    doc::Object rest;
    for (const doc::Member& member : *document.as_object()) {
      const bool counts = member.key != "metadata" && member.key != "apiVersion" && !(member.key == "status" && kind.has_status);
      if (counts) rest.append(member.key, member.value, {});
    }
    return Value(std::move(rest));
  };
  return part_of(live) != part_of(next);
}

void count_generation(const Kind& kind, const api::Object& live, Value& next) {
  if (!kind.has_generation || !wants_something_else(kind, live.content, next)) return;
  const int64_t generation = std::max<int64_t>(1, number_at(live.content, "metadata.generation"));
  metadata_of(next).set("generation", Value(generation + 1));
}

}  // namespace

Value with_revision(const api::Object& object) {
  Value value = object.content;
  metadata_of(value).set("resourceVersion", Value(std::to_string(object.revision)));
  return value;
}

bool is_pod(const Kind& kind) { return kind.gvk.group.empty() && kind.gvk.kind == "Pod"; }

Outcome<Plan> plan_binding(const Writer& of_request, const api::Object& live, const Value& binding) {
  const std::string node = text_at(binding, "target.name"), before = text_at(live.content, "spec.nodeName");
  if (node.empty()) return refuse(invalid(*of_request.kind, live.key.name, {required("target.name")}));
  if (!before.empty())
    return refuse(
        conflict(*of_request.kind, live.key.name, "pod " + live.key.name + " is already assigned to node " + go_quoted(before)));
  Writer writer = of_request;
  writer.target.subresource.clear();
  Value next = with_revision(live);
  api::object_member(*next.as_object(), "spec").set("nodeName", Value(node));
  auto plan = plan_next(writer, live, std::move(next), false);
  // Where it runs is not what is wanted of it.
  if (plan) put_or_erase(metadata_of(plan->object.content), "generation", find_path(live.content, "metadata.generation"));
  return plan;
}

Outcome<Plan> plan_create(const Writer& writer, Body body) {
  return create(writer, std::move(body.value), std::move(body.duplicates), false);
}

Outcome<Plan> plan_new(const Writer& writer, Value next, bool owned) {
  if (auto ok = check_name(writer, next); !ok) return refuse(std::move(ok.error()));
  return create(writer, std::move(next), {}, owned);
}

Outcome<Plan> plan_update(const Writer& writer, const api::Object& live, Body body) {
  auto findings = judge(writer, std::move(body.duplicates));
  if (!findings) return refuse(std::move(findings.error()));
  auto plan = plan_next(writer, live, std::move(body.value), false);
  if (plan) plan->warnings.insert(plan->warnings.begin(), findings->begin(), findings->end());
  return plan;
}

Outcome<Plan> plan_next(const Writer& writer, const api::Object& live, Value next, bool owned) {
  const Kind& kind = *writer.kind;
  if (auto ok = check_name(writer, next); !ok) return refuse(std::move(ok.error()));
  if (auto ok = check_namespace(writer, next); !ok) return refuse(std::move(ok.error()));
  if (auto ok = check_preconditions(writer, live, next); !ok) return refuse(std::move(ok.error()));
  keep_other_part(writer, live, next);
  keep_server_fields(writer, live, next);
  if (is_service(kind)) keep_allocated(live.content, next);
  auto checked = check_object(std::move(next), kind, *writer.kinds);
  if (!checked) return refuse(std::move(checked.error()));
  auto warnings = judge(writer, checked->unknown);
  if (!warnings) return refuse(std::move(warnings.error()));
  if (auto ok = check_change(live, checked->object, kind); !ok) return refuse(std::move(ok.error()));
  Value& content = checked->object.content;
  count_generation(kind, live, content);
  if (!owned) take_ownership(writer, &live.content, content);
  establish(writer, content);
  keep_times(live.content, content);
  Effect effect = content == live.content ? Effect::kNone : Effect::kReplace;
  const bool waits = number_at(content, "metadata.deletionGracePeriodSeconds") > 0;
  if (is_deleted(content) && is_free(content) && !waits) effect = Effect::kRemove;
  Plan plan = plan_of(effect, *std::move(checked));
  plan.warnings = *std::move(warnings);
  return plan;
}

namespace {

constexpr std::array<std::string_view, 3> kKeptNamespaces = {"default", "kube-public", "kube-system"};

Outcome<void> check_delete(const Writer& writer, const api::Object& live, const DeleteOptions& options) {
  const Kind& kind = *writer.kind;
  const std::string& name = live.key.name;
  const std::string uid = text_at(live.content, "metadata.uid");
  if (options.uid && *options.uid != uid)
    return refuse(conflict(kind, name,
                           "the UID in the precondition (" + *options.uid + ") does not match the UID in record (" + uid +
                               "). The object might have been deleted and then recreated"));
  if (options.resource_version && *options.resource_version != std::to_string(live.revision))
    return refuse(conflict(kind, name,
                           "the ResourceVersion in the precondition (" + *options.resource_version +
                               ") does not match the ResourceVersion in record (" + std::to_string(live.revision) +
                               "). The object might have been modified"));
  if (kind.gvk.kind == "Namespace" && std::ranges::find(kKeptNamespaces, name) != kKeptNamespaces.end())
    return refuse(forbidden(kind, name, "this namespace may not be deleted"));
  return {};
}

/// Foreground and orphan deletion leave the rest of the work to a controller, which takes the finalizer away.
void set_finalizer(Value& content, std::string_view name, bool wanted) {
  doc::Object& metadata = metadata_of(content);
  Value* present = metadata.find("finalizers");
  doc::Array items = present && present->is_array() ? *present->as_array() : doc::Array();
  std::erase_if(items, [&](const Value& item) { return item == Value(name); });
  if (wanted) items.emplace_back(name);
  if (items.empty()) metadata.erase("finalizers");
  else metadata.set("finalizers", Value(std::move(items)));
}

/// How long a Pod may take to end: what the deletion says, else what the Pod does; none for one that runs nowhere.
int64_t grace_seconds(const Kind& kind, const api::Object& live, const DeleteOptions& options) {
  const Value& pod = live.content;
  const std::string phase = text_at(pod, "status.phase");
  if (!is_pod(kind) || text_at(pod, "spec.nodeName").empty() || phase == "Succeeded" || phase == "Failed") return 0;
  const Value* own = find_path(pod, "spec.terminationGracePeriodSeconds");
  const int64_t wanted = options.grace_seconds.value_or(own && own->is_int() ? *own->as_int() : 30);
  return wanted < 0 ? 1 : wanted;
}

/// Of what is being deleted already: an earlier end, if a shorter time is asked for. The time that is left.
int64_t shorten(const api::Object& live, const DeleteOptions& options, Value& content) {
  const int64_t before = number_at(live.content, "metadata.deletionGracePeriodSeconds");
  const auto at = api::parse_time(text_at(live.content, "metadata.deletionTimestamp"));
  if (!options.grace_seconds || *options.grace_seconds >= before || !at) return before;
  const int64_t now = std::max<int64_t>(0, *options.grace_seconds);
  metadata_of(content).set("deletionTimestamp", Value(api::format_time(*at - before + now)));
  metadata_of(content).set("deletionGracePeriodSeconds", Value(now));
  return now;
}

void mark_deleted(const Writer& writer, const api::Object& live, int64_t grace, Value& content) {
  doc::Object& metadata = metadata_of(content);
  if (!is_deleted(live.content)) {
    metadata.set("deletionTimestamp", Value(api::format_time(writer.now_unix_seconds + grace)));
    metadata.set("deletionGracePeriodSeconds", Value(grace));
    if (writer.kind->has_generation)
      metadata.set("generation", Value(std::max<int64_t>(1, number_at(live.content, "metadata.generation")) + 1));
  }
  if (writer.kind->gvk.kind == "Namespace") api::object_member(*content.as_object(), "status").set("phase", Value("Terminating"));
}

/// A definition is kept until its objects are gone.
void begin_end(const Writer& writer, const api::Object& live, Value& content) {
  if (!api::is_crd(writer.kind->gvk) || is_deleted(live.content)) return;
  set_finalizer(content, api::kCrdCleanupFinalizer, true);
  api::set_condition(content, "Terminating", true, "InstanceDeletionPending",
                     "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
                     api::format_time(writer.now_unix_seconds));
}

}  // namespace

Outcome<Plan> plan_delete(const Writer& writer, const api::Object& live, const DeleteOptions& options) {
  if (auto ok = check_delete(writer, live, options); !ok) return refuse(std::move(ok.error()));
  api::Object next = live;
  set_finalizer(next.content, "foregroundDeletion", options.foreground);
  set_finalizer(next.content, "orphan", options.orphan);
  begin_end(writer, live, next.content);
  const bool again = is_deleted(live.content);
  const int64_t grace = again ? shorten(live, options, next.content) : grace_seconds(*writer.kind, live, options);
  if (!again && (grace > 0 || is_pod(*writer.kind) || !is_free(next.content))) mark_deleted(writer, live, grace, next.content);
  if (grace == 0 && is_free(next.content)) return Plan{Effect::kRemove, std::move(next), {}};
  const Effect effect = next.content == live.content ? Effect::kNone : Effect::kReplace;
  return Plan{effect, std::move(next), {}};
}

Outcome<void> admit_namespace(const Kind& kind, const std::string& ns, std::string_view name, const api::Object* found) {
  if (!found) {
    ApiError error{404, "NotFound", "namespaces " + go_quoted(ns) + " not found", {.name = ns, .kind = "namespaces"}};
    return refuse(std::move(error));
  }
  if (!is_deleted(found->content)) return {};
  ApiError error = forbidden(kind, name, "unable to create new content in namespace " + ns + " because it is being terminated");
  error.details.causes.push_back({"NamespaceTerminating", "namespace " + ns + " is being terminated", "metadata.namespace"});
  return refuse(std::move(error));
}

}  // namespace graylane::apiserver
