// Deletion, as the pipeline plans it.
#include <algorithm>
#include <array>

#include "api/build.h"
#include "api/crd.h"
#include "api/text_rules.h"
#include "apiserver/columns_text.h"
#include "apiserver/pipeline.h"
#include "apiserver/plan_parts.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;
using Effect = Plan::Effect;

namespace {

constexpr const char* kJobWarning =
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set "
    "propagationPolicy=Orphan to suppress this warning";
constexpr std::array<std::string_view, 3> kKeptNamespaces = {"default", "kube-public", "kube-system"};

/// Here the original names the kind, not its plural.
ApiError missed(const Kind& kind, const api::ObjectKey& key, std::string_view why) {
  ApiError error = conflict(kind, key.name, why);
  const std::string its_kind = key.group.empty() ? kind.gvk.kind : kind.gvk.kind + "." + key.group;
  error.message = "Operation cannot be fulfilled on " + its_kind + " " + go_quoted(key.name) + ": " + std::string(why);
  error.details.group = key.group;
  error.details.kind = kind.gvk.kind;
  return error;
}

/// Namespaces look at preconditions by themselves.
ApiError missed_namespace(const Kind& kind, const std::string& name, const std::string& what, const std::string& wanted,
                          const std::string& found) {
  return conflict(kind, name,
                  "Precondition failed: " + what + " in precondition: " + wanted + ", " + what + " in object meta: " + found);
}

Outcome<void> check_preconditions(const Kind& kind, const api::Object& live, const DeleteOptions& options) {
  const bool is_namespace = kind.gvk.group.empty() && kind.gvk.kind == "Namespace";
  const std::string uid = text_at(live.content, "metadata.uid"), revision = std::to_string(live.revision);
  if (options.uid && *options.uid != uid)
    return refuse(is_namespace ? missed_namespace(kind, live.key.name, "UID", *options.uid, uid)
                               : missed(kind, live.key,
                                        "the UID in the precondition (" + *options.uid + ") does not match the UID in record (" +
                                            uid + "). The object might have been deleted and then recreated"));
  if (options.resource_version && *options.resource_version != revision)
    return refuse(is_namespace ? missed_namespace(kind, live.key.name, "ResourceVersion", *options.resource_version, revision)
                               : missed(kind, live.key,
                                        "the ResourceVersion in the precondition (" + *options.resource_version +
                                            ") does not match the ResourceVersion in record (" + revision +
                                            "). The object might have been modified"));
  return {};
}

Outcome<void> check_delete(const Writer& writer, const api::Object& live, const DeleteOptions& options) {
  const Kind& kind = *writer.kind;
  const std::string& name = live.key.name;
  if (auto ok = check_preconditions(kind, live, options); !ok) return ok;
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

/// Kinds whose deletion is a task of its own: their content goes first.
bool ends_by_itself(const Kind& kind) {
  return api::is_crd(kind.gvk) || (kind.gvk.group.empty() && kind.gvk.kind == "Namespace");
}

/// Kinds that leave what they own alone unless told otherwise.
bool keeps_dependents(const Kind& kind) {
  return (kind.gvk.group == "batch" && kind.gvk.kind == "Job") ||
         (kind.gvk.group.empty() && kind.gvk.kind == "ReplicationController");
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
    if (!ends_by_itself(*writer.kind)) metadata.set("deletionGracePeriodSeconds", Value(grace));
    if (writer.kind->has_generation && !ends_by_itself(*writer.kind))
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
  std::vector<std::string> warnings;
  if (writer.kind->gvk.kind == "Job" && options.by_default && keeps_dependents(*writer.kind)) warnings.emplace_back(kJobWarning);
  if (auto ok = check_delete(writer, live, options); !ok) {
    ok.error().warnings = std::move(warnings);
    return refuse(std::move(ok.error()));
  }
  api::Object next = live;
  const bool collects = writer.kind->gvk.kind != "Event";  // nobody depends on those
  set_finalizer(next.content, "foregroundDeletion", collects && options.foreground);
  set_finalizer(next.content, "orphan", collects && (options.orphan || (options.by_default && keeps_dependents(*writer.kind))));
  begin_end(writer, live, next.content);
  const bool again = is_deleted(live.content);
  const int64_t grace = again ? shorten(live, options, next.content) : grace_seconds(*writer.kind, live, options);
  if (!again && (grace > 0 || is_pod(*writer.kind) || !is_free(next.content))) mark_deleted(writer, live, grace, next.content);
  if (grace == 0 && is_free(next.content)) return Plan{Effect::kRemove, std::move(next), std::move(warnings)};
  const Effect effect = next.content == live.content ? Effect::kNone : Effect::kReplace;
  return Plan{effect, std::move(next), std::move(warnings)};
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
