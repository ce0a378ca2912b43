#include "apiserver/rules_change.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "api/crd.h"
#include "apiserver/rules_change_parts.h"
#include "apiserver/service_fields.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

struct Immutable {
  std::string_view group;
  std::string_view kind;
  const char* path;
  bool is_plain = false;          // nothing in it has a default
  const char* told_as = nullptr;  // the field; null: the path
};

constexpr std::string_view kCrds = "apiextensions.k8s.io", kStorage = "storage.k8s.io";

constexpr std::array kImmutable = {
    Immutable{"apps", "Deployment", "spec.selector", true},
    Immutable{"apps", "ReplicaSet", "spec.selector", true},
    Immutable{"apps", "DaemonSet", "spec.selector", true},
    Immutable{"apps", "ControllerRevision", "data", true},
    Immutable{"batch", "Job", "spec.selector", true},
    Immutable{"batch", "Job", "spec.completionMode"},
    Immutable{"batch", "Job", "spec.podFailurePolicy"},
    Immutable{"batch", "Job", "spec.backoffLimitPerIndex", true},
    Immutable{"batch", "Job", "spec.managedBy", true},
    Immutable{"batch", "Job", "spec.successPolicy"},
    Immutable{"scheduling.k8s.io", "PriorityClass", "preemptionPolicy"},
    Immutable{"networking.k8s.io", "IngressClass", "spec.controller", true},
    Immutable{kStorage, "StorageClass", "parameters", true},
    Immutable{kStorage, "StorageClass", "provisioner", true},
    Immutable{kStorage, "StorageClass", "reclaimPolicy"},
    Immutable{kStorage, "StorageClass", "volumeBindingMode"},
    Immutable{kStorage, "VolumeAttributesClass", "driverName", true},
    Immutable{kStorage, "VolumeAttributesClass", "parameters", true},
    Immutable{kStorage, "CSIDriver", "spec.attachRequired", false, "spec.attachedRequired"},
    Immutable{kStorage, "CSIDriver", "spec.volumeLifecycleModes"},
    Immutable{"node.k8s.io", "RuntimeClass", "handler", true},
    Immutable{"discovery.k8s.io", "EndpointSlice", "addressType", true},
    Immutable{"", "Secret", "type"},
    Immutable{"", "PersistentVolume", "spec.volumeMode", false, "volumeMode"},
    Immutable{"", "PersistentVolumeClaim", "spec.volumeMode", false, "volumeMode"},
    Immutable{kCrds, "CustomResourceDefinition", "spec.group", true},
    Immutable{kCrds, "CustomResourceDefinition", "spec.scope", true},
    Immutable{kCrds, "CustomResourceDefinition", "spec.names.plural", true},
    Immutable{kCrds, "CustomResourceDefinition", "spec.names.kind", true},
};

void check_immutable(const Value& live, const Value& next, const api::Kind& kind, bool only_plain, Causes& causes) {
  for (const Immutable& row : kImmutable) {
    if (row.kind != kind.gvk.kind || row.group != kind.gvk.group || (only_plain && !row.is_plain)) continue;
    const Value* after = find_path(next, row.path);
    if (!is_same(find_path(live, row.path), after))
      causes.invalid(row.told_as ? row.told_as : row.path, after, "field is immutable");
  }
}

// ---- rules of one kind

void check_kept_data(const Value& live, const Value& next, Causes& causes) {
  const Value* frozen = live.find("immutable");
  if (!frozen || *frozen != Value(true)) return;
  for (const char* member : {"immutable", "data", "binaryData"}) {
    if (!is_same(live.find(member), next.find(member))) causes.forbidden(member, "field is immutable when `immutable` is set");
  }
}

void check_priority(const Value& live, const Value& next, Causes& causes) {
  if (number_at(live, "value") != number_at(next, "value")) causes.forbidden("value", "may not be changed in an update.");
}

void check_binding(const Value& live, const Value& next, Causes& causes) {
  const Value* role = next.find("roleRef");
  if (is_same(live.find("roleRef"), role)) return;
  const std::string shown = R"({"APIGroup":)" + go_quoted(text_at(next, "roleRef.apiGroup")) + R"(,"Kind":)" +
                            go_quoted(text_at(next, "roleRef.kind")) + R"(,"Name":)" + go_quoted(text_at(next, "roleRef.name")) +
                            "}";
  causes.invalid("roleRef", shown, "cannot change roleRef");
}

