// The rules between fields of the kinds that are only stored, and of Events.
#include <algorithm>
#include <array>
#include <string>

#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

int64_t number_in(const doc::Object& object, const char* member, int64_t absent) {
  const doc::Value* value = object.find(member);
  const int64_t* number = value ? value->as_int() : nullptr;
  return number ? *number : absent;
}

void check_job_spec(const doc::Object& spec, const Path& path, Report& report) {
  const doc::Object* pod = find_object(spec, "template");
  const doc::Object* pod_spec = pod ? find_object(*pod, "spec") : nullptr;
  if (!pod_spec) return;
  Path template_path(&path, "template");
  Path pod_path(&template_path, "spec");
  check_pod_spec(*pod_spec, pod_path, report);
  const std::string* restart = find_text(*pod_spec, "restartPolicy");
  if (!restart || *restart != "Always") return;
  report.error("invalid-value", Path(&pod_path, "restartPolicy"), pod_spec->find("restartPolicy")->at(),
               "must be one of OnFailure, Never, not \"Always\"", "write restartPolicy: Never or OnFailure");
}

}  // namespace

void check_job(const doc::Object& job, Report& report) {
  if (const doc::Object* spec = find_object(job, "spec")) check_job_spec(*spec, Path(nullptr, "spec"), report);
}

void check_cron_job(const doc::Object& job, Report& report) {
  const doc::Object* spec = find_object(job, "spec");
  const doc::Object* made = spec ? find_object(*spec, "jobTemplate") : nullptr;
  const doc::Object* made_spec = made ? find_object(*made, "spec") : nullptr;
  Path path(nullptr, "spec");
  Path template_path(&path, "jobTemplate");
  if (made_spec) check_job_spec(*made_spec, Path(&template_path, "spec"), report);
}

void check_autoscaler(const doc::Object& autoscaler, Report& report) {
  const doc::Object* spec = find_object(autoscaler, "spec");
  if (!spec) return;
  const int64_t least = number_in(*spec, "minReplicas", 1), most = number_in(*spec, "maxReplicas", least);
  if (most >= least) return;
  Path path(nullptr, "spec");
  report.error("invalid-value", Path(&path, "maxReplicas"), spec->find("maxReplicas")->at(),
               "must be greater than or equal to `minReplicas`, not " + std::to_string(most));
}

void check_disruption_budget(const doc::Object& budget, Report& report) {
  const doc::Object* spec = find_object(budget, "spec");
  if (!spec || !spec->find("minAvailable") || !spec->find("maxUnavailable")) return;
  report.error("invalid-value", Path(nullptr, "spec"), budget.find("spec")->at(),
               "minAvailable and maxUnavailable cannot be both set", "keep one of them");
}

void check_volume_claim(const doc::Object& claim, Report& report) {
  const doc::Object* spec = find_object(claim, "spec");
  if (!spec) return;
  Path path(nullptr, "spec");
  const Position at = claim.find("spec")->at();
  const doc::Array* modes = find_array(*spec, "accessModes");
  if (modes && modes->empty())
    report.error("missing-field", Path(&path, "accessModes"), at, "needs at least one mode", "add ReadWriteOnce");
  const doc::Object* resources = find_object(*spec, "resources");
  const doc::Object* requests = resources ? find_object(*resources, "requests") : nullptr;
  if (requests && requests->find("storage")) return;
  Path resources_path(&path, "resources");
  report.error("missing-field", Path(&resources_path, "requests.storage"), at, "is required and missing", "add requests.storage");
}

/// An Event stands beside what it is about; those of cluster-scoped objects stand in `default`.
void check_event(const doc::Object& event, Report& report) {
  const doc::Object* metadata = find_object(event, "metadata");
  const std::string* ns = metadata ? find_text(*metadata, "namespace") : nullptr;
  for (const char* member : {"involvedObject", "regarding"}) {
    const doc::Object* about = find_object(event, member);
    const std::string* its = about ? find_text(*about, "namespace") : nullptr;
    if (!about || !ns) continue;
    const bool fits = its && !its->empty() ? *its == *ns : *ns == "default";
    if (fits) continue;
    Path path(nullptr, member);
    report.error("invalid-value", Path(&path, "namespace"), event.find(member)->at(),
                 "does not match event.namespace, not " + quoted(its ? *its : ""));
  }
}

/// Events of the newer group say more.
void check_new_event(const doc::Object& event, Report& report) {
  check_event(event, report);
  constexpr std::array kOld = {"deprecatedCount", "deprecatedSource", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"};
  if (std::ranges::any_of(kOld, [&](const char* member) { return event.find(member) != nullptr; })) return;
  const Position at = event.empty() ? Position{} : event.begin()->key_at;
  for (const char* member : {"eventTime", "reportingController", "reportingInstance", "action", "reason", "type"}) {
    const std::string* text = find_text(event, member);
    if (text && !text->empty()) continue;
    report.error("missing-field", Path(nullptr, member), at, "is required and missing", std::string("add ") + member);
  }
}

}  // namespace graylane::api
