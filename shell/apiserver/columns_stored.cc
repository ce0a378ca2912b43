#include "apiserver/columns_stored.h"

#include <algorithm>

#include "api/text_rules.h"
#include "apiserver/columns_text.h"
#include "doc/print.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr Column kName{"Name", "string", "name"};
constexpr Column kAge{"Age"};
constexpr Column kContainers{"Containers", "string", "", 1}, kImages{"Images", "string", "", 1},
    kSelector{"Selector", "string", "", 1};

Value name(const Value& o) { return Value(text_at(o, "metadata.name")); }
Value age(const Value& o, int64_t now) { return Value(age_of(o, now)); }
Value text(const Value& o, std::string_view path) { return Value(text_at(o, path)); }
Value number(const Value& o, std::string_view path) { return Value(number_at(o, path)); }
Value with_none(const Value& o, std::string_view path) { return Value(or_none(text_at(o, path))); }

/// A number, a text, or `absent`.
std::string shown(const Value* value, std::string_view absent) {
  if (!value || value->is_null()) return std::string(absent);
  return value->as_string() ? *value->as_string() : doc::to_json(*value);
}

Value flag(const Value& o, std::string_view path) { return Value(shown(find_path(o, path), "false")); }

const doc::Array& items_at(const Value& o, std::string_view path) {
  static const doc::Array kNone;
  const Value* value = find_path(o, path);
  return value && value->is_array() ? *value->as_array() : kNone;
}

std::string joined(const std::vector<std::string>& words, const char* between = ",") {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : between) + word;
  return all;
}

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

/// "<unknown>/80%": what is and what is wanted, of each metric.
std::string targets(const Value& autoscaler) {
  std::vector<std::string> words;
  const doc::Array& current = items_at(autoscaler, "status.currentMetrics");
  for (const Value& metric : items_at(autoscaler, "spec.metrics")) {
    const std::string type = text_at(metric, "type");
    const std::string part = type == "ContainerResource" ? "containerResource"
                             : type == "Resource"        ? "resource"
                             : type == "Pods"            ? "pods"
                             : type == "Object"          ? "object"
                                                         : "external";
    const size_t index = words.size();
    const Value* is = index < current.size() ? find_path(current[index], part + ".current.averageUtilization") : nullptr;
    const Value* wanted = find_path(metric, part + ".target.averageUtilization");
    const std::string label = type == "Resource" ? text_at(metric, "resource.name") + ": " : "";
    if (wanted) {
      words.push_back(label + (is ? shown(is, "") + "%" : "<unknown>") + "/" + shown(wanted, "") + "%");
      continue;
    }
    const Value* average = find_path(metric, part + ".target.averageValue");
    words.push_back(label + "<unknown>/" + shown(average ? average : find_path(metric, part + ".target.value"), "<auto>"));
  }
  return words.empty() ? "<none>" : joined(words, ", ");
}

std::string job_status(const Value& job) {
  for (const Value& condition : items_at(job, "status.conditions")) {
    const std::string type = text_at(condition, "type");
    if (text_at(condition, "status") == "True" && (type == "Complete" || type == "Failed" || type == "Suspended")) return type;
  }
  return text_at(job, "metadata.deletionTimestamp").empty() ? "Running" : "Terminating";
}

std::string job_duration(const Value& job, int64_t now) {
  const auto begin = api::parse_time(text_at(job, "status.startTime"));
  const auto end = api::parse_time(text_at(job, "status.completionTime"));
  return begin ? age_text(end.value_or(now) - *begin) : "";
}

std::string since(const Value& o, std::string_view path, int64_t now) {
  const auto at = api::parse_time(text_at(o, path));
  return at ? age_text(now - *at) : "<none>";
}

std::string claim_of(const Value& volume) {
  const std::string claim = text_at(volume, "spec.claimRef.name");
  return claim.empty() ? "" : text_at(volume, "spec.claimRef.namespace") + "/" + claim;
}

std::string node_status(const Value& node) {
  std::string status = "Unknown";
  for (const Value& condition : items_at(node, "status.conditions")) {
    if (text_at(condition, "type") == "Ready") status = text_at(condition, "status") == "True" ? "Ready" : "NotReady";
  }
  const Value* unschedulable = find_path(node, "spec.unschedulable");
  return unschedulable && *unschedulable == Value(true) ? status + ",SchedulingDisabled" : status;
}

std::string node_roles(const Value& node) {
  constexpr std::string_view kRole = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  const Value* labels = find_path(node, "metadata.labels");
  if (!labels || !labels->is_object()) return "<none>";
  for (const doc::Member& label : *labels->as_object()) {
    if (label.key.starts_with(kRole)) roles.push_back(label.key.substr(kRole.size()));
  }
  return or_none(joined(roles));
}

