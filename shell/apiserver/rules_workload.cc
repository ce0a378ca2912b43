// The rules of what makes Pods.
#include <algorithm>
#include <optional>

#include "api/text_rules.h"
#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kCronJobNameMax = 52;  // characters: its Jobs have eleven more
constexpr int64_t kProgressDeadlineSeconds = 600;

const Value* label_of(const Value* labels, const std::string& key) {
  return labels && labels->is_object() ? labels->find(key) : nullptr;
}

bool matches_expression(const Value& expression, const Value* labels) {
  const std::string op = text_at(expression, "operator");
  const Value* label = label_of(labels, text_at(expression, "key"));
  if (op == "Exists") return label != nullptr;
  if (op == "DoesNotExist") return label == nullptr;
  const Value* values = expression.find("values");
  const bool listed =
      label && values && values->is_array() && std::ranges::find(*values->as_array(), *label) != values->as_array()->end();
  return op == "NotIn" ? !listed : listed;
}

bool matches(const Value& selector, const Value* labels) {
  if (const Value* wanted = selector.find("matchLabels"); wanted && wanted->is_object()) {
    for (const doc::Member& member : *wanted->as_object()) {
      const Value* label = label_of(labels, member.key);
      if (!label || !(*label == member.value)) return false;
    }
  }
  const Value* expressions = selector.find("matchExpressions");
  if (!expressions || !expressions->is_array()) return true;
  return std::ranges::all_of(*expressions->as_array(), [&](const Value& e) { return matches_expression(e, labels); });
}

bool is_empty_selector(const Value& selector) {
  return size_at(selector, "matchLabels") == 0 && size_at(selector, "matchExpressions") == 0;
}

