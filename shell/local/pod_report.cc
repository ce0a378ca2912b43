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

constexpr const char* kHostAddress = "127.0.0.1";

Value time_value(int64_t seconds) { return Value(api::format_time(seconds)); }

Value to_value(const Waiting& waiting) {
  Value content = make_object({{"reason", Value(waiting.reason)}});
  if (!waiting.message.empty()) content.as_object()->set("message", Value(waiting.message));
  return make_object({{"waiting", content}});
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
  Value value = make_object({{"name", Value(container.name)},
                             {"state", std::visit([](const auto& state) { return to_value(state); }, container.state)},
                             {"lastState", container.last ? to_value(*container.last) : Value(doc::Object())},
                             {"ready", Value(container.ready)},
                             {"restartCount", Value(int64_t{container.restarts})},
                             {"image", Value(container.image)},
                             {"imageID", Value("")},
                             {"started", Value(container.started)}});
  if (container.pid > 0) value.as_object()->set("containerID", Value("process://" + std::to_string(container.pid)));
  return value;
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

Value to_value(const Condition& condition, const Value* status_before, int64_t generation, int64_t now) {
  const Value* before = find_condition(status_before, condition.type);
  const char* const status = condition.holds ? "True" : "False";
  const std::string time = api::format_time(now);
  const std::string since = fields::text(before, "status") == status ? fields::text(before, "lastTransitionTime", time) : time;
  Value value = make_object({{"type", Value(condition.type)},
                             {"status", Value(status)},
                             {"lastProbeTime", Value::null()},
                             {"lastTransitionTime", Value(since)}});
  doc::Object& members = *value.as_object();
  if (generation > 0) members.set("observedGeneration", Value(generation));
  if (!condition.reason.empty()) members.set("reason", Value(condition.reason));
  if (!condition.message.empty()) members.set("message", Value(condition.message));
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

/// "containers with unready status: [a b]; container a: ...; container b: ...".
std::string list_of(const char* what, const std::vector<const ContainerReport*>& containers) {
  std::string names, reasons;
  for (const ContainerReport* container : containers) {
    names += (names.empty() ? "" : " ") + container->name;
    reasons += "; " + explain(*container);
  }
  return std::string(what) + ": [" + names + "]" + reasons;
}

std::vector<const ContainerReport*> unready(const std::vector<ContainerReport>& containers) {
  std::vector<const ContainerReport*> found;
  for (const ContainerReport& container : containers) {
    if (!container.ready) found.push_back(&container);
  }
  return found;
}

Condition ready_condition(const char* type, const PodReport& report, const std::string& phase) {
  if (phase == "Succeeded") return {type, false, "PodCompleted", {}};
  if (phase == "Failed") return {type, false, "PodFailed", {}};
  if (report.containers.empty()) return {type, false, "ContainersNotReady", "the Pod has no containers"};
  const auto missing = unready(report.containers);
  if (!missing.empty()) return {type, false, "ContainersNotReady", list_of("containers with unready status", missing)};
  Condition condition{type, true, {}, {}};
  for (const ContainerReport& container : report.containers) {
    if (container.note.reason.empty()) continue;
    condition.reason = container.note.reason;
    condition.message += (condition.message.empty() ? "" : "; ") + explain(container);
  }
  return condition;
}

Condition initialized_condition(const PodReport& report, const std::string& phase) {
  if (report.initialized) return {"Initialized", true, phase == "Succeeded" ? "PodCompleted" : "", {}};
  return {"Initialized", false, "ContainersNotInitialized",
          list_of("containers with incomplete status", unready(report.init_containers))};
}

/// In the order in which kubelets write them.
std::vector<Condition> conditions_of(const PodReport& report) {
  if (!report.problem.reason.empty()) return {{"PodScheduled", false, report.problem.reason, report.problem.message}};
  const std::string phase = phase_of(report);
  return {{"PodReadyToStartContainers", !report.ip.empty(), {}, {}},
          initialized_condition(report, phase),
          ready_condition("Ready", report, phase),
          ready_condition("ContainersReady", report, phase),
          {"PodScheduled", true, {}, {}}};
}

Value conditions_value(const PodReport& report, const Value* before, int64_t generation, int64_t now) {
  const std::vector<Condition> conditions = conditions_of(report);
  doc::Array values;
  for (const Condition& condition : conditions) values.push_back(to_value(condition, before, generation, now));
  for (const Value& other : fields::items(before, "conditions")) {
    const std::string type = fields::text(&other, "type");
    if (std::ranges::none_of(conditions, [&](const Condition& own) { return type == own.type; })) values.push_back(other);
  }
  return Value(std::move(values));
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
  if (!report.failure.reason.empty()) return "Failed";
  if (report.never_restarts && std::ranges::any_of(report.init_containers, has_failed)) return "Failed";
  const bool all_begun = std::ranges::all_of(report.containers, has_begun);
  if (!report.initialized || report.containers.empty() || !all_begun) return "Pending";
  if (!report.never_restarts || !std::ranges::all_of(report.containers, has_ended)) return "Running";
  return std::ranges::any_of(report.containers, has_failed) ? "Failed" : "Succeeded";
}

Value status_of(const PodReport& report, const Value* before, int64_t generation, int64_t now) {
  Value status = before && before->is_object() ? *before : Value(doc::Object());
  doc::Object& members = *status.as_object();
  members.set("phase", Value(phase_of(report)));
  if (generation > 0) members.set("observedGeneration", Value(generation));
  members.set("conditions", conditions_value(report, before, generation, now));
  members.set("qosClass", Value(report.qos_class));
  for (const char* name : {"reason", "message"}) members.erase(name);
  if (!report.failure.reason.empty()) {
    members.set("reason", Value(report.failure.reason));
    members.set("message", Value(report.failure.message));
  }
  if (!report.problem.reason.empty()) return status;
  members.set("hostIP", Value(kHostAddress));
  members.set("hostIPs", Value(doc::Array{make_object({{"ip", Value(kHostAddress)}})}));
  if (!report.ip.empty()) {
    members.set("podIP", Value(report.ip));
    members.set("podIPs", Value(doc::Array{make_object({{"ip", Value(report.ip)}})}));
  }
  members.set("startTime", time_value(report.started));
  if (!report.init_containers.empty()) members.set("initContainerStatuses", to_value(report.init_containers));
  members.set("containerStatuses", to_value(report.containers));
  return status;
}

}  // namespace graylane::local
