#include "apiserver/pipeline.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/build.h"
#include "api/crd.h"
#include "api/places.h"
#include "api/text_rules.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"
#include "apiserver/completion.h"
#include "apiserver/ownership.h"
#include "apiserver/plan_parts.h"
#include "apiserver/service_fields.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;

namespace {

using Effect = Plan::Effect;

constexpr size_t kGeneratedBaseMax = 58;  // characters of generateName that are kept

void put_or_erase(doc::Object& object, const char* member, const Value* value) {
  if (value) object.set(member, *value);
  else object.erase(member);
}

/// By fieldValidation: nothing, warnings, or refused.
Outcome<std::vector<std::string>> judge(const Writer& writer, const Value& document, std::vector<std::string> findings) {
  using Validation = WriteOptions::Validation;
  if (findings.empty() || writer.options.validation == Validation::kIgnore) return std::vector<std::string>();
  if (writer.options.validation == Validation::kWarn) return findings;
  std::string all = "strict decoding error: ";
  for (const std::string& finding : findings) all += (&finding == findings.data() ? "" : ", ") + finding;
  return refuse(unreadable(document, *writer.kind, all, writer.is_patch));
}

/// As if by the original's decoder: what it cannot read is refused, what it does not know is found.
Outcome<std::vector<std::string>> decode(const Writer& writer, const Value& document, std::vector<Finding> duplicates) {
  auto findings = check_types(document, *writer.kind, writer.is_patch);
  if (!findings) return refuse(std::move(findings.error()));
  std::ranges::move(duplicates, std::back_inserter(*findings));
  std::ranges::stable_sort(*findings, {}, [](const Finding& f) { return std::pair(f.at.line, f.at.column); });
  std::vector<std::string> texts;
  for (Finding& finding : *findings) texts.push_back(std::move(finding.text));
  return judge(writer, document, std::move(texts));
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

Outcome<void> check_name(const Writer& writer, const Value& document) {
  const std::string name = text_at(document, "metadata.name");
  if (name.empty())
    return refuse(bad_request("the name of the object (" + writer.target.name +
                              " based on URL) was undeterminable: name must be provided"));
  if (name != writer.target.name)
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
  for (const char* member : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"})
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

/// What a definition comes to is in its status at once. Who writes the status may take stored versions out of it: the one way to
/// an older definition.
void establish(const Writer& writer, Value& document) {
  if (!api::is_crd(writer.kind->gvk)) return;
  const Value* given = writer.target.subresource == "status" ? find_path(document, "status.storedVersions") : nullptr;
  const doc::Array stored = given && given->is_array() ? *given->as_array() : doc::Array();
  api::establish_crd(document, *writer.kinds, api::format_time(writer.now_unix_seconds));
  if (!stored.empty()) api::object_member(*document.as_object(), "status").set("storedVersions", Value(stored));
}

/// A namespace is kept by its finalizer until it is empty.
void begin_namespace(const Kind& kind, Value& document) {
  if (kind.gvk.kind != "Namespace" || !kind.gvk.group.empty()) return;
  doc::Object& spec = api::object_member(*document.as_object(), "spec");
  if (!spec.find("finalizers")) spec.set("finalizers", Value(doc::Array{Value("kubernetes")}));
}

/// What the server adds to a new object, and nobody owns.
void complete(const Writer& writer, Value& document) {
  const std::string now = api::format_time(writer.now_unix_seconds);
  begin_namespace(*writer.kind, document);
  if (writer.kind->gvk.group == "batch" && writer.kind->gvk.kind == "Job") complete_job(document);
  if (is_pod(*writer.kind)) complete_pod(document, now);
  if (writer.kind->gvk.kind == "PersistentVolume" && !writer.kind->custom)
    api::object_member(*document.as_object(), "status").set("lastPhaseTransitionTime", Value(now));
  establish(writer, document);
}

/// Why a text is no revision; empty: it is one, or none.
std::string revision_problem(const std::string& text) {
  uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ptr == text.data() + text.size();
  if (text.empty() || (read.ec == std::errc() && whole)) return {};
  const bool is_large = read.ec == std::errc::result_out_of_range && whole;
  return "strconv.ParseUint: parsing " + go_quoted(text) + ": " + (is_large ? "value out of range" : "invalid syntax");
}

Plan plan_of(Effect effect, Checked checked) { return {effect, std::move(checked.object), {}}; }

/// A webhook that is kept and not asked would let in what it was made to refuse.
Outcome<void> check_is_served(const Kind& kind) {
  if (kind.gvk.group != "admissionregistration.k8s.io" || !kind.gvk.kind.ends_with("WebhookConfiguration")) return {};
  return refuse(not_implemented(kind.gvk.kind + " is not served: no webhook is asked here before an object is written"));
}

/// What was found while the body was read is told whatever becomes of it, and before the rest.
Outcome<Plan> with_warnings(Outcome<Plan> plan, std::vector<std::string> warnings) {
  std::vector<std::string>& of_plan = plan ? plan->warnings : plan.error().warnings;
  of_plan.insert(of_plan.begin(), std::make_move_iterator(warnings.begin()), std::make_move_iterator(warnings.end()));
  return plan;
}

/// Of what is in it, beside what was found while it was read.
void add_warnings(const Writer& writer, Plan& plan) {
  if (is_service(*writer.kind) && writer.target.subresource.empty())
    std::ranges::move(service_warnings(plan.object.content), std::back_inserter(plan.warnings));
}

Outcome<Plan> create_read(const Writer& writer, Value document, bool owned) {
  const std::string revision = text_at(document, "metadata.resourceVersion");
  const bool claims_revision = !owned && !revision.empty() && revision != "0" && revision_problem(revision).empty();
  metadata_of(document).erase("resourceVersion");
  if (auto ok = check_namespace(writer, document); !ok) return refuse(std::move(ok.error()));
  generate_name(writer, document);
  begin_life(writer, document);
  auto checked = check_object(document, *writer.kind, *writer.kinds, writer.checks_rules, nullptr);
  if (!checked) return refuse(std::move(checked.error()));
  if (claims_revision && !writer.options.dry_run)
    return refuse({500, "", "resourceVersion should not be set on objects to be created"});
  Value& content = checked->object.content;
  auto pruned = judge(writer, content, std::move(checked->unknown));
  if (!pruned) return refuse(std::move(pruned.error()));
  if (!owned) take_ownership(writer, nullptr, content);
  complete(writer, content);
  Plan plan = plan_of(Effect::kCreate, *std::move(checked));
  plan.warnings = *std::move(pruned);
  add_warnings(writer, plan);
  return plan;
}

Outcome<Plan> create(const Writer& writer, Value document, std::vector<Finding> duplicates, bool owned) {
  if (auto ok = check_is_served(*writer.kind); !ok) return refuse(std::move(ok.error()));
  auto warnings = decode(writer, document, std::move(duplicates));
  if (!warnings) return refuse(std::move(warnings.error()));
  return with_warnings(create_read(writer, std::move(document), owned), *std::move(warnings));
}

/// Metadata that no client changes.
void keep_server_fields(const Writer& writer, const api::Object& live, Value& next) {
  doc::Object& metadata = metadata_of(next);
  for (const char* member : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"})
    put_or_erase(metadata, member, find_path(live.content, std::string("metadata.") + member));
  if (!metadata.find("uid")) metadata.set("uid", Value(writer.new_uid));
  metadata.erase("resourceVersion");
  metadata.erase("selfLink");
}

/// Through /status of built-in kinds labels and annotations change too, but for what some keep.
Value metadata_of_part(const Writer& writer, const api::Object& live, const Value& next) {
  const Value* now = next.find("metadata");
  const Value* before = live.find("metadata");
  if (writer.kind->custom || writer.target.subresource != "status" || !now || !now->is_object()) {
    Value kept = before ? *before : Value(doc::Object());
    const Value* managed = now ? now->find("managedFields") : nullptr;
    if (managed && !managed->is_null()) kept.as_object()->set("managedFields", *managed);
    return kept;
  }
  Value changed = *now;
  const std::string& kind = writer.kind->gvk.kind;
  const bool keeps_labels = kind == "Deployment" || kind == "ReplicationController";
  if (keeps_labels || is_pod(*writer.kind)) {
    const char* kept = keeps_labels ? "labels" : "ownerReferences";
    put_or_erase(*changed.as_object(), kept, before ? before->find(kept) : nullptr);
  }
  return changed;
}

/// Each endpoint changes its part only.
void keep_other_part(const Writer& writer, const api::Object& live, Value& next) {
  doc::Object& object = *next.as_object();
  const std::string& part = writer.target.subresource;
  if (part.empty() || part == "scale") {
    if (writer.kind->has_status) put_or_erase(object, "status", live.find("status"));
    if (writer.kind->gvk.kind == "Namespace" && writer.kind->gvk.group.empty()) put_or_erase(object, "spec", live.find("spec"));
    return;
  }
  Value metadata = metadata_of_part(writer, live, next);
  Value mine = next.find(part == "finalize" ? "spec" : "status") ? *next.find(part == "finalize" ? "spec" : "status") : Value();
  next = live.content;
  next.as_object()->set("metadata", std::move(metadata));
  put_or_erase(*next.as_object(), part == "finalize" ? "spec" : "status", mine.is_null() ? nullptr : &mine);
}

/// Told of the resource, not of the kind.
ApiError no_revision(const Kind& kind, const std::string& name) {
  ApiError error = invalid(kind, name, {invalid_value("metadata.resourceVersion", "0", "must be specified for an update")});
  const size_t end = error.message.find(" \"");
  error.message = qualified(kind) + error.message.substr(end);
  error.details.kind = kind.plural;
  return error;
}

Outcome<void> check_preconditions(const Writer& writer, const api::Object& live, const Value& next) {
  const std::string revision = text_at(next, "metadata.resourceVersion");
  if (!writer.is_patch && (writer.kind->needs_revision || writer.kind->custom) && (revision.empty() || revision == "0"))
    return refuse(no_revision(*writer.kind, live.key.name));
  if (const std::string problem = revision_problem(revision); !problem.empty()) return refuse({500, "", problem});
  if (!revision.empty() && revision != "0" && revision != std::to_string(live.revision))
    return refuse(conflict(*writer.kind, live.key.name));
  const std::string uid = text_at(next, "metadata.uid"), own = text_at(live.content, "metadata.uid");
  if (!uid.empty() && !own.empty() && uid != own && writer.is_patch)
    return refuse(invalid(*writer.kind, live.key.name, {invalid_value("metadata.uid", go_quoted(uid), "field is immutable")}));
  if (!uid.empty() && !own.empty() && uid != own)
    return refuse(conflict(*writer.kind, live.key.name,
                           "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + own));
  return {};
}

/// The time of a deletion is for the server to say; who leaves it away changes nothing.
Outcome<void> check_deletion(const Writer& writer, const api::Object& live, const Value& next) {
  std::vector<patch::Cause> causes;
  for (const char* field : {"metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"}) {
    const Value* before = find_path(live.content, field);
    const Value* after = find_path(next, field);
    if (after && !after->is_null() && !(before && *before == *after))
      causes.push_back(invalid_value(field, doc::to_json(*after), "field is immutable"));
  }
  if (causes.empty()) return {};
  return refuse(invalid(*writer.kind, live.key.name, std::move(causes)));
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

/// Of Deployments annotations count too, and of EndpointSlices labels.
bool has_other_metadata(const Writer& writer, const Value& live, const Value& next) {
  const std::string& kind = writer.kind->gvk.kind;
  if (writer.kind->custom || !writer.target.subresource.empty()) return false;
  const char* path = kind == "Deployment" ? "metadata.annotations" : kind == "EndpointSlice" ? "metadata.labels" : nullptr;
  const Value* before = path ? find_path(live, path) : nullptr;
  const Value* after = path ? find_path(next, path) : nullptr;
  return before && after ? *before != *after : before != after;
}

void count_generation(const Writer& writer, const api::Object& live, Value& next) {
  const Kind& kind = *writer.kind;
  const bool changed = wants_something_else(kind, live.content, next) || has_other_metadata(writer, live.content, next);
  if (!kind.has_generation || !changed) return;
  const int64_t generation = std::max<int64_t>(1, number_at(live.content, "metadata.generation"));
  metadata_of(next).set("generation", Value(generation + 1));
}

Outcome<Plan> replace_by_read(const Writer& writer, const api::Object& live, Value next, bool owned) {
  const Kind& kind = *writer.kind;
  if (auto ok = check_name(writer, next); !ok) return refuse(std::move(ok.error()));
  if (auto ok = check_namespace(writer, next); !ok) return refuse(std::move(ok.error()));
  if (auto ok = check_preconditions(writer, live, next); !ok) return refuse(std::move(ok.error()));
  if (auto ok = check_deletion(writer, live, next); !ok) return refuse(std::move(ok.error()));
  keep_other_part(writer, live, next);
  api::unpack_managed_fields(next);  // the live ones, where another part is written
  keep_server_fields(writer, live, next);
  if (is_service(kind)) keep_allocated(live.content, next);
  const bool checks_rules = writer.checks_rules && writer.target.subresource != "status";  // those are of what is wanted
  auto checked = check_object(next, kind, *writer.kinds, checks_rules, &live.content);
  if (!checked) return refuse(std::move(checked.error()));
  auto pruned = judge(writer, checked->object.content, std::move(checked->unknown));
  if (!pruned) return refuse(std::move(pruned.error()));
  Value& content = checked->object.content;
  count_generation(writer, live, content);
  if (!owned) take_ownership(writer, &live.content, content);
  establish(writer, content);
  keep_times(live.content, content);
  Effect effect = content == live.content ? Effect::kNone : Effect::kReplace;
  const bool waits = number_at(content, "metadata.deletionGracePeriodSeconds") > 0;
  if (is_deleted(content) && is_free(content) && !waits) effect = Effect::kRemove;
  Plan plan = plan_of(effect, *std::move(checked));
  if (live.file) api::take_places(plan.object, live, kind.schema);
  plan.warnings = *std::move(pruned);
  add_warnings(writer, plan);
  return plan;
}

Outcome<Plan> replace(const Writer& writer, const api::Object& live, Value next, std::vector<Finding> duplicates, bool owned) {
  auto warnings = decode(writer, next, std::move(duplicates));
  if (!warnings) return refuse(std::move(warnings.error()));
  return with_warnings(replace_by_read(writer, live, std::move(next), owned), *std::move(warnings));
}

}  // namespace

Value with_revision(const api::Object& object) {
  Value value = object.content;
  api::unpack_managed_fields(value);
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
  if (size_at(live.content, "spec.schedulingGates") > 0)
    return refuse(conflict(*of_request.kind, live.key.name, "pod " + live.key.name + " has non-empty .spec.schedulingGates"));
  Writer writer = of_request;
  writer.target.subresource.clear();
  Value next = with_revision(live);
  api::object_member(*next.as_object(), "spec").set("nodeName", Value(node));
  auto plan = plan_next(writer, live, std::move(next), true);
  if (!plan) return plan;
  // Where it runs is not what is wanted of it, and nobody's field.
  Value& content = plan->object.content;
  put_or_erase(metadata_of(content), "generation", find_path(live.content, "metadata.generation"));
  set_scheduled(content, api::format_time(writer.now_unix_seconds), {{"status", Value("True")}});
  return plan;
}

Outcome<void> check_address(const Writer& writer, Body body) {
  if (auto read = decode(writer, body.value, std::move(body.duplicates)); !read) return refuse(std::move(read.error()));
  if (auto ok = check_name(writer, body.value); !ok) return ok;
  return check_namespace(writer, body.value);
}

Outcome<Plan> plan_create(const Writer& writer, Body body) {
  return create(writer, std::move(body.value), std::move(body.duplicates), false);
}

Outcome<Plan> plan_new(const Writer& writer, Value next, bool owned) {
  if (auto ok = check_name(writer, next); !ok) return refuse(std::move(ok.error()));
  return create(writer, std::move(next), {}, owned);
}

Outcome<Plan> plan_update(const Writer& writer, const api::Object& live, Body body) {
  return replace(writer, live, std::move(body.value), std::move(body.duplicates), false);
}

Outcome<Plan> plan_next(const Writer& writer, const api::Object& live, Value next, bool owned, std::vector<Finding> duplicates) {
  return replace(writer, live, std::move(next), std::move(duplicates), owned);
}

}  // namespace graylane::apiserver
