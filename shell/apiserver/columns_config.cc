#include <algorithm>
#include <set>

#include "api/text_rules.h"
#include "apiserver/columns_table.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

Cells config_map(const Value& o, int64_t now) {
  return {name_cell(o), Value(size_at(o, "data") + size_at(o, "binaryData")), age_cell(o, now)};
}

Cells secret(const Value& o, int64_t now) {
  return {name_cell(o), text_cell(o, "type"), Value(size_at(o, "data")), age_cell(o, now)};
}

Cells namespace_cells(const Value& o, int64_t now) { return {name_cell(o), text_cell(o, "status.phase"), age_cell(o, now)}; }
Cells lease(const Value& o, int64_t now) { return {name_cell(o), text_cell(o, "spec.holderIdentity"), age_cell(o, now)}; }
Cells created(const Value& o, int64_t) { return {name_cell(o), text_cell(o, "metadata.creationTimestamp")}; }

// ---- rights ----

std::string subjects_text(const Value& binding, std::string_view kind) {
  std::vector<std::string> words;
  for (const Value& subject : items_at(binding, "subjects")) {
    if (text_at(subject, "kind") != kind) continue;
    const std::string ns = text_at(subject, "namespace");
    words.push_back((kind == "ServiceAccount" ? ns + "/" : "") + text_at(subject, "name"));
  }
  return joined(words, ", ");
}

Cells role_binding(const Value& o, int64_t now) {
  return {name_cell(o),
          Value(text_at(o, "roleRef.kind") + "/" + text_at(o, "roleRef.name")),
          age_cell(o, now),
          Value(subjects_text(o, "User")),
          Value(subjects_text(o, "Group")),
          Value(subjects_text(o, "ServiceAccount"))};
}

// ---- nodes ----

std::string node_status(const Value& node) {
  std::string status = "Unknown";
  for (const Value& condition : items_at(node, "status.conditions")) {
    if (text_at(condition, "type") == "Ready") status = text_at(condition, "status") == "True" ? "Ready" : "NotReady";
  }
  return flag_at(node, "spec.unschedulable") ? status + ",SchedulingDisabled" : status;
}

std::string node_roles(const Value& node) {
  constexpr std::string_view kRole = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  const Value* labels = find_path(node, "metadata.labels");
  if (!labels || !labels->is_object()) return "<none>";
  for (const doc::Member& label : *labels->as_object()) {
    if (label.key.starts_with(kRole) && label.key.size() > kRole.size()) roles.insert(label.key.substr(kRole.size()));
    else if (label.key == "kubernetes.io/role" && label.value.as_string()) roles.insert(*label.value.as_string());
  }
  return or_none(joined({roles.begin(), roles.end()}));
}

std::string node_address(const Value& node, std::string_view type) {
  for (const Value& address : items_at(node, "status.addresses")) {
    if (text_at(address, "type") == type) return text_at(address, "address");
  }
  return "<none>";
}

std::string node_info(const Value& node, std::string_view member) {
  const std::string text = text_at(node, "status.nodeInfo." + std::string(member));
  return text.empty() ? "<unknown>" : text;
}

Cells node(const Value& o, int64_t now) {
  const std::string architecture = text_at(o, "status.nodeInfo.architecture");
  return {name_cell(o),
          Value(node_status(o)),
          Value(node_roles(o)),
          age_cell(o, now),
          text_cell(o, "status.nodeInfo.kubeletVersion"),
          Value(node_address(o, "InternalIP")),
          Value(node_address(o, "ExternalIP")),
          Value(node_info(o, "osImage")),
          Value(node_info(o, "kernelVersion") + (architecture.empty() ? "" : " (" + architecture + ")")),
          Value(node_info(o, "containerRuntimeVersion"))};
}

// ---- volumes ----

std::string access_modes(const Value& o, std::string_view path) {
  std::vector<std::string> words;
  for (const Value& item : items_at(o, path)) {
    const std::string mode = shown(&item, "");
    words.push_back(mode == "ReadWriteOnce"      ? "RWO"
                    : mode == "ReadOnlyMany"     ? "ROX"
                    : mode == "ReadWriteMany"    ? "RWX"
                    : mode == "ReadWriteOncePod" ? "RWOP"
                                                 : mode);
  }
  return joined(words);
}

Value volume_phase(const Value& o) { return is_being_deleted(o) ? Value("Terminating") : text_cell(o, "status.phase"); }
Value unset_cell(const Value& o, std::string_view path) { return Value(shown(find_path(o, path), "<unset>")); }

