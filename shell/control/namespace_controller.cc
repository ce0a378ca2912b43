#include "control/namespace_controller.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "api/build.h"
#include "api/kinds.h"
#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr const char* kNameLabel = "kubernetes.io/metadata.name";
constexpr const char* kFinalizer = "kubernetes";

api::Object make_namespace(const std::string& name, std::chrono::sys_seconds now, route::Rng& random) {
  api::Object ns;
  ns.gvk = {"", "v1", "Namespace"};
  ns.key = {"", "Namespace", "", name};
  ns.age = {now.time_since_epoch().count(), true, 0};
  ns.content =
      make_object({{"apiVersion", Value("v1")},
                   {"kind", Value("Namespace")},
                   {"metadata", make_object({{"name", Value(name)},
                                             {"uid", Value(random_uid(random))},
                                             {"creationTimestamp", Value(api::format_time(now.time_since_epoch().count()))}})}});
  return complete_namespace(ns);
}

/// "pods.", "deployments.apps".
std::string resource_of(const api::Object& object) {
  const api::Kind* kind = api::builtin_kinds().find(object.gvk.api_version(), object.gvk.kind);
  std::string plural = kind ? kind->plural : object.gvk.kind + "s";
  for (char& c : plural) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return plural + "." + object.gvk.group;
}

using Tally = std::map<std::string, size_t>;

std::string listed(const Tally& tally, const char* before, const char* between) {
  std::string text;
  for (const auto& [name, number] : tally)
    text += (text.empty() ? before : ", ") + name + between + std::to_string(number) + " resource instances";
  return text;
}

struct Condition {
  const char* type;
  bool holds;
  const char* reason;
  std::string message;
};

Value to_value(const Condition& condition, const Value* status_before, std::chrono::sys_seconds now) {
  const char* const status = condition.holds ? "True" : "False";
  std::string since = api::format_time(now.time_since_epoch().count());
  for (const Value& before : fields::items(status_before, "conditions")) {
    const bool same = fields::text(&before, "type") == condition.type && fields::text(&before, "status") == status;
    if (same) since = fields::text(&before, "lastTransitionTime", since);
  }
  return make_object({{"type", Value(condition.type)},
                      {"status", Value(status)},
                      {"lastTransitionTime", Value(since)},
                      {"reason", Value(condition.reason)},
                      {"message", Value(condition.message)}});
}

Condition remaining_condition(const Tally& kinds) {
  if (kinds.empty()) return {"NamespaceContentRemaining", false, "ContentRemoved", "All content successfully removed"};
  return {"NamespaceContentRemaining", true, "SomeResourcesRemain", listed(kinds, "Some resources are remaining: ", " has ")};
}

Condition finalizers_condition(const Tally& finalizers) {
  if (finalizers.empty())
    return {"NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished"};
  return {"NamespaceFinalizersRemaining", true, "SomeFinalizersRemain",
          listed(finalizers, "Some content in the namespace has finalizers remaining: ", " in ")};
}

Value conditions_of(const std::vector<api::ObjectPtr>& content, const Value* before, std::chrono::sys_seconds now) {
  Tally kinds, finalizers;
  for (const api::ObjectPtr& object : content) {
    ++kinds[resource_of(*object)];
    for (const Value& finalizer : fields::items(metadata_of(*object), "finalizers")) {
      if (const std::string* name = finalizer.as_string()) ++finalizers[*name];
    }
  }
  const Condition conditions[] = {
      {"NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"},
      {"NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed"},
      {"NamespaceDeletionContentFailure", false, "ContentDeleted",
       "All content successfully deleted, may be waiting on finalization"},
      remaining_condition(kinds),
      finalizers_condition(finalizers)};
  doc::Array values;
  for (const Condition& condition : conditions) values.push_back(to_value(condition, before, now));
  return Value(std::move(values));
}

/// All that is in it is gone: so is what kept it for that.
void finish(const api::Object& ns, Work& work) {
  api::Object next = ns;
  doc::Object& spec = api::object_member(*next.content.as_object(), "spec");
  doc::Array rest = fields::items(fields::find_object(&ns.content, "spec"), "finalizers");
  std::erase_if(rest, [](const Value& one) { return one.as_string() && *one.as_string() == kFinalizer; });
  if (rest.empty()) spec.erase("finalizers");
  else spec.set("finalizers", Value(std::move(rest)));
  if (is_free(next)) work.changes.push_back(Change::remove(ns.key, ns.revision));
  else work.change(change_to(ns, std::move(next)));
}

}  // namespace

api::Object complete_namespace(const api::Object& ns) {
  api::Object next = ns;
  doc::Object& labels = api::object_member(metadata_of(next), "labels");
  if (!labels.find(kNameLabel)) labels.set(kNameLabel, Value(ns.key.name));
  doc::Object& spec = api::object_member(*next.content.as_object(), "spec");
  if (!spec.find("finalizers")) spec.set("finalizers", Value(doc::Array{Value(kFinalizer)}));
  doc::Object& status = api::object_member(*next.content.as_object(), "status");
  if (!status.find("phase")) status.set("phase", Value("Active"));
  return next;
}

void empty_namespace(const api::Object& ns, const std::vector<api::ObjectPtr>& content, Work& work) {
  if (content.empty()) return finish(ns, work);
  for (const api::ObjectPtr& object : content) work.change(deletion_of(*object, work.now));
  api::Object next = ns;
  doc::Object& status = api::object_member(*next.content.as_object(), "status");
  status.set("phase", Value("Terminating"));
  status.set("conditions", conditions_of(content, fields::find_object(&ns.content, "status"), work.now));
  work.change(change_to(ns, std::move(next)));
}

void NamespaceController::make_missing(Work& work) {
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    if (!namespaces_.entries().contains({"", "Namespace", "", name}))
      work.changes.push_back(Change::create(make_namespace(name, work.now, random_)));
  }
}

Result<bool> NamespaceController::step(std::chrono::sys_seconds now) {
  const auto changed = namespaces_.catch_up(now, [](const api::ObjectKey&) {});
  if (!changed) return changed;
  if (!*changed && !unfinished_ && !leaving_ && !queue_.is_due(now)) return false;
  Work work{now};
  make_missing(work);
  leaving_ = false;
  for (const auto& [key, entry] : namespaces_.entries()) {
    const auto& [ns, terminating] = entry;
    if (!ns->content.is_object()) continue;
    if (terminating) {
      leaving_ = true;
      auto content = client_.list({"", "", key.name});
      if (!content) return std::unexpected(std::move(content.error()));
      empty_namespace(*ns, content->items, work);
    } else {
      work.change(change_to(*ns, complete_namespace(*ns)));
    }
  }
  const auto written = queue_.carry_out(std::move(work));
  unfinished_ = !written || *written;
  return written;
}

}  // namespace graylane::control