std::string quota_text(const Value& quota) {
  const Value* hard = find_path(quota, "status.hard");
  if (!hard) hard = find_path(quota, "spec.hard");
  std::vector<std::string> words;
  if (!hard || !hard->is_object()) return "";
  const Value* used = find_path(quota, "status.used");
  for (const doc::Member& limit : *hard->as_object())
    words.push_back(limit.key + ": " + shown(used ? used->find(limit.key) : nullptr, "0") + "/" + shown(&limit.value, "0"));
  return joined(words, ", ");
}

std::string role_text(const Value& binding) { return text_at(binding, "roleRef.kind") + "/" + text_at(binding, "roleRef.name"); }

struct Row {
  std::string_view kind;
  Columns columns;
};

const std::vector<Row>& workload_rows() {
  static const std::vector<Row> kRows = {
      {"ReplicationController",
       {{kName, {"Desired", "integer"}, {"Current", "integer"}, {"Ready", "integer"}, kAge, kContainers, kImages, kSelector},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       number(o, "spec.replicas"),
                       number(o, "status.replicas"),
                       number(o, "status.readyReplicas"),
                       age(o, now),
                       Value(containers_text(o, "name")),
                       Value(containers_text(o, "image")),
                       Value(labels_text(find_path(o, "spec.selector")))};
        }}},
      {"DaemonSet",
       {{kName,
         {"Desired", "integer"},
         {"Current", "integer"},
         {"Ready", "integer"},
         {"Up-to-date", "integer"},
         {"Available", "integer"},
         {"Node Selector"},
         kAge,
         kContainers,
         kImages,
         kSelector},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       number(o, "status.desiredNumberScheduled"),
                       number(o, "status.currentNumberScheduled"),
                       number(o, "status.numberReady"),
                       number(o, "status.updatedNumberScheduled"),
                       number(o, "status.numberAvailable"),
                       Value(labels_text(find_path(o, "spec.template.spec.nodeSelector"))),
                       age(o, now),
                       Value(containers_text(o, "name")),
                       Value(containers_text(o, "image")),
                       Value(selector_text(o))};
        }}},
      {"Job",
       {{kName, {"Status"}, {"Completions"}, {"Duration"}, kAge, kContainers, kImages, kSelector},
        [](const Value& o, int64_t now) {
          const std::string wanted =
              shown(find_path(o, "spec.completions"), "1 of " + shown(find_path(o, "spec.parallelism"), "1"));
          return Cells{name(o),
                       Value(job_status(o)),
                       Value(std::to_string(number_at(o, "status.succeeded")) + "/" + wanted),
                       Value(job_duration(o, now)),
                       age(o, now),
                       Value(containers_text(o, "name")),
                       Value(containers_text(o, "image")),
                       Value(selector_text(o))};
        }}},
      {"CronJob",
       {{kName, {"Schedule"}, {"Timezone"}, {"Suspend", "boolean"}, {"Active", "integer"}, {"Last Schedule"}, kAge},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       text(o, "spec.schedule"),
                       with_none(o, "spec.timeZone"),
                       Value(shown(find_path(o, "spec.suspend"), "false") == "true"),
                       Value(size_at(o, "status.active")),
                       Value(since(o, "status.lastScheduleTime", now)),
                       age(o, now)};
        }}},
      {"HorizontalPodAutoscaler",
       {{kName, {"Reference"}, {"Targets"}, {"MinPods"}, {"MaxPods"}, {"Replicas"}, kAge},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       Value(text_at(o, "spec.scaleTargetRef.kind") + "/" + text_at(o, "spec.scaleTargetRef.name")),
                       Value(targets(o)),
                       Value(shown(find_path(o, "spec.minReplicas"), "<unset>")),
                       number(o, "spec.maxReplicas"),
                       number(o, "status.currentReplicas"),
                       age(o, now)};
        }}},
      {"PodDisruptionBudget",
       {{kName, {"Min Available"}, {"Max Unavailable"}, {"Allowed Disruptions", "integer"}, kAge},
        [](const Value& o, int64_t now) {
          return Cells{name(o), Value(shown(find_path(o, "spec.minAvailable"), "N/A")),
                       Value(shown(find_path(o, "spec.maxUnavailable"), "N/A")), number(o, "status.disruptionsAllowed"),
                       age(o, now)};
        }}},
      {"PodTemplate",
       {{kName, {"Containers"}, {"Images"}, {"Pod Labels"}},
        [](const Value& o, int64_t) {
          std::vector<std::string> names, images;
          for (const Value& container : items_at(o, "template.spec.containers")) {
            names.push_back(text_at(container, "name"));
            images.push_back(text_at(container, "image"));
          }
          return Cells{name(o), Value(joined(names)), Value(joined(images)),
                       Value(labels_text(find_path(o, "template.metadata.labels")))};
        }}},
      {"ControllerRevision",
       {{kName, {"Controller"}, {"Revision", "integer"}, kAge},
        [](const Value& o, int64_t now) {
          const doc::Array& owners = items_at(o, "metadata.ownerReferences");
          std::string owner = owners.empty() ? "" : text_at(owners[0], "kind") + "/" + text_at(owners[0], "name");
          return Cells{name(o), Value(or_none(owner)), number(o, "revision"), age(o, now)};
        }}},
  };
  return kRows;
}

