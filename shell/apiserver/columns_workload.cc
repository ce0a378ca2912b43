#include "api/text_rules.h"
#include "apiserver/columns_pod.h"
#include "apiserver/columns_table.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

Value ready_cell(const Value& o) {
  return Value(std::to_string(number_at(o, "status.readyReplicas")) + "/" + std::to_string(number_at(o, "spec.replicas")));
}

Cells with_template(Cells cells, const Value& o) {
  cells.emplace_back(containers_text(o, "spec.template.spec.containers", "name"));
  cells.emplace_back(containers_text(o, "spec.template.spec.containers", "image"));
  return cells;
}

Cells with_template_and_selector(Cells cells, const Value& o) {
  cells = with_template(std::move(cells), o);
  cells.emplace_back(selector_text(find_path(o, "spec.selector")));
  return cells;
}

Cells deployment(const Value& o, int64_t now) {
  return with_template_and_selector({name_cell(o), ready_cell(o), number_cell(o, "status.updatedReplicas"),
                                     number_cell(o, "status.availableReplicas"), age_cell(o, now)},
                                    o);
}

Cells replicas(const Value& o, int64_t now) {
  return {name_cell(o), number_cell(o, "spec.replicas"), number_cell(o, "status.replicas"),
          number_cell(o, "status.readyReplicas"), age_cell(o, now)};
}

Cells replica_set(const Value& o, int64_t now) { return with_template_and_selector(replicas(o, now), o); }

Cells replication_controller(const Value& o, int64_t now) {
  Cells cells = with_template(replicas(o, now), o);
  cells.emplace_back(labels_text(find_path(o, "spec.selector")));
  return cells;
}

Cells stateful_set(const Value& o, int64_t now) { return with_template({name_cell(o), ready_cell(o), age_cell(o, now)}, o); }

Cells daemon_set(const Value& o, int64_t now) {
  return with_template_and_selector({name_cell(o), number_cell(o, "status.desiredNumberScheduled"),
                                     number_cell(o, "status.currentNumberScheduled"), number_cell(o, "status.numberReady"),
                                     number_cell(o, "status.updatedNumberScheduled"), number_cell(o, "status.numberAvailable"),
                                     Value(labels_text(find_path(o, "spec.template.spec.nodeSelector"))), age_cell(o, now)},
                                    o);
}

/// "statefulset.apps/web": whose revision it is.
std::string controller_text(const Value& o) {
  for (const Value& owner : items_at(o, "metadata.ownerReferences")) {
    if (!flag_at(owner, "controller")) continue;
    const std::string api_version = text_at(owner, "apiVersion");
    const size_t slash = api_version.find('/');
    const std::string group = slash == api_version.npos ? "" : "." + api_version.substr(0, slash);
    return lower_case(text_at(owner, "kind")) + group + "/" + text_at(owner, "name");
  }
  return "<none>";
}

Cells controller_revision(const Value& o, int64_t now) {
  return {name_cell(o), Value(controller_text(o)), number_cell(o, "revision"), age_cell(o, now)};
}

bool is_true(const Value& o, std::string_view condition) {
  for (const Value& one : items_at(o, "status.conditions")) {
    if (text_at(one, "type") == condition) return text_at(one, "status") == "True";
  }
  return false;
}

