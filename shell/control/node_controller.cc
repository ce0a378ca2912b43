#include "control/node_controller.h"

#include <array>
#include <utility>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/work.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

struct Condition {
  const char* type;
  bool holds;
  const char* reason;
  const char* message;
};

constexpr std::array<Condition, 4> kConditions = {{
    {"MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
    {"DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
    {"Ready", true, "KubeletReady", "graylane runs Pods as processes of this machine"},
}};

Value to_value(const Condition& condition, const Value* status_before, const std::string& now) {
  const char* const status = condition.holds ? "True" : "False";
  std::string heartbeat = now, since = now;
  for (const Value& before : fields::items(status_before, "conditions")) {
    if (fields::text(&before, "type") != condition.type || fields::text(&before, "status") != status) continue;
    heartbeat = fields::text(&before, "lastHeartbeatTime", now);
    since = fields::text(&before, "lastTransitionTime", now);
  }
  return make_object({{"type", Value(condition.type)},
                      {"status", Value(status)},
                      {"lastHeartbeatTime", Value(heartbeat)},
                      {"lastTransitionTime", Value(since)},
                      {"reason", Value(condition.reason)},
                      {"message", Value(condition.message)}});
}

Value capacity_of(const NodeFacts& facts) {
  doc::Object capacity;
  if (facts.cpus > 0) capacity.append("cpu", Value(std::to_string(facts.cpus)), {});
  if (facts.memory_bytes > 0) capacity.append("memory", Value(std::to_string(facts.memory_bytes / 1024) + "Ki"), {});
  capacity.append("pods", Value(std::to_string(facts.pods)), {});
  return Value(std::move(capacity));
}

Value address(const char* type, const std::string& text) {
  return make_object({{"type", Value(type)}, {"address", Value(text)}});
}

Value info_of(const NodeFacts& facts) {
  return make_object({{"architecture", Value(facts.architecture)},
                      {"bootID", Value("")},
                      {"containerRuntimeVersion", Value(facts.program_version)},
                      {"kernelVersion", Value(facts.kernel_version)},
                      {"kubeProxyVersion", Value("")},
                      {"kubeletVersion", Value(facts.program_version)},
                      {"machineID", Value("")},
                      {"operatingSystem", Value(facts.operating_system)},
                      {"osImage", Value(facts.os_image)},
                      {"systemUUID", Value("")}});
}

Value status_of(const NodeFacts& facts, const Value* before, const std::string& now) {
  doc::Array conditions;
  for (const Condition& condition : kConditions) conditions.push_back(to_value(condition, before, now));
  return make_object({{"capacity", capacity_of(facts)},
                      {"allocatable", capacity_of(facts)},
                      {"conditions", Value(std::move(conditions))},
                      {"addresses", Value(doc::Array{address("InternalIP", facts.address), address("Hostname", facts.name)})},
                      {"nodeInfo", info_of(facts)}});
}

api::Object make_node(const NodeFacts& facts, std::chrono::sys_seconds now, route::Rng& random) {
  api::Object node;
  node.gvk = {"", "v1", "Node"};
  node.key = {"", "Node", "", facts.name};
  node.age = {now.time_since_epoch().count(), true, 0};
  node.content =
      make_object({{"apiVersion", Value("v1")},
                   {"kind", Value("Node")},
                   {"metadata", make_object({{"name", Value(facts.name)},
                                             {"uid", Value(random_uid(random))},
                                             {"creationTimestamp", Value(api::format_time(now.time_since_epoch().count()))}})},
                   {"spec", make_object({})}});
  return node;
}

}  // namespace

api::Object node_of(const NodeFacts& facts, const api::Object* before, std::chrono::sys_seconds now, route::Rng& random) {
  api::Object node = before ? *before : make_node(facts, now, random);
  doc::Object& labels = api::object_member(metadata_of(node), "labels");
  for (const auto& [name, text] :
       std::initializer_list<std::pair<const char*, const std::string&>>{{"kubernetes.io/arch", facts.architecture},
                                                                         {"kubernetes.io/hostname", facts.name},
                                                                         {"kubernetes.io/os", facts.operating_system}}) {
    labels.set(name, Value(text));
  }
  const std::string time = api::format_time(now.time_since_epoch().count());
  Value status = status_of(facts, before ? fields::find_object(&before->content, "status") : nullptr, time);
  node.content.as_object()->set("status", std::move(status));
  return node;
}

NodeController::NodeController(Client& client, uint64_t seed, NodeFacts facts)
    : client_(client), random_(seed), facts_(std::move(facts)), nodes_(client, {"", "Node", "", facts_.name}, &nothing) {}

Result<bool> NodeController::step(std::chrono::sys_seconds now) {
  const auto changed = nodes_.catch_up();
  if (!changed) return changed;
  if (!*changed && !unfinished_) return false;
  const auto found = nodes_.entries().find({"", "Node", "", facts_.name});
  const api::Object* before = found == nodes_.entries().end() ? nullptr : found->second.object.get();
  api::Object node = node_of(facts_, before, now, random_);
  Work work{now};
  if (!before) work.changes.push_back(Change::create(std::move(node)));
  else if (node.content != before->content) work.changes.push_back(Change::update(std::move(node)));
  const auto written = carry_out(client_, std::move(work), nullptr);
  unfinished_ = !written || *written;
  return written;
}

}  // namespace graylane::control