Cells volume(const Value& o, int64_t now) {
  const std::string claim = text_at(o, "spec.claimRef.name");
  return {name_cell(o),
          Value(shown(find_path(o, "spec.capacity.storage"), "0")),
          Value(access_modes(o, "spec.accessModes")),
          text_cell(o, "spec.persistentVolumeReclaimPolicy"),
          volume_phase(o),
          Value(claim.empty() ? "" : text_at(o, "spec.claimRef.namespace") + "/" + claim),
          text_cell(o, "spec.storageClassName"),
          unset_cell(o, "spec.volumeAttributesClassName"),
          text_cell(o, "status.reason"),
          age_cell(o, now),
          unset_cell(o, "spec.volumeMode")};
}

Cells volume_claim(const Value& o, int64_t now) {
  const bool bound = !text_at(o, "spec.volumeName").empty();
  return {name_cell(o),
          volume_phase(o),
          text_cell(o, "spec.volumeName"),
          Value(bound ? shown(find_path(o, "status.capacity.storage"), "0") : ""),
          Value(bound ? access_modes(o, "status.accessModes") : ""),
          text_cell(o, "spec.storageClassName"),
          unset_cell(o, "spec.volumeAttributesClassName"),
          age_cell(o, now),
          unset_cell(o, "spec.volumeMode")};
}

Cells storage_class(const Value& o, int64_t now) {
  const Value* annotations = find_path(o, "metadata.annotations");
  const Value* is_default = annotations ? annotations->find("storageclass.kubernetes.io/is-default-class") : nullptr;
  const bool marked = is_default && is_default->as_string() && *is_default->as_string() == "true";
  return {Value(text_at(o, "metadata.name") + (marked ? " (default)" : "")),
          text_cell(o, "provisioner"),
          text_cell(o, "reclaimPolicy"),
          text_cell(o, "volumeBindingMode"),
          flag_cell(o, "allowVolumeExpansion"),
          age_cell(o, now)};
}

// ---- limits ----

/// "cpu: 1/3, pods: 1/10": what is used of what there is; of the limits, or of all but them.
std::string quota_text(const Value& quota, bool limits) {
  const Value* hard = find_path(quota, "status.hard");
  const Value* used = find_path(quota, "status.used");
  if (!hard || !hard->is_object()) return "";
  std::set<std::string> words;
  for (const doc::Member& limit : *hard->as_object()) {
    if (limit.key.starts_with("limits.") == limits)
      words.insert(limit.key + ": " + shown(used ? used->find(limit.key) : nullptr, "0") + "/" + shown(&limit.value, "0"));
  }
  return joined({words.begin(), words.end()}, ", ");
}

Cells quota(const Value& o, int64_t now) {
  return {name_cell(o), Value(quota_text(o, false)), Value(quota_text(o, true)), age_cell(o, now)};
}

Cells priority_class(const Value& o, int64_t now) {
  return {name_cell(o), number_cell(o, "value"), flag_cell(o, "globalDefault"), age_cell(o, now),
          text_cell(o, "preemptionPolicy")};
}

// ---- admission ----

Cells webhooks(const Value& o, int64_t now) { return {name_cell(o), Value(size_at(o, "webhooks")), age_cell(o, now)}; }

Cells admission_policy(const Value& o, int64_t now) {
  const bool has_kind = find_path(o, "spec.paramKind") != nullptr;
  return {name_cell(o), Value(size_at(o, "spec.validations")),
          Value(has_kind ? text_at(o, "spec.paramKind.apiVersion") + "/" + text_at(o, "spec.paramKind.kind") : "<unset>"),
          age_cell(o, now)};
}

Cells admission_binding(const Value& o, int64_t now) {
  const std::string ns = text_at(o, "spec.paramRef.namespace"), named = text_at(o, "spec.paramRef.name");
  return {name_cell(o), text_cell(o, "spec.policyName"), Value(named.empty() ? "<unset>" : (ns.empty() ? "*" : ns) + "/" + named),
          age_cell(o, now)};
}

// ---- events ----

std::string first_of(const Value& o, std::string_view path, std::string_view other) {
  std::string text = text_at(o, path);
  return text.empty() ? text_at(o, other) : text;
}

std::string event_source(const Value& event) {
  const std::string instance = first_of(event, "source.host", "reportingInstance");
  return first_of(event, "source.component", "reportingComponent") + (instance.empty() ? "" : ", " + instance);
}

std::string event_object(const Value& event) {
  const std::string object = text_at(event, "involvedObject.name");
  return lower_case(text_at(event, "involvedObject.kind")) + (object.empty() ? "" : "/" + object);
}

std::string trimmed(std::string text) {
  constexpr std::string_view kBlank = " \t\r\n";
  text.erase(std::min(text.find_last_not_of(kBlank) + 1, text.size()));
  return text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
}

