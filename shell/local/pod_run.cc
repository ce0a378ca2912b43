#include "local/pod_run.h"

#include <algorithm>
#include <utility>

#include "api/view_fields.h"
#include "api/workload.h"
#include "local/real_ports.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::milliseconds;

constexpr milliseconds kAddressRetry{2'000};
constexpr milliseconds kDrainPoll{20};

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

std::string uid_of(const api::Object& pod) { return fields::text(fields::find_object(&pod.content, "metadata"), "uid"); }

}  // namespace

PodRun::PodRun(World& world, api::ObjectPtr pod)
    : context_{world, std::move(pod), {}, {}},
      started_unix_seconds_(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())),
      policy_(policy_of(spec_of(*context_.pod))) {
  const Value* spec = spec_of(*context_.pod);
  for (const Value& container : fields::items(spec, "initContainers")) {
    const bool sidecar = fields::text(&container, "restartPolicy") == "Always";
    const RestartPolicy policy = sidecar ? RestartPolicy::kAlways : std::max(policy_, RestartPolicy::kOnFailure);
    init_.push_back({std::make_unique<Container>(context_, container, policy), sidecar});
  }
  for (const Value& container : fields::items(spec, "containers"))
    containers_.push_back(std::make_unique<Container>(context_, container, policy_));
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
  if (uid_of(pod) != uid_of(*context_.pod)) return false;
  const Value* now = spec_of(pod);
  const Value* before = spec_of(*context_.pod);
  return now && before && *now == *before;
}

bool PodRun::take_address() {
  if (!context_.ip.empty()) return true;
  auto address = context_.world.pool->take();
  if (!address) {
    problem_ = {"NoAddress", address.error().to_string()};
    return false;
  }
  problem_ = {};
  context_.ip = *address;
  context_.real_ports =
      local::real_ports(declared_ports(*context_.pod), [&](uint16_t port) { return may_bind(context_.ip, port); });
  return true;
}

void PodRun::step(Instant now) {
  if (leaving_) step_leaving(now);
  else step_running(now);
}

void PodRun::step_running(Instant now) {
  if (!take_address()) return context_.world.look_at(now + kAddressRetry);
  for (const InitContainer& init : init_) {
    init.container->step(now);
    const bool goes_on = init.sidecar ? init.container->started() : init.container->succeeded();
    if (!goes_on && !initialized_) return;
  }
  initialized_ = true;
  for (const auto& container : containers_) container->step(now);
}

void PodRun::leave(Instant now, uint64_t revision, bool at_once) {
  if (!leaving_) leaving_ = Leaving{now, revision, at_once, false};
  leaving_->at_once = leaving_->at_once || at_once;
}

bool PodRun::may_stop(Instant now) const {
  const RuntimeOptions& options = context_.world.options;
  if (leaving_->at_once || supervisors().empty() || now >= leaving_->since + options.drain_max) return true;
  if (now < leaving_->since + options.drain_min) return false;
  return !options.may_stop || options.may_stop({context_.pod->key, context_.ip, leaving_->revision});
}

void PodRun::step_leaving(Instant now) {
  if (!leaving_->stopping && !may_stop(now)) {
    step_running(now);  // it still serves
    return context_.world.look_at(now + kDrainPoll);
  }
  if (!std::exchange(leaving_->stopping, true)) {
    const milliseconds grace = std::chrono::seconds(fields::number(spec_of(*context_.pod), "terminationGracePeriodSeconds", 30));
    for_each([&](Container& container) { container.stop(now, grace); });
  }
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

PodReport PodRun::report() const {
  PodReport report{.ip = context_.ip,
                   .started = started_unix_seconds_,
                   .never_restarts = policy_ != RestartPolicy::kAlways,
                   .initialized = initialized_ || init_.empty(),
                   .init_containers = {},
                   .containers = {},
                   .problem = problem_};
  for (const InitContainer& init : init_) {
    report.init_containers.push_back(init.container->report());
    if (!init.sidecar) report.init_containers.back().ready = init.container->succeeded();
  }
  for (const auto& container : containers_) report.containers.push_back(container->report());
  return report;
}

}  // namespace graylane::local
