// The defaults of Jobs, CronJobs and the workloads that nothing here runs, as far as they depend on other fields.
#include "api/build.h"
#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

doc::Object* template_of(doc::Object& owner) {
  doc::Object* spec = find_object(owner, "spec");
  return spec ? find_object(*spec, "template") : nullptr;
}

/// Those of the Pod template, where the object has none of its own.
void labels_from_template(doc::Object& object) {
  const doc::Object* pod = template_of(object);
  const doc::Object* metadata = pod ? find_object(*pod, "metadata") : nullptr;
  const doc::Value* labels = metadata ? metadata->find("labels") : nullptr;
  if (!labels) return;
  const doc::Value copy = *labels;
  fill_in(object_member(object, "metadata"), "labels", copy, copy.at());
}

bool has(const doc::Object& object, const char* member) { return object.find(member) != nullptr; }

}  // namespace

void fill_job(doc::Object& job) {
  fill_pod_template(job);
  labels_from_template(job);
  doc::Object* spec = find_object(job, "spec");
  if (!spec) return;
  const Position at = job.find("spec")->at();
  const bool alone = !has(*spec, "completions") && !has(*spec, "parallelism");
  if (alone) fill_in(*spec, "completions", make_number(1), at);
  fill_in(*spec, "parallelism", make_number(1), at);
  fill_in(*spec, "backoffLimit", make_number(has(*spec, "backoffLimitPerIndex") ? 2147483647 : 6), at);
  fill_in(*spec, "completionMode", doc::Value("NonIndexed"), at);
  fill_in(*spec, "suspend", doc::Value(false), at);
  fill_in(*spec, "podReplacementPolicy", doc::Value(has(*spec, "podFailurePolicy") ? "Failed" : "TerminatingOrFailed"), at);
  fill_in(*spec, "manualSelector", doc::Value(false), at);
}

void fill_cron_job(doc::Object& job) {
  doc::Object* spec = find_object(job, "spec");
  doc::Object* made = spec ? find_object(*spec, "jobTemplate") : nullptr;
  if (made) fill_pod_template(*made);
}

void fill_replication_controller(doc::Object& controller) {
  fill_pod_template(controller);
  labels_from_template(controller);
  doc::Object* spec = find_object(controller, "spec");
  const doc::Object* pod = template_of(controller);
  const doc::Object* metadata = pod ? find_object(*pod, "metadata") : nullptr;
  const doc::Value* labels = metadata ? metadata->find("labels") : nullptr;
  if (!spec || !labels) return;
  const doc::Value copy = *labels;
  fill_in(*spec, "selector", copy, copy.at());
}

/// Of StatefulSets and DaemonSets: how a rolling update goes, unless there is none.
void fill_update_strategy(doc::Object& workload) {
  fill_pod_template(workload);
  doc::Object* spec = find_object(workload, "spec");
  doc::Object* strategy = spec ? find_object(*spec, "updateStrategy") : nullptr;
  const std::string* type = strategy ? find_text(*strategy, "type") : nullptr;
  if (!type || *type != "RollingUpdate") return;
  const bool is_daemon = find_text(workload, "kind") && *find_text(workload, "kind") == "DaemonSet";
  const Position at = spec->find("updateStrategy")->at();
  fill_in(*strategy, "rollingUpdate", doc::Value(doc::Object()), at);
  doc::Object* rolling = find_object(*strategy, "rollingUpdate");
  if (!rolling) return;
  if (!is_daemon) return fill_in(*rolling, "partition", make_number(0), at);
  fill_in(*rolling, "maxUnavailable", make_number(1), at);
  fill_in(*rolling, "maxSurge", make_number(0), at);
}

void fill_pod_template_object(doc::Object& object) {
  doc::Object spec;
  doc::Value* pod = object.find("template");
  if (!pod) return;
  // As if it stood where workloads have it.
  doc::Object owner = *make_object({{"spec", make_object({{"template", std::move(*pod)}})}}).as_object();
  fill_pod_template(owner);
  *pod = std::move(*owner.find("spec")->as_object()->find("template"));
}

}  // namespace graylane::api
