// The rules of Jobs and of what makes Jobs.
#include <algorithm>
#include <array>
#include <set>

#include "api/build.h"
#include "apiserver/cron_schedule.h"
#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kCronJobNameMax = 52;  // characters: its Jobs have eleven more
constexpr size_t kFailureRulesMax = 20, kSuccessRulesMax = 20, kExitCodesMax = 255, kManagerMax = 63;
constexpr int64_t kParallelIndexesMax = 100'000, kManyCompletions = 100'000, kParallelOfManyMax = 10'000;
constexpr const char* kUidLabel = "batch.kubernetes.io/controller-uid";

std::string one_of(std::initializer_list<std::string_view> names) {
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "[" : " ") + go_quoted(name);
  return "valid values: " + all + "]";
}

/// The spec of a Job, wherever it stands.
class JobRules {
 public:
  JobRules(const RuleCall& call, const Value& spec, const std::string& field, Causes& causes)
      : call_(call), spec_(spec), field_(field), causes_(causes) {}

  void run() {
    check_manager();
    check_mode();
    if (is_indexed()) check_indexed();
    else check_not_indexed();
    check_failure_policy();
    if (is_indexed()) check_success_policy();
    check_pod_rules(call_, at("template.spec"), causes_);
    check_restart();
  }

 private:
  const Value* find(const char* member) const { return spec_.find(member); }
  std::string at(const std::string& member) const { return field_ + "." + member; }
  bool is_indexed() const { return text_at(spec_, "completionMode") == "Indexed"; }
  bool is_over(const char* member, int64_t most) const { return find(member) && number_at(spec_, member) > most; }

  void check_manager() {
    const Value* manager = find("managedBy");
    if (!manager || !manager->as_string()) return;
    check_prefixed_path(*manager->as_string(), at("managedBy"), causes_);
    if (manager->as_string()->size() > kManagerMax)
      causes_.add({"FieldValueTooLong", "Too long: may not be more than 63 bytes", at("managedBy")});
  }

  void check_mode() {
    const std::string mode = text_at(spec_, "completionMode");
    if (!mode.empty() && mode != "NonIndexed" && mode != "Indexed")
      causes_.unsupported(at("completionMode"), go_quoted(mode), {"NonIndexed", "Indexed"});
  }

  void check_indexed() {
    const bool many = is_over("completions", kManyCompletions) && find("backoffLimitPerIndex");
    if (!find("completions") && find("parallelism")) causes_.required(at("completions"), "when completion mode is Indexed");
    if (is_over("parallelism", kParallelIndexesMax))
      causes_.invalid(at("parallelism"), find("parallelism"),
                      "must be less than or equal to 100000 when completion mode is Indexed");
    if (find("completions") && is_over("maxFailedIndexes", number_at(spec_, "completions")))
      causes_.invalid(at("maxFailedIndexes"), find("maxFailedIndexes"), "must be less than or equal to completions");
    if (is_over("maxFailedIndexes", kParallelIndexesMax))
      causes_.invalid(at("maxFailedIndexes"), find("maxFailedIndexes"), "must be less than or equal to 100000");
    if (many && !find("maxFailedIndexes"))
      causes_.required(at("maxFailedIndexes"), "must be specified when completions is above 100000");
    for (const char* member : {"parallelism", "maxFailedIndexes"}) {
      if (many && is_over(member, kParallelOfManyMax))
        causes_.invalid(at(member), find(member),
                        "must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per "
                        "index");
    }
    check_needs_backoff();
  }

  void check_not_indexed() {
    check_needs_backoff();
    for (const char* member : {"backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"}) {
      if (find(member)) causes_.invalid(at(member), find(member), "requires indexed completion mode");
    }
  }