Cells event(const Value& o, int64_t now) {
  const auto known = [](const std::string& age) { return age.empty() ? std::string("<unknown>") : age; };
  std::string first = since_text(o, "firstTimestamp", now);
  if (first.empty()) first = since_text(o, "eventTime", now);
  std::string last = since_text(o, "lastTimestamp", now);
  if (last.empty()) last = first;
  const bool is_series = find_path(o, "series") != nullptr;
  if (is_series) last = since_text(o, "series.lastObservedTime", now);
  const int64_t count = is_series ? number_at(o, "series.count") : std::max<int64_t>(1, number_at(o, "count"));
  return {Value(known(last)),
          text_cell(o, "type"),
          text_cell(o, "reason"),
          Value(event_object(o)),
          text_cell(o, "involvedObject.fieldPath"),
          Value(event_source(o)),
          Value(trimmed(text_at(o, "message"))),
          Value(known(first)),
          Value(count),
          name_cell(o)};
}

std::vector<Column> event_columns() {
  return {{"Last Seen"},
          {"Type"},
          {"Reason"},
          {"Object"},
          {"Subobject", "string", "", 1},
          {"Source", "string", "", 1},
          {"Message"},
          {"First Seen", "string", "", 1},
          {"Count", "string", "", 1},
          {"Name", "string", "name", 1}};
}

std::vector<Column> binding_columns() {
  return {kName, {"Role"}, kAge, {"Users", "string", "", 1}, {"Groups", "string", "", 1}, {"ServiceAccounts", "string", "", 1}};
}

std::vector<Column> node_columns() {
  return {kName,
          {"Status"},
          {"Roles"},
          kAge,
          {"Version"},
          {"Internal-IP", "string", "", 1},
          {"External-IP", "string", "", 1},
          {"OS-Image", "string", "", 1},
          {"Kernel-Version", "string", "", 1},
          {"Container-Runtime", "string", "", 1}};
}

std::vector<Column> volume_columns() {
  return {kName,
          {"Capacity"},
          {"Access Modes"},
          {"Reclaim Policy"},
          {"Status"},
          {"Claim"},
          {"StorageClass"},
          {"VolumeAttributesClass"},
          {"Reason"},
          kAge,
          {"VolumeMode", "string", "", 1}};
}

std::vector<Column> claim_columns() {
  return {kName,
          {"Status"},
          {"Volume"},
          {"Capacity"},
          {"Access Modes"},
          {"StorageClass"},
          {"VolumeAttributesClass"},
          kAge,
          {"VolumeMode", "string", "", 1}};
}

}  // namespace

std::span<const KindColumns> config_columns() {
  constexpr Column kCreated{"Created At", "date"};
  static const std::vector<KindColumns> kRows = {
      {"ConfigMap", {kName, {"Data"}, kAge}, config_map},
      {"Secret", {kName, {"Type"}, {"Data"}, kAge}, secret},
      {"Namespace", {kName, {"Status"}, kAge}, namespace_cells},
      {"Lease", {kName, {"Holder"}, kAge}, lease},
      {"Event", event_columns(), event},
      {"Node", node_columns(), node},
      {"PersistentVolume", volume_columns(), volume},
      {"PersistentVolumeClaim", claim_columns(), volume_claim},
      {"StorageClass",
       {kName, {"Provisioner"}, {"ReclaimPolicy"}, {"VolumeBindingMode"}, {"AllowVolumeExpansion"}, kAge},
       storage_class},
      {"ResourceQuota", {kName, {"Request"}, {"Limit"}, kAge}, quota},
      {"LimitRange", {kName, kCreated}, created},
      {"PriorityClass", {kName, {"Value", "integer"}, {"Global-Default", "boolean"}, kAge, {"PreemptionPolicy"}}, priority_class},
      {"Role", {kName, kCreated}, created},
      {"ClusterRole", {kName, kCreated}, created},
      {"RoleBinding", binding_columns(), role_binding},
      {"ClusterRoleBinding", binding_columns(), role_binding},
      {"CustomResourceDefinition", {kName, kCreated}, created},
      {"MutatingWebhookConfiguration", {kName, {"Webhooks", "integer"}, kAge}, webhooks},
      {"ValidatingWebhookConfiguration", {kName, {"Webhooks", "integer"}, kAge}, webhooks},
      {"ValidatingAdmissionPolicy", {kName, {"Validations", "integer"}, {"ParamKind"}, kAge}, admission_policy},
      {"ValidatingAdmissionPolicyBinding", {kName, {"PolicyName"}, {"ParamRef"}, kAge}, admission_binding},
  };
  return kRows;
}

}  // namespace graylane::apiserver
