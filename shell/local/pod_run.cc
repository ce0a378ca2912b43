#include "local/pod_run.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "api/view_fields.h"
#include "api/workload.h"
#include "control/object_parts.h"
#include "local/qos.h"
#include "local/real_ports.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::milliseconds;

constexpr milliseconds kAddressRetry{2'000};
constexpr const char* kUnschedulable =
    "1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
constexpr milliseconds kDrainPoll{20};
constexpr milliseconds kDrainLeast{1'000};  // of a Pod that is to be killed at once: its requests need not fail

const Value* spec_of(const api::Object& pod) { return fields::find_object(&pod.content, "spec"); }

RestartPolicy policy_of(const Value* spec) {
  const std::string text = fields::text(spec, "restartPolicy", "Always");
  return text == "Never" ? RestartPolicy::kNever : text == "OnFailure" ? RestartPolicy::kOnFailure : RestartPolicy::kAlways;
}

std::vector<int32_t> declared_ports(const api::Object& pod) {
  std::vector<int32_t> ports;
  for (const api::ContainerPort& port : api::read_pod(pod).pod.ports) {
    if (port.protocol == "TCP") ports.push_back(port.number);
  }
  return ports;
}

int64_t unix_now() { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); }

/// What may change without a new process.
constexpr std::array<std::string_view, 5> kLive = {"nodeName", "schedulingGates", "tolerations", "activeDeadlineSeconds",
                                                   "terminationGracePeriodSeconds"};

doc::Object lasting(const Value& spec) {
  doc::Object rest = spec.is_object() ? *spec.as_object() : doc::Object();
  for (const std::string_view name : kLive) rest.erase(name);
  return rest;
}

const ContainerPast& past_of(const std::map<std::string, ContainerPast>& pasts, const Container& container) {
  static const ContainerPast kNone;
  const auto found = pasts.find(container.name());
  return found == pasts.end() ? kNone : found->second;
}

}  // namespace

milliseconds own_grace(const api::Object& pod) {
  return std::chrono::seconds(std::max(fields::number(spec_of(pod), "terminationGracePeriodSeconds", 30), 0));
}

PodRun::PodRun(World& world, api::ObjectPtr pod, bool earlier)
    : context_{world, std::move(pod), {}, {}},
      started_unix_seconds_(unix_now()),
      policy_(policy_of(spec_of(*context_.pod))),
      qos_class_(local::qos_class(spec_of(*context_.pod))) {
  const Value* spec = spec_of(*context_.pod);
  for (const Value& container : fields::items(spec, "initContainers")) {
    const bool sidecar = fields::text(&container, "restartPolicy") == "Always";
    const RestartPolicy policy = sidecar ? RestartPolicy::kAlways : std::max(policy_, RestartPolicy::kOnFailure);
    init_.push_back({std::make_unique<Container>(context_, container, policy, "initContainers"), sidecar});
  }
  for (const Value& container : fields::items(spec, "containers"))
    containers_.push_back(std::make_unique<Container>(context_, container, policy_, "containers"));
  if (earlier) resume(read_past(*context_.pod, unix_now()));
}

/// As after a restart of a node: all containers begin anew, init containers too; but who never restarts has failed.
void PodRun::resume(const PodPast& past) {
  ended_before_ = past.ended;
  if (past.started != 0) started_unix_seconds_ = past.started;
  if (past.ended || !past.begun) return;
  const bool fails = policy_ == RestartPolicy::kNever;
  if (fails) failure_ = {kNodeRestart, "graylane ended while the Pod ran, and restartPolicy is Never"};
  initialized_ = fails && std::ranges::any_of(past.containers, [](const auto& one) { return one.second.begun; });
  for (const InitContainer& init : init_) init.container->resume(past_of(past.init_containers, *init.container), fails);
  for (const auto& container : containers_) {
    const ContainerPast& one = past_of(past.containers, *container);
    const bool succeeded = policy_ == RestartPolicy::kOnFailure && one.begun && one.last->exit_code == 0;
    container->resume(one, fails || succeeded);
  }
  if (fails) context_.world.tell(context_.pod, {kNodeRestart, failure_.message, true});
  else context_.world.tell(context_.pod, {"SandboxChanged", "Pod sandbox changed, it will be killed and re-created."});
}

PodRun::~PodRun() {
  if (!context_.ip.empty()) context_.world.pool->give_back(context_.ip);
}

template <class Visit>
void PodRun::for_each(Visit visit) const {
  for (const InitContainer& init : init_) visit(*init.container);
  for (const auto& container : containers_) visit(*container);
}

bool PodRun::is_of(const api::Object& pod) const {
  if (&pod == context_.pod.get()) return true;
  if (control::uid_of(pod) != control::uid_of(*context_.pod)) return false;
  const Value* now = spec_of(pod);
  const Value* before = spec_of(*context_.pod);
  return now && before && (*now == *before || Value(lasting(*now)) == Value(lasting(*before)));
}