std::string job_status(const Value& job) {
  for (const char* done : {"Complete", "Failed"}) {
    if (is_true(job, done)) return done;
  }
  if (is_being_deleted(job)) return "Terminating";
  for (const char* underway : {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
    if (is_true(job, underway)) return underway;
  }
  return "Running";
}

std::string job_completions(const Value& job) {
  const std::string done = std::to_string(number_at(job, "status.succeeded")) + "/";
  if (find_path(job, "spec.completions")) return done + std::to_string(number_at(job, "spec.completions"));
  const int64_t parallelism = number_at(job, "spec.parallelism");
  return done + (parallelism > 1 ? "1 of " + std::to_string(parallelism) : "1");
}

std::string job_duration(const Value& job, int64_t now) {
  const auto begin = api::parse_time(text_at(job, "status.startTime"));
  const auto end = api::parse_time(text_at(job, "status.completionTime"));
  return begin ? age_text(end.value_or(now) - *begin) : "";
}

Cells job(const Value& o, int64_t now) {
  return with_template_and_selector(
      {name_cell(o), Value(job_status(o)), Value(job_completions(o)), Value(job_duration(o, now)), age_cell(o, now)}, o);
}

Cells cron_job(const Value& o, int64_t now) {
  constexpr const char* kTemplate = "spec.jobTemplate.spec.template.spec.containers";
  const Value* suspended = find_path(o, "spec.suspend");
  const std::string last = since_text(o, "status.lastScheduleTime", now);
  return {name_cell(o),
          text_cell(o, "spec.schedule"),
          none_cell(o, "spec.timeZone"),
          Value(!suspended                   ? "<unset>"
                : flag_at(o, "spec.suspend") ? "True"
                                             : "False"),
          Value(size_at(o, "status.active")),
          Value(or_none(last)),
          age_cell(o, now),
          Value(containers_text(o, kTemplate, "name")),
          Value(containers_text(o, kTemplate, "image")),
          Value(selector_text(find_path(o, "spec.jobTemplate.spec.selector")))};
}

Cells autoscaler(const Value& o, int64_t now) {
  return {name_cell(o),
          Value(text_at(o, "spec.scaleTargetRef.kind") + "/" + text_at(o, "spec.scaleTargetRef.name")),
          Value(metrics_text(o)),
          Value(shown(find_path(o, "spec.minReplicas"), "<unset>")),
          number_cell(o, "spec.maxReplicas"),
          number_cell(o, "status.currentReplicas"),
          age_cell(o, now)};
}

Cells disruption_budget(const Value& o, int64_t now) {
  return {name_cell(o), Value(shown(find_path(o, "spec.minAvailable"), "N/A")),
          Value(shown(find_path(o, "spec.maxUnavailable"), "N/A")), number_cell(o, "status.disruptionsAllowed"),
          age_cell(o, now)};
}

Cells pod_template(const Value& o, int64_t) {
  return {name_cell(o), Value(containers_text(o, "template.spec.containers", "name")),
          Value(containers_text(o, "template.spec.containers", "image")),
          Value(labels_text(find_path(o, "template.metadata.labels")))};
}

Cells pod(const Value& o, int64_t now) {
  const PodSummary summary = summarize_pod(o, now);
  return {
      name_cell(o),        Value(summary.ready),         Value(summary.status),         Value(summary.restarts),
      age_cell(o, now),    none_cell(o, "status.podIP"), none_cell(o, "spec.nodeName"), none_cell(o, "status.nominatedNodeName"),
      Value(summary.gates)};
}

Cells scale(const Value& o, int64_t now) {
  return {name_cell(o), number_cell(o, "spec.replicas"), number_cell(o, "status.replicas"), age_cell(o, now)};
}

std::vector<Column> replica_columns() {
  return {kName, {"Desired", "integer"}, {"Current", "integer"}, {"Ready", "integer"}, kAge, kContainers, kImages, kSelector};
}

}  // namespace

std::span<const KindColumns> workload_columns() {
  static const std::vector<KindColumns> kRows = {
      {"Deployment", {kName, {"Ready"}, {"Up-to-date"}, {"Available"}, kAge, kContainers, kImages, kSelector}, deployment},
      {"ReplicaSet", replica_columns(), replica_set},
      {"ReplicationController", replica_columns(), replication_controller},
      {"StatefulSet", {kName, {"Ready"}, kAge, kContainers, kImages}, stateful_set},
      {"DaemonSet",
       {kName,
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
       daemon_set},
      {"ControllerRevision", {kName, {"Controller"}, {"Revision"}, kAge}, controller_revision},
      {"Job", {kName, {"Status"}, {"Completions"}, {"Duration"}, kAge, kContainers, kImages, kSelector}, job},
      {"CronJob",
       {kName,
        {"Schedule"},
        {"Timezone"},
        {"Suspend", "boolean"},
        {"Active", "integer"},
        {"Last Schedule"},
        kAge,
        kContainers,
        kImages,
        kSelector},
       cron_job},
      {"HorizontalPodAutoscaler", {kName, {"Reference"}, {"Targets"}, {"MinPods"}, {"MaxPods"}, {"Replicas"}, kAge}, autoscaler},
      {"PodDisruptionBudget",
       {kName, {"Min Available"}, {"Max Unavailable"}, {"Allowed Disruptions", "integer"}, kAge},
       disruption_budget},
      {"Scale", {{"Name"}, {"Desired", "integer"}, {"Available", "integer"}, kAge}, scale},
      {"PodTemplate", {kName, {"Containers"}, {"Images"}, {"Pod Labels"}}, pod_template},
      {"Pod",
       {kName,
        {"Ready"},
        {"Status"},
        {"Restarts"},
        kAge,
        {"IP", "string", "", 1},
        {"Node", "string", "", 1},
        {"Nominated Node", "string", "", 1},
        {"Readiness Gates", "string", "", 1}},
       pod},
  };
  return kRows;
}

}  // namespace graylane::apiserver