const std::vector<Row>& other_rows() {
  static const std::vector<Row> kRows = {
      {"Node",
       {{kName, {"Status"}, {"Roles"}, kAge, {"Version"}},
        [](const Value& o, int64_t now) {
          return Cells{name(o), Value(node_status(o)), Value(node_roles(o)), age(o, now),
                       text(o, "status.nodeInfo.kubeletVersion")};
        }}},
      {"PersistentVolume",
       {{kName,
         {"Capacity"},
         {"Access Modes"},
         {"Reclaim Policy"},
         {"Status"},
         {"Claim"},
         {"StorageClass"},
         {"VolumeAttributesClass"},
         {"Reason"},
         kAge,
         {"VolumeMode", "string", "", 1}},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       Value(shown(find_path(o, "spec.capacity.storage"), "")),
                       Value(access_modes(o, "spec.accessModes")),
                       text(o, "spec.persistentVolumeReclaimPolicy"),
                       text(o, "status.phase"),
                       Value(claim_of(o)),
                       text(o, "spec.storageClassName"),
                       Value(shown(find_path(o, "spec.volumeAttributesClassName"), "<unset>")),
                       text(o, "status.reason"),
                       age(o, now),
                       text(o, "spec.volumeMode")};
        }}},
      {"PersistentVolumeClaim",
       {{kName,
         {"Status"},
         {"Volume"},
         {"Capacity"},
         {"Access Modes"},
         {"StorageClass"},
         {"VolumeAttributesClass"},
         kAge,
         {"VolumeMode", "string", "", 1}},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       text(o, "status.phase"),
                       text(o, "spec.volumeName"),
                       Value(shown(find_path(o, "status.capacity.storage"), "")),
                       Value(access_modes(o, "status.accessModes")),
                       text(o, "spec.storageClassName"),
                       Value(shown(find_path(o, "spec.volumeAttributesClassName"), "<unset>")),
                       age(o, now),
                       text(o, "spec.volumeMode")};
        }}},
      {"StorageClass",
       {{kName, {"Provisioner"}, {"ReclaimPolicy"}, {"VolumeBindingMode"}, {"AllowVolumeExpansion"}, kAge},
        [](const Value& o, int64_t now) {
          const Value* is_default = find_path(o, "metadata.annotations");
          is_default = is_default ? is_default->find("storageclass.kubernetes.io/is-default-class") : nullptr;
          const char* mark = is_default && *is_default == Value("true") ? " (default)" : "";
          return Cells{Value(text_at(o, "metadata.name") + mark),
                       text(o, "provisioner"),
                       text(o, "reclaimPolicy"),
                       text(o, "volumeBindingMode"),
                       flag(o, "allowVolumeExpansion"),
                       age(o, now)};
        }}},
      {"ResourceQuota",
       {{kName, {"Request"}, {"Limit"}, kAge},
        [](const Value& o, int64_t now) { return Cells{name(o), Value(quota_text(o)), Value(""), age(o, now)}; }}},
      {"LimitRange",
       {{kName, {"Created At"}}, [](const Value& o, int64_t) { return Cells{name(o), text(o, "metadata.creationTimestamp")}; }}},
      {"NetworkPolicy",
       {{kName, {"Pod-Selector"}, kAge},
        [](const Value& o, int64_t now) {
          return Cells{name(o), Value(labels_text(find_path(o, "spec.podSelector.matchLabels"))), age(o, now)};
        }}},
      {"PriorityClass",
       {{kName, {"Value", "integer"}, {"Global-Default", "boolean"}, kAge, {"PreemptionPolicy"}},
        [](const Value& o, int64_t now) {
          return Cells{name(o), number(o, "value"), flag(o, "globalDefault"), age(o, now), text(o, "preemptionPolicy")};
        }}},
      {"Role",
       {{kName, {"Created At"}}, [](const Value& o, int64_t) { return Cells{name(o), text(o, "metadata.creationTimestamp")}; }}},
      {"ClusterRole",
       {{kName, {"Created At"}}, [](const Value& o, int64_t) { return Cells{name(o), text(o, "metadata.creationTimestamp")}; }}},
      {"RoleBinding",
       {{kName, {"Role"}, kAge}, [](const Value& o, int64_t now) { return Cells{name(o), Value(role_text(o)), age(o, now)}; }}},
      {"ClusterRoleBinding",
       {{kName, {"Role"}, kAge}, [](const Value& o, int64_t now) { return Cells{name(o), Value(role_text(o)), age(o, now)}; }}},
  };
  return kRows;
}

}  // namespace

const Columns* stored_kind_columns(std::string_view kind) {
  for (const std::vector<Row>* rows : {&workload_rows(), &other_rows()}) {
    const auto found = std::ranges::find(*rows, kind, &Row::kind);
    if (found != rows->end()) return &found->columns;
  }
  return nullptr;
}

}  // namespace graylane::apiserver