  void check_needs_backoff() {
    if (find("maxFailedIndexes") && !find("backoffLimitPerIndex"))
      causes_.required(at("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
  }

  std::set<std::string> container_names() const {
    std::set<std::string> names;
    for (const char* list : {"template.spec.containers", "template.spec.initContainers"}) {
      for (const Value& container : items_at(spec_, list)) names.insert(text_at(container, "name"));
    }
    return names;
  }

  void check_failure_policy() {
    if (!find("podFailurePolicy")) return;
    const auto count = static_cast<size_t>(size_at(spec_, "podFailurePolicy.rules"));
    if (count > kFailureRulesMax) causes_.too_many(at("podFailurePolicy.rules"), count, kFailureRulesMax);
    const std::set<std::string> names = container_names();
    each_item(spec_, "podFailurePolicy.rules", at("podFailurePolicy.rules"),
              [&](const Value& rule, const std::string& field) { check_failure_rule(rule, names, field); });
    if (text_at(spec_, "podReplacementPolicy") == "TerminatingOrFailed")
      causes_.unsupported(at("podReplacementPolicy"), "\"TerminatingOrFailed\"", {"Failed"});
  }

  void check_failure_rule(const Value& rule, const std::set<std::string>& names, const std::string& field) {
    const std::string action = text_at(rule, "action");
    if (action.empty()) causes_.required(field + ".action", one_of({"Count", "FailIndex", "FailJob", "Ignore"}));
    else if (action == "FailIndex" && !find("backoffLimitPerIndex"))
      causes_.invalid(field + ".action", "\"FailIndex\"", "requires the backoffLimitPerIndex to be set");
    const Value* codes = rule.find("onExitCodes");
    const bool conditions = size_at(rule, "onPodConditions") > 0;
    if (codes) check_exit_codes(*codes, names, field + ".onExitCodes");
    each_item(rule, "onPodConditions", field + ".onPodConditions", [&](const Value& pattern, const std::string& at) {
      const std::string status = text_at(pattern, "status");
      check_qualified(text_at(pattern, "type"), at + ".type", causes_);
      if (!status.empty() && status != "True" && status != "False" && status != "Unknown")
        causes_.unsupported(at + ".status", go_quoted(status), {"False", "True", "Unknown"});
    });
    if (codes && conditions)
      causes_.add(
          {"FieldValueInvalid", "Invalid value: specifying both OnExitCodes and OnPodConditions is not supported", field});
    if (!codes && !conditions)
      causes_.add({"FieldValueInvalid", "Invalid value: specifying one of OnExitCodes and OnPodConditions is required", field});
  }

  void check_exit_codes(const Value& codes, const std::set<std::string>& names, const std::string& field) {
    const std::string op = text_at(codes, "operator");
    if (op.empty()) causes_.required(field + ".operator", one_of({"In", "NotIn"}));
    const Value* name = codes.find("containerName");
    if (name && name->as_string() && !names.contains(*name->as_string()))
      causes_.invalid(field + ".containerName", name, "must be one of the container or initContainer names in the pod template");
    const doc::Array& values = items_at(codes, "values");
    if (values.empty()) causes_.invalid(field + ".values", "[]", "at least one value is required");
    else if (values.size() > kExitCodesMax) causes_.too_many(field + ".values", values.size(), kExitCodesMax);
    check_codes(values, op == "In", field + ".values");
  }

  void check_codes(const doc::Array& values, bool is_in, const std::string& field) {
    std::set<int64_t> seen;
    bool ordered = true;
    for (size_t i = 0; i < values.size(); ++i) {
      const int64_t code = values[i].as_int() ? *values[i].as_int() : 0;
      const std::string at = field + "[" + std::to_string(i) + "]";
      if (is_in && code == 0) causes_.invalid(at, "0", "must not be 0 for the In operator");
      ordered = ordered && (seen.empty() || *seen.rbegin() <= code);
      if (!seen.insert(code).second) causes_.duplicate(at, std::to_string(code));
    }
    const Value shown(values);
    if (!ordered) causes_.invalid(field, &shown, "must be ordered");
  }

  void check_success_policy() {
    if (!find("successPolicy")) return;
    const auto count = static_cast<size_t>(size_at(spec_, "successPolicy.rules"));
    if (count == 0)
      causes_.required(at("successPolicy.rules"), "at least one rules must be specified when the successPolicy is specified");
    if (count > kSuccessRulesMax) causes_.too_many(at("successPolicy.rules"), count, kSuccessRulesMax);
    each_item(spec_, "successPolicy.rules", at("successPolicy.rules"), [&](const Value& rule, const std::string& field) {
      const Value* succeeded = rule.find("succeededCount");
      const int64_t completions = number_at(spec_, "completions");
      if (!succeeded && !rule.find("succeededIndexes"))
        causes_.required(field, "at least one of succeededCount or succeededIndexes must be specified");
      if (succeeded && number_at(rule, "succeededCount") > completions)
        causes_.invalid(
            field + ".succeededCount", succeeded,
            "must be less than or equal to " + std::to_string(completions) + " (the number of specified completions)");
    });
  }

  void check_restart() {
    const std::string field = at("template.spec.restartPolicy"), policy = text_at(spec_, "template.spec.restartPolicy");
    if (policy.empty() || policy == "Always") causes_.required(field, "valid values: \"OnFailure\", \"Never\"");
    else if (policy != "OnFailure" && policy != "Never") causes_.unsupported(field, go_quoted(policy), {"OnFailure", "Never"});
    else if (find("podFailurePolicy") && policy != "Never")
      causes_.invalid(field, go_quoted(policy), "only \"Never\" is supported when podFailurePolicy is specified");
  }

  const RuleCall& call_;
  const Value& spec_;
  const std::string field_;
  Causes& causes_;
};

bool is_true(const Value* value) { return value && value->as_bool() && *value->as_bool(); }

/// With those that the server gives a Job's Pods.
Value with_own_labels(const Value& job, const Value* given) {
  Value all = given && given->is_object() ? *given : Value(doc::Object());
  const std::string uid = text_at(job, "metadata.uid"), name = text_at(job, "metadata.name");
  for (const char* key : {kUidLabel, "controller-uid"}) {
    if (!all.find(key)) all.as_object()->set(key, Value(uid));
  }
  for (const char* key : {"batch.kubernetes.io/job-name", "job-name"}) {
    if (!all.find(key)) all.as_object()->set(key, Value(name));
  }
  return all;
}

/// Of a Job that is new: but for those that select by themselves, only the server says what a Job selects.
void check_own_selector(const Value& job, Causes& causes) {
  const Value* given = find_path(job, "spec.selector");
  Value selector = given && given->is_object() ? *given : Value(doc::Object());
  doc::Object& labels = api::object_member(*selector.as_object(), "matchLabels");
  if (!labels.find(kUidLabel)) labels.set(kUidLabel, Value(text_at(job, "metadata.uid")));
  const Value own = with_own_labels(job, nullptr), pod = with_own_labels(job, find_path(job, "spec.template.metadata.labels"));
  for (const char* key : {"controller-uid", "job-name", kUidLabel, "batch.kubernetes.io/job-name"}) {
    if (*pod.find(key) != *own.find(key))
      causes.invalid("spec.template.metadata.labels[" + std::string(key) + "]", pod.find(key),
                     "must be '" + *own.find(key)->as_string() + "'");
  }
  if (!selects(selector, &own)) causes.invalid("spec.selector", &selector, "`selector` not auto-generated");
  if (check_label_selector(given, "spec.selector", causes) && !selects(selector, &pod))
    causes.invalid("spec.template.metadata.labels", map_text(&pod), "`selector` does not match template `labels`");
}

void check_given_selector(const Value& job, Causes& causes) {
  const Value* selector = find_path(job, "spec.selector");
  const Value* labels = find_path(job, "spec.template.metadata.labels");
  if (!selector) causes.required("spec.selector");
  if (!selector)  // and so nothing is selected
    return causes.invalid("spec.template.metadata.labels", map_text(labels), "`selector` does not match template `labels`");
  if (check_label_selector(selector, "spec.selector", causes) && !selects(*selector, labels))
    causes.invalid("spec.template.metadata.labels", map_text(labels), "`selector` does not match template `labels`");
}

void check_job(const RuleCall& call, Causes& causes) {
  const Value* spec = call.document.find("spec");
  if (!spec || !spec->is_object()) return;
  const bool selects_itself = call.live || is_true(spec->find("manualSelector"));
  const std::string name = text_at(call.document, "metadata.name");
  if (std::string problem = label_value_problem(name); !selects_itself && !problem.empty())
    causes.invalid("spec.template.labels", go_quoted(name), problem);
  JobRules(call, *spec, "spec", causes).run();
  if (selects_itself) check_given_selector(call.document, causes);
  else check_own_selector(call.document, causes);
}

void check_schedule(const RuleCall& call, Causes& causes) {
  const std::string schedule = text_at(call.document, "spec.schedule");
  if (schedule.empty()) return causes.required("spec.schedule");
  if (const std::string problem = schedule_problem(schedule); !problem.empty())
    causes.invalid("spec.schedule", go_quoted(schedule), problem);
  const bool had_zone = call.live && text_at(*call.live, "spec.schedule").contains("TZ");
  if (!schedule.contains("TZ")) return;
  if (!had_zone)
    causes.invalid("spec.schedule", go_quoted(schedule), "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  else if (find_path(call.document, "spec.timeZone"))
    causes.invalid("spec.schedule", go_quoted(schedule), "cannot use both timeZone field and TZ or CRON_TZ in schedule");
}

void check_time_zone(const Value& job, Causes& causes) {
  const Value* zone = find_path(job, "spec.timeZone");
  const std::string* name = zone ? zone->as_string() : nullptr;
  if (!name) return;
  if (name->empty()) return causes.invalid("spec.timeZone", "\"\"", "timeZone must be nil or non-empty string");
  if (lower_case(*name) == "local")
    causes.invalid("spec.timeZone", zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  if (const std::string problem = time_zone_problem(*name); !problem.empty() && *name != "Local")
    causes.invalid("spec.timeZone", zone, problem);
}

void check_cron_job(const RuleCall& call, Causes& causes) {
  const std::string name = text_at(call.document, "metadata.name"), field = "spec.jobTemplate.spec";
  check_schedule(call, causes);
  check_time_zone(call.document, causes);
  if (const Value* spec = find_path(call.document, field); spec && spec->is_object()) {
    JobRules(call, *spec, field, causes).run();
    if (const Value* selector = spec->find("selector"))
      causes.invalid(field + ".selector", selector, "`selector` will be auto-generated");
    if (is_true(spec->find("manualSelector"))) causes.unsupported(field + ".manualSelector", "true", {"nil", "false"});
  }
  if (!call.live && name.size() > kCronJobNameMax)
    causes.invalid("metadata.name", go_quoted(name), "must be no more than 52 characters");
}

}  // namespace

void check_job_rules(const RuleCall& call, Causes& causes) {
  if (call.kind == "CronJob") check_cron_job(call, causes);
  else check_job(call, causes);
}

}  // namespace graylane::apiserver