void check_quota(const Value& live, const Value& next, Causes& causes) {
  const auto scopes = [](const Value& quota) {
    std::map<std::string, bool> all;
    for (const Value& scope : items_at(quota, "spec.scopes")) all[doc::to_json(scope)] = true;
    return all;
  };
  if (scopes(live) != scopes(next)) causes.invalid("spec.scopes", find_path(next, "spec.scopes"), "field is immutable");
}

/// Where Pods may go can change while no Pod of the Job is there.
void check_job(const Value& live, const Value& next, Causes& causes) {
  const Value* before = find_path(live, "spec.template");
  const Value* after = find_path(next, "spec.template");
  const Value* completions = find_path(next, "spec.completions");
  const bool is_elastic = text_at(next, "spec.completionMode") == "Indexed" && find_path(live, "spec.completions") &&
                          completions && is_same(completions, find_path(next, "spec.parallelism")) &&
                          is_same(find_path(live, "spec.completions"), find_path(live, "spec.parallelism"));
  if (!is_elastic && !is_same(find_path(live, "spec.completions"), completions))
    causes.invalid("spec.completions", completions, "field is immutable");
  const bool may_move = flag_at(live, "spec.suspend") && number_at(live, "status.active") == 0;
  if (!before || !after || !before->is_object() || !after->is_object()) return;
  Value kept = *before, now = *after;
  if (may_move) {
    drop_movable(kept);
    drop_movable(now);
  }
  if (kept != now) causes.invalid("spec.template", after, "field is immutable");
}

constexpr const char* kOnlySomeOfSets =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

void check_controller_set(const Value& live, const Value& next, Causes& causes) {
  constexpr std::array<std::string_view, 7> kFree = {
      "replicas",       "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy",
      "minReadySeconds"};
  if (spec_without(live, kFree) != spec_without(next, kFree)) causes.forbidden("spec", kOnlySomeOfSets);
}

