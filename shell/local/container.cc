#include "local/container.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "api/view_fields.h"
#include "local/log_file.h"
#include "local/port_owner.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::milliseconds;

constexpr milliseconds kImplicitPeriod{50};
constexpr milliseconds kSlowPeriod{5'000};
constexpr milliseconds kConfigRetry{2'000};     // until a missing ConfigMap or image entry is looked for again
constexpr milliseconds kStrangerPeriod{1'000};  // reading all of /proc is not cheap
constexpr size_t kLogTailBytes = 4096;
constexpr size_t kMessageBytes = 500;

int64_t unix_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

PodFacts facts_of(const PodContext& context) {
  World& world = context.world;
  const std::string& ns = context.pod->key.ns;
  const auto find = [&world, ns](std::string_view kind, std::string_view name) {
    auto object = world.client.get({"", std::string(kind), ns, std::string(name)});
    return object ? *object : nullptr;
  };
  auto services = world.client.list({"", "Service", ns});
  return {*context.pod,       context.ip, world.options.node_name,
          context.real_ports, find,       services ? std::move(services->items) : std::vector<api::ObjectPtr>()};
}

/// Whole lines from the end, within the limit.
std::string last_lines(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  if (text.size() <= kMessageBytes) return text;
  text.erase(0, text.size() - kMessageBytes);
  const size_t line = text.find('\n');
  return line == text.npos ? text : text.substr(line + 1);
}

ProbeSpec implicit_check(int32_t port, milliseconds period) {
  ProbeSpec spec;
  spec.port = port;
  spec.period = period;
  spec.failure_threshold = std::numeric_limits<int32_t>::max();
  return spec;
}

const Value* pre_stop(const Value& container) {
  return fields::find_object(fields::find_object(&container, "lifecycle"), "preStop");
}

std::vector<std::string> hook_command(const Value& container) {
  std::vector<std::string> command;
  for (const Value& word : fields::items(fields::find_object(pre_stop(container), "exec"), "command")) {
    if (const std::string* text = word.as_string()) command.push_back(*text);
  }
  return command;
}

/// As Go writes durations: "1m20s", "300ms".
std::string duration_text(milliseconds time) {
  if (time < std::chrono::seconds(1)) return std::to_string(time.count()) + "ms";
  const int64_t seconds = time.count() / 1000;
  return (seconds >= 60 ? std::to_string(seconds / 60) + "m" : "") + std::to_string(seconds % 60) + "s";
}

/// "web_default(b7a1...)".
std::string name_with_uid(const api::Object& pod) {
  return pod.key.name + "_" + pod.key.ns + "(" + fields::text(fields::find_object(&pod.content, "metadata"), "uid") + ")";
}

bool has_init_containers(const api::Object& pod) {
  return !fields::items(fields::find_object(&pod.content, "spec"), "initContainers").empty();
}

/// Where its program comes from.
std::string origin_of(const Value& container, const std::vector<std::string>& command, const std::string& program) {
  const std::string image = "Container image \"" + fields::text(&container, "image") + "\"";
  if (!fields::items(&container, "command").empty())
    return image + " is not needed: the container's command runs on this machine";
  return image + " stands for a program of this machine: " + (command.front() == program ? "the sample server" : command.front());
}

}  // namespace

Container::Container(PodContext& context, Value spec, RestartPolicy policy, const char* list)
    : context_(context),
      spec_(std::move(spec)),
      policy_(policy),
      name_(fields::text(&spec_, "name")),
      field_path_(std::string("spec.") + list + "{" + name_ + "}"),
      waiting_{has_init_containers(*context.pod) ? "PodInitializing" : "ContainerCreating", {}} {}

void Container::resume(const ContainerPast& past, bool stays) {
  restarts_ = past.restarts;
  last_ = past.last;
  has_lived_ = last_.has_value();
  done_ = stays;
}

void Container::tell(const char* reason, std::string message, bool warning) const {
  context_.world.tell(context_.pod, {reason, std::move(message), warning}, field_path_);
}

bool Container::started() const {
  return process_ && process_->state() == ChildProcess::State::kRunning && (!startup_ || startup_->state().succeeded());
}

std::vector<std::pair<int32_t, int32_t>> Container::tcp_ports() const {
  std::vector<std::pair<int32_t, int32_t>> ports;
  for (const Value& port : fields::items(&spec_, "ports")) {
    const int32_t declared = fields::number(&port, "containerPort");
    const auto real = context_.real_ports.find(declared);
    if (fields::text(&port, "protocol", "TCP") != "TCP" || declared <= 0 || declared > 65'535) continue;
    ports.emplace_back(declared, real == context_.real_ports.end() ? declared : real->second);
  }
  return ports;
}

void Container::step(Instant now) {
  if (process_) tell_start();
  if (process_ && !process_->alive()) end_life(describe_end(), now);
  if (process_ && stopping_) continue_stop(now);
  else if (process_) probe(now);
  if (process_ || done_) return;
  if (stopping_) done_ = true;
  else if (now >= start_at_) try_start(now);
  else context_.world.look_at(start_at_);
}

// ---- Between lives

void Container::try_start(Instant now) {
  World& world = context_.world;
  auto launch = plan_launch(facts_of(context_), spec_, world.images, world.options.program, world.inherited);
  if (!launch) return wait_for(std::move(launch.error()), now);
  ChildSpec child = child_spec(*launch);
  if (std::exchange(has_lived_, true)) ++restarts_;
  tell("Pulled", origin_of(spec_, child.command, world.options.program));
  log_begin_ = size_of(child.log);
  auto process = ChildProcess::start(world.loop, child, world.wake);
  if (!process) return fail_to_start(process.error().what, now);
  tell("Created", "Created container: " + name_);
  process_ = std::move(*process);
  log_ = std::exchange(child.log, {});
  target_ = {context_.ip, context_.real_ports, std::move(child)};
  begin_life(now);
}

void Container::wait_for(Waiting why, Instant now) {
  if (waiting_ != why) {
    if (why.reason == "ErrImageNotMapped")
      tell("Failed", "Failed to pull image \"" + fields::text(&spec_, "image") + "\": " + why.message, true);
    tell("Failed", "Error: " + (why.reason == "ErrImageNotMapped" ? why.reason : why.message), true);
  }
  waiting_ = std::move(why);
  start_at_ = now;  // any reconcile may find what is missing
  context_.world.look_at(now + kConfigRetry);
}

/// A life may be over before we look at it for the first time.
void Container::tell_start() {
  const ChildProcess::State state = process_->state();
  if (state == ChildProcess::State::kStarting || std::exchange(start_told_, true)) return;
  if (state != ChildProcess::State::kFailed) return tell("Started", "Started container " + name_);
  tell("Failed", "Error: " + process_->failure() + ": " + target_.child.command.front(), true);
}

ChildSpec Container::child_spec(const Launch& launch) const {
  const World& world = context_.world;
  ChildSpec child{.supervisor = world.options.program,
                  .command = launch.command,
                  .environment = {},
                  .folder = launch.folder,
                  .log = log_path(world.state_folder, context_.pod->key.ns, context_.pod->key.name, name_),
                  .log_bytes_max = world.options.log_bytes_max,
                  .claim = world.pool->claim()};
  for (const auto& [name, value] : launch.environment) child.environment.push_back(name + "=" + value);
  return child;
}

void Container::begin_life(Instant now) {
  started_at_ = now;
  started_unix_seconds_ = unix_now();
  accepted_ = ready_ = start_told_ = false;
  look_for_stranger_at_ = now;
  note_ = {};
  const auto prober = [&](std::optional<ProbeSpec> spec) {
    return spec ? std::optional<Prober>(std::in_place, *spec, now) : std::nullopt;
  };
  startup_ = prober(read_probe(spec_, "startupProbe"));
  liveness_ = prober(read_probe(spec_, "livenessProbe"));
  readiness_ = prober(read_probe(spec_, "readinessProbe"));
  const auto ports = tcp_ports();
  implicit_ = !readiness_ && !ports.empty();
  if (implicit_) readiness_.emplace(implicit_check(ports.front().first, kImplicitPeriod), now);
}

void Container::fail_to_start(std::string message, Instant now) {
  tell("Failed", "Error: " + message, true);
  const int64_t time = unix_now();
  started_at_ = now;
  end_life({128, 0, "StartError", std::move(message), time, time}, now);
}

Terminated Container::describe_end() const {
  Terminated end{process_->exit_code(), process_->signal(), "Completed", {}, started_unix_seconds_, unix_now()};
  if (process_->state() == ChildProcess::State::kFailed) {
    end.exit_code = 128;
    end.reason = "StartError";
    end.message = process_->failure() + ": " + target_.child.command.front();
    return end;
  }
  if (end.exit_code == 0) return end;
  end.reason = "Error";
  const std::string log = tail_of(log_, kLogTailBytes, log_begin_);
  end.message = last_lines(log);
  if (stopping_) {
    if (!stopping_->why.empty()) end.message = stopping_->why;
    return end;
  }
  Waiting why = explain_listen_failure(context_.world, log, context_.ip, tcp_ports());
  if (!why.reason.empty()) end.reason = std::move(why.reason), end.message = std::move(why.message);
  return end;
}

void Container::end_life(Terminated end, Instant now) {
  process_.reset();
  startup_.reset();
  liveness_.reset();
  readiness_.reset();
  ready_ = false;
  note_ = {};
  const bool for_good = (stopping_ && stopping_->why.empty()) || policy_ == RestartPolicy::kNever ||
                        (policy_ == RestartPolicy::kOnFailure && end.exit_code == 0);
  last_ = std::move(end);
  if (for_good) done_ = true;
  stopping_.reset();
  if (!done_) begin_back_off(now);
}

void Container::begin_back_off(Instant now) {
  const Backoff& backoff = context_.world.options.backoff;
  if (now - started_at_ >= backoff.reset) delay_ = milliseconds(0);
  start_at_ = now + delay_;
  const api::Object& pod = *context_.pod;
  waiting_ = {"CrashLoopBackOff",
              "back-off " + duration_text(delay_) + " restarting failed container=" + name_ + " pod=" + name_with_uid(pod)};
  if (last_->reason == "PortTaken" || last_->reason == "PortNotAllowed") waiting_ = {last_->reason, last_->message};
  if (delay_.count() > 0)
    tell("BackOff", "Back-off restarting failed container " + name_ + " in pod " + name_with_uid(pod), true);
  delay_ = std::clamp(delay_ * 2, backoff.first, backoff.max);
}

// ---- In life

void Container::probe(Instant now) {
  if (process_->state() != ChildProcess::State::kRunning || !passes_startup(now)) return;
  probe_readiness(now);
  if (liveness_) probe_liveness(now);
}

void Container::ask(Prober& prober, const char* name, Instant now) {
  if (prober.step(context_.world, target_, now)) tell("Unhealthy", name + (" probe failed: " + prober.state().message()), true);
}

bool Container::passes_startup(Instant now) {
  if (!startup_ || startup_->state().succeeded()) return true;
  ask(*startup_, "Startup", now);
  note_ = {"StartupProbe", "startup probe: " + startup_->state().message()};
  if (startup_->state().failed()) restart_for("startup", startup_->state(), now);
  else if (startup_->state().succeeded()) note_ = {};
  return startup_ && startup_->state().succeeded();
}

void Container::probe_liveness(Instant now) {
  ask(*liveness_, "Liveness", now);
  if (liveness_->state().failed()) restart_for("liveness", liveness_->state(), now);
}

void Container::restart_for(const char* probe, const ProbeState& state, Instant now) {
  tell("Killing", "Container " + name_ + " failed " + probe + " probe, will be restarted");
  begin_stop(now, {}, std::string(probe) + " probe failed: " + state.message());
}

void Container::probe_readiness(Instant now) {
  World& world = context_.world;
  if (!readiness_) {
    ready_ = true;
    return;
  }
  if (implicit_ && ready_ && accepted_) return;  // it has accepted once: that is all we ask
  if (implicit_) readiness_->step(world, target_, now);
  else ask(*readiness_, "Readiness", now);
  const ProbeState& state = readiness_->state();
  ready_ = false;
  note_ = {};
  if (state.succeeded()) return accept_readiness(now);
  note_ = {"ReadinessProbe", "readiness probe: " + state.message()};
  if (!implicit_) return;
  note_ = {"NothingListens", "nothing accepts connections on the declared port: " + state.message()};
  const Instant limit = started_at_ + world.options.unanswered_ready_after;
  if (now >= limit) {
    if (state.spec().period == kImplicitPeriod) {
      tell("NothingListens", note_.message, true);
      readiness_.emplace(implicit_check(state.spec().port, kSlowPeriod), now);
    }
    ready_ = true;
    note_.message += "; counted as ready since it runs and has no readinessProbe";
  } else {
    world.look_at(limit);
  }
}

/// The probe may have been answered by somebody else who listens on all addresses.
void Container::accept_readiness(Instant now) {
  const ProbeSpec& spec = readiness_->state().spec();
  if (!accepted_ && spec.type != ProbeSpec::Type::kExec && spec.host.empty()) {
    if (now >= look_for_stranger_at_) {
      std::string stranger = stranger_on(context_.world, context_.ip, target_.real_port(spec.port), process_->supervisor());
      if (!stranger.empty() && stranger != stranger_) tell("PortTaken", stranger, true);
      stranger_ = std::move(stranger);
      look_for_stranger_at_ = now + kStrangerPeriod;
    }
    if (!stranger_.empty()) {
      note_ = {"PortTaken", stranger_};
      return context_.world.look_at(look_for_stranger_at_);
    }
  }
  accepted_ = ready_ = true;
}

// ---- To an end

void Container::stop(Instant now, milliseconds grace) {
  if (alive() && !(stopping_ && stopping_->why.empty())) tell("Killing", "Stopping container " + name_);
  if (!stopping_) {
    begin_stop(now, grace, {});
  } else {
    stopping_->why.clear();
    stopping_->kill_at = std::min(stopping_->kill_at, now + grace);
  }
  if (!process_) done_ = true;
}

void Container::begin_stop(Instant now, milliseconds grace, std::string why) {
  if (!why.empty())
    grace = std::chrono::seconds(
        fields::number(fields::find_object(&context_.pod->content, "spec"), "terminationGracePeriodSeconds", 30));
  ready_ = false;
  note_ = {};
  stopping_.emplace(now + grace, std::move(why));
  if (!process_) return;
  ChildSpec hook = target_.child;
  hook.command = hook_command(spec_);
  if (!hook.command.empty() && grace.count() > 0) {
    if (auto started = ChildProcess::start(context_.world.loop, hook, context_.world.wake)) stopping_->hook = std::move(*started);
  }
  const Value* sleep = fields::find_object(pre_stop(spec_), "sleep");
  if (sleep) stopping_->sleep_until = now + std::chrono::seconds(fields::number(sleep, "seconds"));
  continue_stop(now);
}

bool Container::hook_is_done(Instant now) const {
  return (!stopping_->hook || !stopping_->hook->alive()) && (!stopping_->sleep_until || now >= *stopping_->sleep_until);
}

void Container::continue_stop(Instant now) {
  World& world = context_.world;
  if (now >= stopping_->kill_at && !std::exchange(stopping_->killed, true)) {
    stopping_->hook.reset();
    process_->kill();
  }
  if (stopping_->killed) return;
  if (hook_is_done(now) && !std::exchange(stopping_->terminated, true)) process_->stop();
  world.look_at(stopping_->kill_at);
  if (!stopping_->terminated && stopping_->sleep_until) world.look_at(*stopping_->sleep_until);
}

// ---- What is told

ContainerReport Container::report() const {
  ContainerReport report{.name = name_,
                         .image = fields::text(&spec_, "image"),
                         .pid = alive() ? process_->program() : 0,
                         .ready = ready_,
                         .started = started(),
                         .restarts = restarts_,
                         .state = waiting_,
                         .last = last_,
                         .note = note_};
  if (process_ && process_->state() != ChildProcess::State::kStarting) report.state = Running{started_unix_seconds_};
  else if (process_) report.state = Waiting{"ContainerCreating", {}};
  else if (done_ && last_) {
    report.state = *last_;
    report.last.reset();
  }
  return report;
}

}  // namespace graylane::local
