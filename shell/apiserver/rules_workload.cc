// The rules of what makes Pods that last.
#include <algorithm>

#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr int64_t kProgressDeadlineSeconds = 600;

void check_selector(const Value& document, const std::string& kind, Causes& causes) {
  const Value* selector = find_path(document, "spec.selector");
  const Value* labels = find_path(document, "spec.template.metadata.labels");
  if (!selector && kind != "DaemonSet") causes.required("spec.selector");
  if (!selector)  // and so nothing is selected
    return causes.invalid("spec.template.metadata.labels", map_text(labels), "`selector` does not match template `labels`");
  const bool fine = check_label_selector(selector, "spec.selector", causes), is_empty = is_empty_selector(*selector);
  const std::string name = kind == "StatefulSet" ? "statefulset" : kind == "DaemonSet" ? "daemonset" : "deployment";
  if (is_empty) causes.invalid("spec.selector", "{}", "empty selector is invalid for " + name);
  if (!fine && kind != "DaemonSet")
    causes.invalid("spec.selector", selector, kind == "StatefulSet" ? "" : "invalid label selector");
  if (fine && !is_empty && !selects(*selector, labels))
    causes.invalid("spec.template.metadata.labels", map_text(labels), "`selector` does not match template `labels`");
}

/// Its selector is a map, and by default the template's labels.
void check_controller_selector(const Value& document, Causes& causes) {
  const Value* labels = find_path(document, "spec.template.metadata.labels");
  const Value* selector = find_path(document, "spec.selector");
  if (!selector) selector = labels;
  if (!selector || !selector->is_object() || selector->as_object()->empty()) causes.required("spec.selector");
  if (!find_path(document, "spec.template")) return causes.required("spec.template");
  if (!selector || !selector->is_object()) return;
  Value as_selector{doc::Object()};
  as_selector.as_object()->set("matchLabels", *selector);
  if (!selects(as_selector, labels))
    causes.invalid("spec.template.metadata.labels", map_text(labels), "`selector` does not match template `labels`");
}

int64_t number_or(const Value& document, const char* path, int64_t otherwise) {
  const Value* found = find_path(document, path);
  return found && found->as_int() ? *found->as_int() : otherwise;
}

/// As it is in the types of the real API server.
std::string strategy_text(const std::string& type, const Value* rolling) {
  const auto text = [&](const char* member) { return rolling->find(member) ? doc::to_json(*rolling->find(member)) : "0"; };
  return R"({"Type":)" + go_quoted(type) + R"(,"RollingUpdate":)" +
         (rolling ? R"({"MaxUnavailable":)" + text("maxUnavailable") + R"(,"MaxSurge":)" + text("maxSurge") + "}" : "null") + "}";
}

/// Without a rolling update that is to be judged it is the default, which is fine.
void check_deployment_strategy(const Value& document, Causes& causes) {
  const std::string field = "spec.strategy.rollingUpdate", type = text_at(document, "spec.strategy.type");
  const Value* rolling = find_path(document, field);
  if (!type.empty() && type != "Recreate" && type != "RollingUpdate")
    return causes.unsupported("spec.strategy", strategy_text(type, rolling), {"Recreate", "RollingUpdate"});
  if (!rolling || !rolling->is_object()) return;
  if (type == "Recreate") return causes.forbidden(field, "may not be specified when strategy `type` is 'Recreate'");
  if (!type.empty() && type != "RollingUpdate") return;
  const Value* unavailable = rolling->find("maxUnavailable");
  const Value* surge = rolling->find("maxSurge");
  check_count_or_percent(unavailable, field + ".maxUnavailable", causes);
  check_count_or_percent(surge, field + ".maxSurge", causes);
  if (unavailable && surge && count_or_percent(unavailable) == 0 && count_or_percent(surge) == 0)
    causes.invalid(field + ".maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0");
  check_at_most_whole(unavailable, field + ".maxUnavailable", causes);
}

void check_deployment(const Value& document, Causes& causes) {
  const int64_t ready = number_or(document, "spec.minReadySeconds", 0);
  const int64_t deadline = number_or(document, "spec.progressDeadlineSeconds", kProgressDeadlineSeconds);
  check_deployment_strategy(document, causes);
  if (const Value* spec = document.find("spec"))
    check_not_negative(*spec, "spec", {"minReadySeconds", "revisionHistoryLimit"}, causes);
  if (deadline < 0)
    causes.invalid("spec.progressDeadlineSeconds", std::to_string(deadline), "must be greater than or equal to 0");
  if (deadline <= ready)
    causes.invalid("spec.progressDeadlineSeconds", std::to_string(deadline), "must be greater than minReadySeconds");
}