/// A claim gets its volume once; when it has it, it may ask for more.
void check_claim(const Value& live, const Value& next, Causes& causes) {
  Value before = spec_without(live, {}), after = spec_without(next, {});
  const bool is_bound = text_at(next, "status.phase") == "Bound";
  const auto drop = [&](std::string_view member) {
    for (Value* spec : {&before, &after}) {
      if (spec->is_object()) spec->as_object()->erase(member);
    }
  };
  if (text_at(live, "spec.volumeName").empty()) drop("volumeName");
  if (is_bound) drop("volumeAttributesClassName");
  if (is_bound) drop_storage_request(before), drop_storage_request(after);
  if (before != after)
    causes.forbidden("spec",
                     "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
  const char* const path = "spec.resources.requests.storage";
  const auto old_size = amount_of(find_path(live, path)), size = amount_of(find_path(next, path)),
             filled = amount_of(find_path(live, "status.capacity.storage"));
  if (old_size && size && filled && api::compare(*size, *old_size) < 0 && api::compare(*size, *filled) <= 0)
    causes.forbidden(path, "field can not be less than status.capacity");
}

void check_volume(const Value& live, const Value& next, Causes& causes) {
  constexpr std::array<std::string_view, 9> kOthers = {
      "capacity",     "accessModes", "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
      "mountOptions", "volumeMode",  "nodeAffinity", "volumeAttributesClassName"};
  if (spec_without(live, kOthers) != spec_without(next, kOthers))
    causes.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
  if (find_path(live, "spec.volumeAttributesClassName") && !find_path(next, "spec.volumeAttributesClassName"))
    causes.forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden");
}

/// Set once.
void check_node(const Value& live, const Value& next, Causes& causes) {
  const auto check = [&](const char* path, const char* why) {
    const Value* before = find_path(live, path);
    if (before && !is_same(before, find_path(next, path))) causes.forbidden(path, why);
  };
  check("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
  check("spec.providerID", "node updates may not change providerID except from \"\" to valid");
}

/// Forgets the versions that a definition does not have. Objects are the same in each version here, so nothing has to be migrated.
std::string forgetting_command(const Value& definition, doc::Array kept) {
  for (const Value& version : items_at(definition, "spec.versions")) {
    const Value* name = version.find("name");
    if (kept.empty() && name && flag_at(version, "storage")) kept.push_back(*name);
  }
  return "kubectl patch crd " + text_at(definition, "metadata.name") +
         " --subresource=status --type=merge -p '{\"status\":{\"storedVersions\":" + doc::to_json(Value(std::move(kept))) + "}}'";
}

/// A version in which objects may be stored cannot leave its definition.
void check_stored_versions(const Value& live, const Value& next, Causes& causes) {
  const doc::Array& stored = items_at(live, "status.storedVersions");
  const doc::Array& versions = items_at(next, "spec.versions");
  if (!find_path(next, "spec.versions")) return;
  const auto is_gone = [&](const Value& stored_version) {
    const auto is_it = [&](const Value& version) { return version.find("name") && *version.find("name") == stored_version; };
    return stored_version.as_string() && std::ranges::none_of(versions, is_it);
  };
  doc::Array kept;
  std::ranges::remove_copy_if(stored, std::back_inserter(kept), is_gone);
  for (size_t i = 0; i < stored.size(); ++i) {
    if (!is_gone(stored[i])) continue;
    const std::string& text = *stored[i].as_string();
    causes.invalid("status.storedVersions[" + std::to_string(i) + "]", go_quoted(text),
                   "missing from spec.versions; " + text +
                       " was previously a storage version, and must remain in spec.versions until a storage migration ensures no "
                       "data remains persisted in " +
                       text + " and removes " + text + " from status.storedVersions: " + forgetting_command(next, kept));
  }
}

struct Row {
  std::string_view group;
  std::string_view kind;
  void (*check)(const Value& live, const Value& next, Causes& causes);
};
constexpr std::array kRows = {
    Row{"", "ConfigMap", check_kept_data},
    Row{"", "Secret", check_kept_data},
    Row{"", "ResourceQuota", check_quota},
    Row{"", "PersistentVolume", check_volume},
    Row{"", "PersistentVolumeClaim", check_claim},
    Row{"", "Node", check_node},
    Row{"", "Pod", check_pod_change},
    Row{"", "Service", check_service_change},
    Row{"apps", "StatefulSet", check_controller_set},
    Row{"batch", "Job", check_job},
    Row{"rbac.authorization.k8s.io", "RoleBinding", check_binding},
    Row{"rbac.authorization.k8s.io", "ClusterRoleBinding", check_binding},
    Row{"scheduling.k8s.io", "PriorityClass", check_priority},
    Row{kCrds, "CustomResourceDefinition", check_stored_versions},
};

}  // namespace

void check_change_rules(const Value& live, const Value& next, const api::Kind& kind, std::vector<patch::Cause>& gathered) {
  if (kind.custom) return;
  Causes causes(gathered);
  check_immutable(live, next, kind, false, causes);
  for (const Row& row : kRows) {
    if (row.group == kind.gvk.group && row.kind == kind.gvk.kind) row.check(live, next, causes);
  }
}

void check_plain_changes(const Value& live, const Value& given, const api::Kind& kind, std::vector<patch::Cause>& gathered) {
  if (kind.custom) return;
  Causes causes(gathered);
  check_immutable(live, given, kind, true, causes);
  if (kind.gvk.group != "apps" || kind.gvk.kind != "StatefulSet") return;
  const auto differs = [&](const char* path) { return !is_same(find_path(live, path), find_path(given, path)); };
  if (differs("spec.selector") || differs("spec.serviceName")) causes.forbidden("spec", kOnlySomeOfSets);
}

bool is_of_fixed_field(const patch::Cause& cause) {
  constexpr std::array<std::string_view, 8> kWords = {
      "field is immutable",    "is immutable after creation",     "may not change once set",     "can not be unset",
      "cannot change roleRef", "may not be changed in an update", "updates to statefulset spec", "pod updates may not"};
  return std::ranges::any_of(kWords, [&](std::string_view words) { return cause.message.contains(words); });
}

}  // namespace graylane::apiserver
