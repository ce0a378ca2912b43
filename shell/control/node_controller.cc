#include "control/node_controller.h"

#include <algorithm>
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

constexpr const char* kLeaseGroup = "coordination.k8s.io";
constexpr const char* kLeaseNamespace = "kube-node-lease";

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

/// Whether so much time has passed since then; both as the API writes times.
bool is_over(const std::string& since, std::chrono::seconds time, const std::string& now) {
  const auto begin = api::parse_time(since), end = api::parse_time(now);
  return !begin || !end || *end - *begin >= time.count();
}

Value to_value(const Condition& condition, const Value* status_before, const std::string& now) {
  const char* const status = condition.holds ? "True" : "False";
  std::string heartbeat = now, since = now;
  for (const Value& before : fields::items(status_before, "conditions")) {
    if (fields::text(&before, "type") != condition.type || fields::text(&before, "status") != status) continue;
    if (const std::string last = fields::text(&before, "lastHeartbeatTime"); !is_over(last, kHeartbeat, now)) heartbeat = last;
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

constexpr const char* kUnschedulableTaint = "node.kubernetes.io/unschedulable";

/// A node that takes no new Pods (`kubectl cordon`) says so as a taint too; people's own taints stay.
void taint(doc::Object& spec, const std::string& now) {
  const Value* unschedulable = spec.find("unschedulable");
  const Value* present = spec.find("taints");
  doc::Array taints = present && present->is_array() ? *present->as_array() : doc::Array();
  const auto ours = std::ranges::find_if(taints, [](const Value& one) {
    return fields::text(&one, "key") == kUnschedulableTaint && fields::text(&one, "effect") == "NoSchedule";
  });
  const bool wanted = unschedulable && *unschedulable == Value(true);
  if (wanted == (ours != taints.end())) return;
  if (wanted)
    taints.push_back(
        make_object({{"key", Value(kUnschedulableTaint)}, {"effect", Value("NoSchedule")}, {"timeAdded", Value(now)}}));
  else taints.erase(ours);
  if (taints.empty()) spec.erase("taints");
  else spec.set("taints", Value(std::move(taints)));
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
  taint(api::object_member(*node.content.as_object(), "spec"), time);
  Value status = status_of(facts, before ? fields::find_object(&before->content, "status") : nullptr, time);
  node.content.as_object()->set("status", std::move(status));
  return node;
}

api::Object lease_of(const api::Object& node, const api::Object* before, std::chrono::sys_seconds now, route::Rng& random) {
  const std::string time = api::format_time(now.time_since_epoch().count());
  const std::string micro_time = time.substr(0, time.size() - 1) + ".000000Z";
  api::Object lease;
  if (before) lease = *before;
  lease.gvk = {kLeaseGroup, "v1", "Lease"};
  lease.key = {kLeaseGroup, "Lease", kLeaseNamespace, node.key.name};
  if (!before) {
    lease.age = {now.time_since_epoch().count(), true, 0};
    lease.content = make_object({{"apiVersion", Value(lease.gvk.api_version())},
                                 {"kind", Value("Lease")},
                                 {"metadata", make_object({{"name", Value(lease.key.name)},
                                                           {"namespace", Value(kLeaseNamespace)},
                                                           {"uid", Value(random_uid(random))},
                                                           {"creationTimestamp", Value(time)}})}});
  }
  metadata_of(lease).set("ownerReferences", Value(doc::Array{make_object({{"apiVersion", Value("v1")},
                                                                          {"kind", Value("Node")},
                                                                          {"name", Value(node.key.name)},
                                                                          {"uid", Value(uid_of(node))}})}));
  const std::string last = before ? fields::text(before->find("spec"), "renewTime") : "";
  lease.content.as_object()->set("spec",
                                 make_object({{"holderIdentity", Value(node.key.name)},
                                              {"leaseDurationSeconds", Value(int64_t{kLeaseDuration.count()})},
                                              {"renewTime", Value(is_over(last, kLeaseRenewal, time) ? micro_time : last)}}));
  return lease;
}

NodeController::NodeController(Client& client, uint64_t seed, NodeFacts facts)
    : random_(seed),
      facts_(std::move(facts)),
      nodes_(client, {"", "Node", "", facts_.name}, &nothing),
      leases_(client, {kLeaseGroup, "Lease", kLeaseNamespace, facts_.name}, &nothing),
      queue_(client) {}

Result<bool> NodeController::step(std::chrono::sys_seconds now) {
  const auto nodes = nodes_.catch_up();
  if (!nodes) return nodes;
  const auto leases = leases_.catch_up();
  unfinished_ = unfinished_ || *nodes || leases.value_or(false) || queue_.is_due(now) || (look_again_ && *look_again_ <= now);
  if (!leases || !unfinished_) return leases ? false : leases;
  const auto write = [](Work& work, const api::Object* before, api::Object next) {
    if (!before) work.changes.push_back(Change::create(std::move(next)));
    else work.change(change_to(*before, std::move(next)));
  };
  const auto first = [](const Mirror<bool>& mirror) {
    return mirror.entries().empty() ? nullptr : mirror.entries().begin()->second.object.get();
  };
  Work work{now};
  api::Object node = node_of(facts_, first(nodes_), now, random_);
  write(work, first(leases_), lease_of(node, first(leases_), now, random_));
  write(work, first(nodes_), std::move(node));
  look_again_ = now + kLeaseRenewal;
  const auto written = queue_.carry_out(std::move(work));
  unfinished_ = !written || *written;
  return written;
}

}  // namespace graylane::control
