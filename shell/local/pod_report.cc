#include "local/pod_report.h"

#include <algorithm>
#include <utility>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

Value time_value(int64_t seconds) { return Value(api::format_time(seconds)); }

Value to_value(const Waiting& waiting) {
  return make_object({{"waiting", make_object({{"reason", Value(waiting.reason)}, {"message", Value(waiting.message)}})}});
}

Value to_value(const Running& running) {
  return make_object({{"running", make_object({{"startedAt", time_value(running.started)}})}});
}

Value to_value(const Terminated& end) {
  Value content = make_object({{"exitCode", Value(int64_t{end.exit_code})},
                               {"reason", Value(end.reason)},
                               {"startedAt", time_value(end.started)},
                               {"finishedAt", time_value(end.finished)}});
  if (end.signal != 0) content.as_object()->set("signal", Value(int64_t{end.signal}));
  if (!end.message.empty()) content.as_object()->set("message", Value(end.message));
  return make_object({{"terminated", content}});
}

Value to_value(const ContainerReport& container) {
  return make_object({{"name", Value(container.name)},
                      {"image", Value(container.image)},
                      {"imageID", Value("")},
                      {"ready", Value(container.ready)},
                      {"started", Value(container.started)},
                      {"restartCount", Value(int64_t{container.restarts})},
                      {"state", std::visit([](const auto& state) { return to_value(state); }, container.state)},
                      {"lastState", container.last ? to_value(*container.last) : Value(doc::Object())}});
}

Value to_value(const std::vector<ContainerReport>& containers) {
  doc::Array array;
  for (const ContainerReport& container : containers) array.push_back(to_value(container));
  return Value(std::move(array));
}

struct Condition {
  const char* type;
  bool holds;
  std::string reason;
  std::string message;
};

const Value* find_condition(const Value* status, std::string_view type) {
  for (const Value& condition : fields::items(status, "conditions")) {
    if (fields::text(&condition, "type") == type) return &condition;
  }
  return nullptr;
}

Value to_value(const Condition& condition, const Value* status_before, int64_t now) {
  const Value* before = find_condition(status_before, condition.type);
  const char* const status = condition.holds ? "True" : "False";
  const std::string time = api::format_time(now);
  const std::string since = fields::text(before, "status") == status ? fields::text(before, "lastTransitionTime", time) : time;
  Value value = make_object({{"type", Value(condition.type)}, {"status", Value(status)}, {"lastTransitionTime", Value(since)}});
  if (!condition.reason.empty()) value.as_object()->set("reason", Value(condition.reason));
  if (!condition.message.empty()) value.as_object()->set("message", Value(condition.message));
  return value;
}

/// Why a container is not ready, as one sentence.
std::string explain(const ContainerReport& container) {
  std::string text = "container " + container.name + ": ";
  if (const auto* waiting = std::get_if<Waiting>(&container.state)) return text + waiting->reason + ": " + waiting->message;
  if (const auto* end = std::get_if<Terminated>(&container.state)) {
    return text + "ended with code " + std::to_string(end->exit_code) + (end->message.empty() ? "" : ": " + end->message);
  }
  return text + (container.note.message.empty() ? "not ready yet" : container.note.message);
}

Condition ready_condition(const char* type, const PodReport& report) {
  Condition condition{type, true, {}, {}};
  for (const ContainerReport& container : report.containers) {
    if (container.ready && container.note.reason.empty()) continue;
    const std::string reason = container.ready ? container.note.reason : "ContainersNotReady";
    if (condition.holds || !container.ready) condition.reason = reason;
    condition.holds = condition.holds && container.ready;
    condition.message += (condition.message.empty() ? "" : "; ") + explain(container);
  }
  if (report.containers.empty()) condition = {type, false, "ContainersNotReady", "the Pod has no containers"};
  if (condition.holds && phase_of(report) != "Running") condition = {type, false, "PodCompleted", {}};
  return condition;
}

Condition initialized_condition(const PodReport& report) {
  if (report.initialized) return {"Initialized", true, {}, {}};
  std::string message;
  for (const ContainerReport& container : report.init_containers) {
    if (message.empty() && !container.ready) message = explain(container);
  }
  return {"Initialized", false, "ContainersNotInitialized", message};
}

bool has_ended(const ContainerReport& container) { return std::holds_alternative<Terminated>(container.state); }

bool has_failed(const ContainerReport& container) {
  const auto* end = std::get_if<Terminated>(&container.state);
  return end && end->exit_code != 0;
}

bool has_begun(const ContainerReport& container) {
  return std::holds_alternative<Running>(container.state) || container.last || has_ended(container);
}

}  // namespace

std::string phase_of(const PodReport& report) {
  if (report.never_restarts && std::ranges::any_of(report.init_containers, has_failed)) return "Failed";
  const bool all_begun = std::ranges::all_of(report.containers, has_begun);
  if (!report.initialized || report.containers.empty() || !all_begun) return "Pending";
  if (!report.never_restarts || !std::ranges::all_of(report.containers, has_ended)) return "Running";
  return std::ranges::any_of(report.containers, has_failed) ? "Failed" : "Succeeded";
}

Value status_of(const PodReport& report, const Value* before, int64_t now) {
  const bool scheduled = report.problem.reason.empty();
  const Condition conditions[] = {{"PodScheduled", scheduled, report.problem.reason, report.problem.message},
                                  initialized_condition(report),
                                  ready_condition("ContainersReady", report),
                                  ready_condition("Ready", report)};
  doc::Array condition_values;
  for (const Condition& condition : conditions) condition_values.push_back(to_value(condition, before, now));
  Value status = make_object({{"phase", Value(phase_of(report))}, {"conditions", Value(std::move(condition_values))}});
  doc::Object& members = *status.as_object();
  if (!report.ip.empty()) {
    members.set("hostIP", Value("127.0.0.1"));
    members.set("podIP", Value(report.ip));
    members.set("podIPs", Value(doc::Array{make_object({{"ip", Value(report.ip)}})}));
  }
  members.set("startTime", time_value(report.started));
  if (!report.init_containers.empty()) members.set("initContainerStatuses", to_value(report.init_containers));
  members.set("containerStatuses", to_value(report.containers));
  members.set("qosClass", Value("BestEffort"));
  return status;
}

}  // namespace graylane::local