void check_daemon_set(const Value& document, Causes& causes) {
  const std::string field = "spec.updateStrategy.rollingUpdate", type = text_at(document, "spec.updateStrategy.type");
  const Value* rolling = find_path(document, field);
  if (!type.empty() && type != "RollingUpdate" && type != "OnDelete")
    return causes.unsupported("spec.updateStrategy", strategy_text(type, rolling), {"RollingUpdate", "OnDelete"});
  if (!rolling || !rolling->is_object() || type == "OnDelete") return;
  const Value* unavailable = rolling->find("maxUnavailable");
  const Value* surge = rolling->find("maxSurge");
  check_count_or_percent(unavailable, field + ".maxUnavailable", causes);
  check_count_or_percent(surge, field + ".maxSurge", causes);
  check_at_most_whole(unavailable, field + ".maxUnavailable", causes);
  check_at_most_whole(surge, field + ".maxSurge", causes);
  const bool may_lack = !unavailable || count_or_percent(unavailable) != 0;  // one by default
  const bool may_exceed = surge && count_or_percent(surge) != 0;
  if (may_lack && may_exceed) causes.invalid(field + ".maxSurge", surge, "may not be set when maxUnavailable is non-zero");
  if (!may_lack && !may_exceed) causes.required(field + ".maxUnavailable", "cannot be 0 when maxSurge is 0");
}

void check_stateful_set(const RuleCall& call, Causes& causes) {
  const Value& document = call.document;
  const std::string policy = text_at(document, "spec.podManagementPolicy"), type = text_at(document, "spec.updateStrategy.type");
  const std::string field = "spec.updateStrategy.rollingUpdate";
  if (!policy.empty() && policy != "OrderedReady" && policy != "Parallel")
    causes.invalid("spec.podManagementPolicy", go_quoted(policy), "must be 'OrderedReady' or 'Parallel'");
  const Value* rolling = find_path(document, field);
  if (!type.empty() && type != "RollingUpdate" && type != "OnDelete")
    causes.invalid("spec.updateStrategy",
                   R"({"Type":)" + go_quoted(type) + R"(,"RollingUpdate":)" + (rolling ? "{}" : "null") + "}",
                   "must be 'RollingUpdate' or 'OnDelete'");
  if (rolling && type == "OnDelete") causes.invalid(field, rolling, "only allowed for updateStrategy 'RollingUpdate'");
  if (const Value* spec = document.find("spec")) check_not_negative(*spec, "spec", {"replicas", "minReadySeconds"}, causes);
  const std::string service = text_at(document, "spec.serviceName");
  if (!call.live && !service.empty()) check_label_text(service, "spec.serviceName", causes);
}

/// Pods of these are meant to last.
void check_no_deadline(const Value& document, const std::string& kind, Causes& causes) {
  if (find_path(document, "spec.template.spec.activeDeadlineSeconds"))
    causes.forbidden("spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in " + kind + " is not Supported");
}

void check_restart(const Value& document, Causes& causes) {
  const std::string field = "spec.template.spec.restartPolicy", policy = text_at(document, field);
  if (!policy.empty() && policy != "Always") causes.unsupported(field, go_quoted(policy), {"Always"});
}

/// null counts as none.
void check_revision(const RuleCall& call, Causes& causes) {
  const Value* data = call.document.find("data");
  if (!call.live && (!data || data->is_null())) causes.required("data", "data is mandatory");
  check_not_negative(call.document.find("revision"), "revision", causes);
}

}  // namespace

void check_workload_rules(const RuleCall& call, Causes& causes) {
  const Value& document = call.document;
  const std::string& kind = call.kind;
  if (kind == "ControllerRevision") return check_revision(call, causes);
  if (kind == "Deployment" || kind == "ReplicaSet")
    check_not_negative(find_path(document, "spec.replicas"), "spec.replicas", causes);
  if (kind == "StatefulSet") check_stateful_set(call, causes);
  if (kind == "ReplicationController") check_controller_selector(document, causes);
  else check_selector(document, kind, causes);
  check_pod_rules(call, "spec.template.spec", causes);
  check_restart(document, causes);
  check_no_deadline(document, kind == "Deployment" ? "ReplicaSet" : kind, causes);
  if (kind == "Deployment") check_deployment(document, causes);
  if (kind == "DaemonSet") check_daemon_set(document, causes);
}

}  // namespace graylane::apiserver