bool PodRun::take_address() {
  if (!context_.ip.empty()) return true;
  const bool assigned = !fields::text(spec_of(*context_.pod), "nodeName").empty();
  if (!assigned && !fields::items(spec_of(*context_.pod), "schedulingGates").empty()) {
    problem_ = {"SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates"};
    return false;
  }
  if (context_.world.cordoned && !assigned) {
    lack_address(kUnschedulable);
    return false;
  }
  auto address = context_.world.pool->take();
  if (!address) {
    lack_address(address.error().to_string());
    return false;
  }
  problem_ = {};
  context_.ip = *address;
  const api::ObjectKey& key = context_.pod->key;
  const std::string& node = context_.world.options.node_name;
  if (!assigned)
    context_.world.tell_scheduling(context_.pod,
                                   {"Scheduled", "Successfully assigned " + key.ns + "/" + key.name + " to " + node});
  context_.real_ports =
      local::real_ports(declared_ports(*context_.pod), [&](uint16_t port) { return may_bind(context_.ip, port); });
  return true;
}

void PodRun::lack_address(const std::string& why) {
  Waiting problem{"Unschedulable", "0/1 nodes are available: " + why};
  if (problem_ != problem) context_.world.tell_scheduling(context_.pod, {"FailedScheduling", problem.message, true});
  problem_ = std::move(problem);
}

void PodRun::step(Instant now) {
  if (leaving_) step_leaving(now);
  else step_running(now);
}

void PodRun::step_running(Instant now) {
  if (ended_before_) return;
  if (!failure_.reason.empty() || is_past_deadline(now)) {
    return for_each([&](Container& container) { container.step(now); });
  }
  if (!take_address()) return context_.world.look_at(now + kAddressRetry);
  for (const InitContainer& init : init_) {
    init.container->step(now);
    const bool goes_on = init.sidecar ? init.container->started() : init.container->succeeded();
    if (!goes_on && !initialized_) return;
  }
  initialized_ = true;
  for (const auto& container : containers_) container->step(now);
}

/// spec.activeDeadlineSeconds is over: all its containers end, and it has failed.
bool PodRun::is_past_deadline(Instant now) {
  const int32_t limit = fields::number(spec_of(*context_.pod), "activeDeadlineSeconds");
  if (limit <= 0 || phase_of(report()) == "Succeeded") return false;
  const int64_t left = started_unix_seconds_ + limit - unix_now();
  if (left > 0) {
    context_.world.look_at(now + std::chrono::seconds(left));
    return false;
  }
  failure_ = {"DeadlineExceeded", "Pod was active on the node longer than the specified deadline"};
  context_.world.tell(context_.pod, {failure_.reason, failure_.message});
  for_each([&](Container& container) { container.stop(now, own_grace(*context_.pod)); });
  return true;
}

void PodRun::leave(Instant now, uint64_t revision, milliseconds grace, bool at_once) {
  if (!leaving_) leaving_ = Leaving{now, revision, grace, at_once, false};
  leaving_->at_once = leaving_->at_once || at_once;
  if (grace >= leaving_->grace) return;
  leaving_->grace = grace;
  if (leaving_->stopping) stop(now);
}

void PodRun::stop(Instant now) {
  for_each([&](Container& container) { container.stop(now, leaving_->grace); });
}

bool PodRun::may_stop(Instant now) const {
  const RuntimeOptions& options = context_.world.options;
  if (leaving_->at_once || supervisors().empty()) return true;
  const milliseconds drain_max = std::min(options.drain_max, std::max(leaving_->grace, kDrainLeast));
  if (now >= leaving_->since + drain_max) return true;
  if (now < leaving_->since + options.drain_min) return false;
  return !options.may_stop || options.may_stop({context_.pod->key, context_.ip, leaving_->revision});
}

void PodRun::step_leaving(Instant now) {
  if (!leaving_->stopping && !may_stop(now)) {
    step_running(now);  // it still serves
    return context_.world.look_at(now + kDrainPoll);
  }
  if (!std::exchange(leaving_->stopping, true)) stop(now);
  for_each([&](Container& container) { container.step(now); });
}

bool PodRun::gone() const {
  if (!leaving_ || !leaving_->stopping) return false;
  return supervisors().empty();
}

void PodRun::let_go() {
  for_each([](Container& container) { container.let_go(); });
}

std::vector<pid_t> PodRun::supervisors() const {
  std::vector<pid_t> pids;
  for_each([&](const Container& container) {
    if (container.alive()) pids.push_back(container.supervisor());
  });
  return pids;
}

void PodRun::add_running(std::vector<Metered>& to) const {
  for_each([&](const Container& container) {
    if (container.alive()) to.push_back({context_.pod->key, container.name(), container.supervisor(), container.started_at()});
  });
}

PodReport PodRun::report() const {
  PodReport report{.ip = context_.ip,
                   .started = started_unix_seconds_,
                   .never_restarts = policy_ != RestartPolicy::kAlways,
                   .initialized = initialized_ || init_.empty(),
                   .init_containers = {},
                   .containers = {},
                   .qos_class = qos_class_,
                   .problem = problem_,
                   .failure = failure_};
  for (const InitContainer& init : init_) {
    report.init_containers.push_back(init.container->report());
    if (!init.sidecar) report.init_containers.back().ready = init.container->succeeded();
  }
  for (const auto& container : containers_) report.containers.push_back(container->report());
  return report;
}

}  // namespace graylane::local