/// Whether the expressions of a selector can be asked at all.
bool check_expressions(const Value& selector, Causes& causes) {
  bool fine = true;
  each_item(selector, "matchExpressions", "spec.selector.matchExpressions",
            [&](const Value& expression, const std::string& field) {
              const std::string op = text_at(expression, "operator");
              const bool has_values = size_at(expression, "values") > 0;
              fine = fine && op != "" && has_values == (op == "In" || op == "NotIn");
              if ((op == "In" || op == "NotIn") && !has_values)
                causes.required(field + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
              else if ((op == "Exists" || op == "DoesNotExist") && has_values)
                causes.forbidden(field + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
              else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist")
                causes.invalid(field + ".operator", go_quoted(op), "not a valid selector operator"), fine = false;
            });
  return fine;
}

void check_selector(const Value& document, const std::string& kind, Causes& causes) {
  const Value* selector = find_path(document, "spec.selector");
  const Value* labels = find_path(document, "spec.template.metadata.labels");
  if (!selector && kind != "DaemonSet") causes.required("spec.selector");
  if (selector && is_empty_selector(*selector)) {
    const std::string name = kind == "StatefulSet" ? "statefulset" : kind == "DaemonSet" ? "daemonset" : "deployment";
    return causes.invalid("spec.selector", "{}", "empty selector is invalid for " + name);
  }
  if (selector && !check_expressions(*selector, causes)) return;
  check_label_map(document, "spec.selector.matchLabels", causes);
  if (!selector || !matches(*selector, labels))
    causes.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
}

/// Its selector is a map, and by default the template's labels.
void check_controller_selector(const Value& document, Causes& causes) {
  const Value* labels = find_path(document, "spec.template.metadata.labels");
  const Value* selector = find_path(document, "spec.selector");
  if (!selector) selector = labels;
  if (!selector || !selector->is_object() || selector->as_object()->empty()) causes.required("spec.selector");
  if (!find_path(document, "spec.template")) return causes.required("spec.template");
  if (!selector || !selector->is_object()) return;
  for (const doc::Member& member : *selector->as_object()) {
    const Value* label = label_of(labels, member.key);
    if (label && *label == member.value) continue;
    return causes.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
}

int64_t number_or(const Value& document, const char* path, int64_t otherwise) {
  const Value* found = find_path(document, path);
  return found && found->as_int() ? *found->as_int() : otherwise;
}

void check_percent(const Value& document, const char* path, Causes& causes) {
  const Value* value = find_path(document, path);
  const std::string* text = value ? value->as_string() : nullptr;
  if (!text || !api::is_percent(*text)) return;
  if (text->size() > 4 || (text->size() == 4 && *text > "100%"))
    causes.invalid(path, go_quoted(*text), "must not be greater than 100%");
}

void check_deployment(const Value& document, Causes& causes) {
  const int64_t ready = number_or(document, "spec.minReadySeconds", 0);
  const int64_t deadline = number_or(document, "spec.progressDeadlineSeconds", kProgressDeadlineSeconds);
  check_percent(document, "spec.strategy.rollingUpdate.maxUnavailable", causes);
  if (deadline < 0)
    causes.invalid("spec.progressDeadlineSeconds", std::to_string(deadline), "must be greater than or equal to 0");
  if (deadline <= ready)
    causes.invalid("spec.progressDeadlineSeconds", std::to_string(deadline), "must be greater than minReadySeconds");
}

void check_restart(const Value& document, const std::string& spec, bool runs_forever, Causes& causes) {
  const std::string field = spec + ".restartPolicy", policy = text_at(document, field);
  if (runs_forever && !policy.empty() && policy != "Always") causes.unsupported(field, go_quoted(policy), {"Always"});
  if (runs_forever) return;
  if (policy.empty()) causes.required(field, "valid values: \"OnFailure\", \"Never\"");
  else if (policy != "OnFailure" && policy != "Never") causes.unsupported(field, go_quoted(policy), {"OnFailure", "Never"});
}

/// Words of a text, as they stand between blanks.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = 0; (at = text.find_first_not_of(" \t", at)) != text.npos;) {
    const size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

void check_schedule(const Value& document, Causes& causes) {
  const std::string schedule = text_at(document, "spec.schedule");
  if (schedule.empty()) return causes.required("spec.schedule");
  if (schedule.starts_with('@')) return;
  const std::vector<std::string> words = words_of(schedule);
  if (words.size() == 5) return;
  std::string shown;
  for (const std::string& word : words) shown += (shown.empty() ? "" : " ") + word;
  causes.invalid("spec.schedule", go_quoted(schedule),
                 "expected exactly 5 fields, found " + std::to_string(words.size()) + ": [" + shown + "]");
}

void check_cron_job(const Value& document, Causes& causes) {
  const std::string name = text_at(document, "metadata.name");
  if (name.size() > kCronJobNameMax) causes.invalid("metadata.name", go_quoted(name), "must be no more than 52 characters");
  check_schedule(document, causes);
  check_restart(document, "spec.jobTemplate.spec.template.spec", false, causes);
}

void check_job(const Value& document, Causes& causes) {
  const Value* manual = find_path(document, "spec.manualSelector");
  const bool has_own_labels = !(manual && manual->as_bool() && *manual->as_bool());
  const std::string name = text_at(document, "metadata.name");
  if (std::string problem = label_value_problem(name); has_own_labels && !problem.empty())
    causes.invalid("spec.template.labels", go_quoted(name), problem);
  check_restart(document, "spec.template.spec", false, causes);
}

}  // namespace

void check_workload_rules(const Value& document, const std::string& kind, Causes& causes) {
  if (kind == "ControllerRevision") {
    if (!find_path(document, "data")) causes.required("data", "data is mandatory");
    return;
  }
  if (kind == "CronJob") return check_cron_job(document, causes);
  if (kind == "Job") return check_job(document, causes);
  if (kind == "ReplicationController") check_controller_selector(document, causes);
  else check_selector(document, kind, causes);
  if (kind == "Deployment") check_deployment(document, causes);
  check_restart(document, "spec.template.spec", true, causes);
}

}  // namespace graylane::apiserver
