#include "local/runtime.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <random>
#include <set>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"
#include "api/workload.h"
#include "control/object_parts.h"
#include "local/pod_run.h"
#include "local/process_tree.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using control::is_terminating;
using std::chrono::milliseconds;

constexpr milliseconds kFirstMeasure{1'000};  // after a start
constexpr milliseconds kRetry{20};            // after somebody else changed a Pod at the same time
constexpr milliseconds kRetryFailed{1'000};   // the disk is full

bool is_file_name(const std::string& name) { return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos; }

/// Empty when a name is none.
std::string log_folder(const std::string& state_folder, const std::string& ns, const std::string& pod) {
  if (!is_file_name(ns) || !is_file_name(pod)) return {};
  return state_folder + "/pods/" + ns + "_" + pod;
}

/// What a program needs to find its way on this machine; everything else comes from the manifests.
std::map<std::string, std::string> inherited_environment() {
  std::map<std::string, std::string> variables;
  for (const char* name : {"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) variables[name] = value;
  }
  return variables;
}

/// Nothing to do with us: another program's node.
bool is_elsewhere(const api::Object& pod, const std::string& node) {
  const std::string assigned = fields::text(fields::find_object(&pod.content, "spec"), "nodeName");
  return !assigned.empty() && assigned != node;
}

bool is_assigned(const api::Object& pod) { return fields::find_text(fields::find_object(&pod.content, "spec"), "nodeName"); }

milliseconds deletion_grace(const api::Object& pod) {
  constexpr int32_t kNone = -1;
  const int32_t seconds = fields::number(control::metadata_of(pod), "deletionGracePeriodSeconds", kNone);
  return seconds == kNone ? own_grace(pod) : std::chrono::seconds(seconds);
}

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

std::string log_path(const std::string& state_folder, const std::string& ns, const std::string& pod,
                     const std::string& container) {
  const std::string folder = log_folder(state_folder, ns, pod);
  return folder.empty() || !is_file_name(container) ? std::string() : folder + "/" + container + ".log";
}

class Runtime::State {
 public:
  State(net::EventLoop& loop, control::Client& client, std::unique_ptr<AddressPool> pool, const RuntimeOptions& options)
      : world_{loop,
               client,
               options,
               std::move(pool),
               {},
               {},
               inherited_environment(),
               {},
               {},
               control::EventRecorder(client, "kubelet", options.node_name, random_seed()),
               control::EventRecorder(client, "default-scheduler", {}, random_seed())},
        soon_([this] { reconcile_or_retry(); }),
        due_([this] { reconcile_or_retry(); }),
        measure_([this] { measure(); }),
        meter_(options.usage_window) {
    world_.wake = [this] { world_.loop.arm(soon_, milliseconds(0)); };
    world_.pod_of = [this](pid_t pid) { return pod_of(pid); };
  }
  ~State() {
    for (auto& [key, run] : runs_) run->let_go();
  }

  Result<void> prepare();
  Result<void> reconcile();
  /// The client failed: nobody is there to be told, so it is asked again.
  void reconcile_or_retry() {
    if (!reconcile()) world_.loop.arm(due_, kRetryFailed);
  }
  void set_images(ImageMap images) { world_.images = std::move(images); }
  void stop_all() {
    stopped_ = true;
    world_.wake();
  }
  size_t processes() const {
    size_t number = 0;
    for (const auto& [key, run] : runs_) number += run->supervisors().size();
    return number;
  }
  UsagePtr usage() const { return meter_.read(); }

 private:
  using Pods = std::map<api::ObjectKey, api::ObjectPtr>;

  Result<Pods> list_pods();
  bool is_cordoned() const;
  void begin(const api::ObjectPtr& pod);
  void step(PodRun& run, const api::ObjectPtr& object, Instant now);
  milliseconds grace_of(const PodRun& run, const api::Object* object) const;
  void bury(const api::ObjectPtr& object, PodRun& run);
  void finish_deletion(const api::Object& object);
  void try_again(const Error& error);
  void write_status(PodRun& run, const api::ObjectPtr& pod);
  void tell();
  void look_again(Instant now);
  std::vector<Metered> running() const;
  void plan_measuring(Instant now);
  void measure();
  std::string pod_of(pid_t pid) const;

  World world_;
  std::map<api::ObjectKey, std::unique_ptr<PodRun>> runs_;
  net::CallbackTimer soon_;  // something happened
  net::CallbackTimer due_;   // a time comes
  net::CallbackTimer measure_;
  Instant measure_at_ = Instant::max();
  UsageMeter meter_;
  uint64_t revision_ = 0;  // of the listing
  bool first_ = true;      // what is there already was taken on by an earlier life
  bool stopped_ = false;
  bool written_ = false;  // in this reconcile()
};

/// Logs of an earlier life of this program are kept for Pods that are still there.
Result<void> Runtime::State::prepare() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::absolute(world_.options.state_folder, error);
  world_.state_folder = folder.string();
  const auto pods = list_pods();
  if (!pods) return std::unexpected(pods.error());
  std::set<std::string> kept;
  for (const auto& [key, pod] : *pods) kept.insert(log_folder(world_.state_folder, key.ns, key.name));
  fs::create_directories(folder / "pods", error);
  std::vector<fs::path> present;
  if (!error) std::ranges::copy(fs::directory_iterator(folder / "pods", error), std::back_inserter(present));
  for (const fs::path& path : present) {
    if (!error && !kept.contains(path.string())) fs::remove_all(path, error);
  }
  if (error)
    return fail(ErrorCode::kUnavailable, "cannot use the state folder " + folder.string() + ": " + error.message(), {},
                "give another one");
  Diagnostics none;
  world_.images = ImageMap::parse("", nullptr, none);
  return {};
}

Result<Runtime::State::Pods> Runtime::State::list_pods() {
  auto listing = world_.client.list({"", "Pod", {}});
  if (!listing) return std::unexpected(std::move(listing.error()));
  revision_ = listing->revision;
  Pods pods;
  for (api::ObjectPtr& pod : listing->items) pods.emplace(pod->key, std::move(pod));
  return pods;
}

/// `kubectl cordon`.
bool Runtime::State::is_cordoned() const {
  const auto node = world_.client.get({"", "Node", "", world_.options.node_name});
  const doc::Value* spec = node ? fields::find_object(&(*node)->content, "spec") : nullptr;
  const doc::Value* unschedulable = fields::find(spec, "unschedulable");
  return unschedulable && *unschedulable == doc::Value(true);
}

Result<void> Runtime::State::reconcile() {
  auto pods = list_pods();
  if (!pods) {
    world_.loop.arm(due_, kRetry);
    return std::unexpected(std::move(pods.error()));
  }
  const Instant now = std::chrono::steady_clock::now();
  world_.due.reset();
  world_.cordoned = is_cordoned();
  written_ = false;
  for (const auto& [key, pod] : *pods) {
    if (!runs_.contains(key) && !stopped_) begin(pod);
  }
  for (auto run = runs_.begin(); run != runs_.end();) {
    const auto found = pods->find(run->first);
    const api::ObjectPtr object = found == pods->end() ? nullptr : found->second;
    step(*run->second, object, now);
    if (run->second->gone()) {
      bury(object, *run->second);
      run = runs_.erase(run);
    } else {
      ++run;
    }
  }
  first_ = false;
  look_again(now);
  plan_measuring(now);
  tell();
  if (written_ && world_.options.on_written) world_.options.on_written();
  return {};
}

void Runtime::State::begin(const api::ObjectPtr& pod) {
  if (is_terminating(*pod)) return finish_deletion(*pod);
  if (is_elsewhere(*pod, world_.options.node_name)) return;
  const std::string folder = log_folder(world_.state_folder, pod->key.ns, pod->key.name);
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  runs_.emplace(pod->key, std::make_unique<PodRun>(world_, pod, first_ && is_assigned(*pod)));
}

void Runtime::State::step(PodRun& run, const api::ObjectPtr& object, Instant now) {
  const bool same = object && run.is_of(*object);
  if (same) run.update(object);
  if (!same || stopped_ || is_terminating(*object)) run.leave(now, revision_, grace_of(run, object.get()), stopped_);
  run.step(now);
  if (same && !stopped_ && !run.ended_before()) write_status(run, object);
}

/// How long a Pod that is to go has from SIGTERM on.
milliseconds Runtime::State::grace_of(const PodRun& run, const api::Object* object) const {
  if (stopped_) return own_grace(run.pod());
  if (!object || control::uid_of(*object) != control::uid_of(run.pod())) return milliseconds(0);
  return is_terminating(*object) ? deletion_grace(*object) : own_grace(run.pod());
}

void Runtime::State::bury(const api::ObjectPtr& object, PodRun& run) {
  const api::ObjectKey& key = run.pod().key;
  const std::string folder = log_folder(world_.state_folder, key.ns, key.name);
  std::error_code error;
  if (!folder.empty() && !stopped_) std::filesystem::remove_all(folder, error);
  if (stopped_ || !object) return;
  if (run.is_of(*object) && is_terminating(*object)) finish_deletion(*object);
  else world_.wake();  // another Pod of this name waits
}

/// Nothing of it runs. Finalizers keep the object; who takes the last one removes it then.
void Runtime::State::finish_deletion(const api::Object& object) {
  const auto present = world_.client.get(object.key);  // our own status may have been written since the listing
  if (!present || control::uid_of(**present) != control::uid_of(object) || !is_terminating(**present)) return world_.wake();
  Result<api::ObjectPtr> written = *present;
  if (control::is_free(**present)) {
    written = world_.client.remove(object.key, (*present)->revision);
  } else if (deletion_grace(**present).count() != 0) {
    api::Object waiting = **present;
    control::metadata_of(waiting).set("deletionGracePeriodSeconds", doc::Value(int64_t{0}));
    written = world_.client.update(std::move(waiting));
  } else {
    return;
  }
  written_ = written_ || written;
  if (!written && written.error().code != ErrorCode::kNotFound) try_again(written.error());
}

void Runtime::State::try_again(const Error& error) {
  world_.look_at(std::chrono::steady_clock::now() + (error.code == ErrorCode::kConflict ? kRetry : kRetryFailed));
}

/// The status is made only when something of the Pod or its object changed: with many Pods that is most of the work.
void Runtime::State::write_status(PodRun& run, const api::ObjectPtr& pod) {
  PodReport report = run.report();
  if (run.is_told(pod, report)) return;
  const api::Object& object = *pod;
  const int64_t now = World::clock().time_since_epoch().count();
  const doc::Value* before = object.find("status");
  const doc::Value* generation = fields::find(control::metadata_of(object), "generation");
  const int64_t observed = generation && generation->as_int() ? *generation->as_int() : 0;
  doc::Value status = status_of(report, before, observed, now);
  const api::Pod view = api::read_pod(object);
  const bool ports_told =
      std::ranges::all_of(run.real_ports(), [&](const auto& port) { return view.real_port(port.first) == port.second; });
  const bool assigns = run.assigned() && !is_assigned(object);
  if (before && *before == status && ports_told && !assigns) return run.note_told(pod, std::move(report));
  api::Object updated = object;
  doc::Object& content = *updated.content.as_object();
  content.set("status", std::move(status));
  if (assigns) api::object_member(content, "spec").set("nodeName", doc::Value(world_.options.node_name));
  doc::Object& metadata = api::object_member(content, "metadata");
  for (const auto& [declared, real] : run.real_ports()) {
    api::object_member(metadata, "annotations")
        .set(std::string(api::kRealPortPrefix) + std::to_string(declared), doc::Value(std::to_string(real)));
  }
  const bool is_status_alone = ports_told && !assigns;
  auto written = is_status_alone ? world_.client.update_status(std::move(updated)) : world_.client.update(std::move(updated));
  written_ = written_ || written;
  if (written) run.note_told(*std::move(written), std::move(report));
  else try_again(written.error());
}

/// What is told is lost where it cannot be written; nothing depends on it.
void Runtime::State::tell() {
  for (control::EventRecorder* recorder : {&world_.scheduler, &world_.events}) {
    const auto told = recorder->flush();
    written_ = written_ || told.value_or(false);
  }
}

std::vector<Metered> Runtime::State::running() const {
  std::vector<Metered> containers;
  for (const auto& [key, run] : runs_) run->add_running(containers);
  return containers;
}

void Runtime::State::plan_measuring(Instant now) {
  const std::vector<Metered> containers = running();
  if (containers.empty()) {
    if (!meter_.read()->empty()) meter_.measure({}, now, World::clock());
    measure_.cancel();
    measure_at_ = Instant::max();
    return;
  }
  const milliseconds window = world_.options.usage_window;
  const milliseconds wait = meter_.knows(containers) ? window : std::min(window, kFirstMeasure);
  if (now + wait >= measure_at_) return;
  measure_at_ = now + wait;
  world_.loop.arm(measure_, wait);
}

void Runtime::State::measure() {
  const Instant now = std::chrono::steady_clock::now();
  measure_at_ = Instant::max();
  meter_.measure(running(), now, World::clock());
  plan_measuring(now);
}

void Runtime::State::look_again(Instant now) {
  due_.cancel();
  if (!world_.due) return;
  world_.loop.arm(due_, std::max(std::chrono::ceil<milliseconds>(*world_.due - now), milliseconds(0)));
}

std::string Runtime::State::pod_of(pid_t pid) const {
  for (const auto& [key, run] : runs_) {
    for (const pid_t supervisor : run->supervisors()) {
      const std::vector<pid_t> processes = descendants_of(supervisor);
      if (std::ranges::find(processes, pid) != processes.end()) return key.to_string();
    }
  }
  return {};
}

Runtime::Runtime(std::unique_ptr<State> state) : state_(std::move(state)) {}
Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::create(net::EventLoop& loop, control::Client& client, std::unique_ptr<AddressPool> pool,
                                                 const RuntimeOptions& options) {
  auto state = std::make_unique<State>(loop, client, std::move(pool), options);
  auto prepared = state->prepare();
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  return std::unique_ptr<Runtime>(new Runtime(std::move(state)));
}

Result<void> Runtime::reconcile() { return state_->reconcile(); }
void Runtime::set_images(ImageMap images) { state_->set_images(std::move(images)); }
void Runtime::stop_all() { state_->stop_all(); }
UsagePtr Runtime::usage() const { return state_->usage(); }
size_t Runtime::processes() const { return state_->processes(); }

}  // namespace graylane::local
