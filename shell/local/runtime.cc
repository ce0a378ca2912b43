#include "local/runtime.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/workload.h"
#include "local/pod_run.h"
#include "local/process_tree.h"

namespace graylane::local {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetry{20};  // after somebody else changed a Pod at the same time

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

bool is_terminating(const api::Object& pod) {
  const doc::Value* metadata = pod.content.find("metadata");
  return metadata && metadata->find("deletionTimestamp");
}

}  // namespace

std::string log_path(const std::string& state_folder, const std::string& ns, const std::string& pod,
                     const std::string& container) {
  const std::string folder = log_folder(state_folder, ns, pod);
  return folder.empty() || !is_file_name(container) ? std::string() : folder + "/" + container + ".log";
}

class Runtime::State {
 public:
  State(net::EventLoop& loop, control::Client& client, std::unique_ptr<AddressPool> pool, RuntimeOptions options)
      : world_{loop, client, std::move(options), std::move(pool), {}, {}, inherited_environment(), {}, {}, {}},
        soon_([this] { reconcile_or_retry(); }),
        due_([this] { reconcile_or_retry(); }) {
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
    if (!reconcile()) world_.loop.arm(due_, milliseconds(1'000));
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

 private:
  using Pods = std::map<api::ObjectKey, api::ObjectPtr>;

  Result<Pods> list_pods();
  void begin(const api::ObjectPtr& pod);
  void step(PodRun& run, const api::ObjectPtr& object, Instant now);
  void bury(const api::ObjectPtr& object, PodRun& run);
  void remove_object(const api::Object& object);
  void write_status(const PodRun& run, const api::Object& object);
  void look_again(Instant now);
  std::string pod_of(pid_t pid) const;

  World world_;
  std::map<api::ObjectKey, std::unique_ptr<PodRun>> runs_;
  net::CallbackTimer soon_;  // something happened
  net::CallbackTimer due_;   // a time comes
  uint64_t revision_ = 0;    // of the listing
  bool stopped_ = false;
  bool written_ = false;  // in this reconcile()
};

/// Logs of an earlier life of this program belong to Pods that are gone.
Result<void> Runtime::State::prepare() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::absolute(world_.options.state_folder, error);
  world_.state_folder = folder.string();
  fs::remove_all(folder / "pods", error);
  fs::create_directories(folder / "pods", error);
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

Result<void> Runtime::State::reconcile() {
  auto pods = list_pods();
  if (!pods) {
    world_.loop.arm(due_, kRetry);
    return std::unexpected(std::move(pods.error()));
  }
  const Instant now = std::chrono::steady_clock::now();
  world_.due.reset();
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
  look_again(now);
  if (written_ && world_.options.on_written) world_.options.on_written();
  return {};
}

void Runtime::State::begin(const api::ObjectPtr& pod) {
  if (is_terminating(*pod)) return remove_object(*pod);
  const std::string folder = log_folder(world_.state_folder, pod->key.ns, pod->key.name);
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  runs_.emplace(pod->key, std::make_unique<PodRun>(world_, pod));
}

void Runtime::State::step(PodRun& run, const api::ObjectPtr& object, Instant now) {
  const bool same = object && run.is_of(*object);
  if (same) run.update(object);
  if (!same || stopped_ || is_terminating(*object)) run.leave(now, revision_, stopped_);
  run.step(now);
  if (same && !stopped_) write_status(run, *object);
}

void Runtime::State::bury(const api::ObjectPtr& object, PodRun& run) {
  const api::ObjectKey& key = run.pod().key;
  const std::string folder = log_folder(world_.state_folder, key.ns, key.name);
  std::error_code error;
  if (!folder.empty() && !stopped_) std::filesystem::remove_all(folder, error);
  if (stopped_ || !object) return;
  if (run.is_of(*object) && is_terminating(*object)) remove_object(*object);
  else world_.wake();  // another Pod of this name waits
}

void Runtime::State::remove_object(const api::Object& object) {
  // Our own status may have been written since the listing; who marks a Pod for deletion does not take it back.
  const auto removed = world_.client.remove(object.key, 0);
  written_ = written_ || removed;
  if (!removed && removed.error().code != ErrorCode::kNotFound) world_.look_at(std::chrono::steady_clock::now() + kRetry);
}

void Runtime::State::write_status(const PodRun& run, const api::Object& object) {
  const int64_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  doc::Value status = status_of(run.report(), object.find("status"), now);
  const api::Pod view = api::read_pod(object);
  const bool ports_told =
      std::ranges::all_of(run.real_ports(), [&](const auto& port) { return view.real_port(port.first) == port.second; });
  const doc::Value* before = object.find("status");
  if (before && *before == status && ports_told) return;
  api::Object updated = object;
  updated.content.as_object()->set("status", std::move(status));
  doc::Object& metadata = api::object_member(*updated.content.as_object(), "metadata");
  for (const auto& [declared, real] : run.real_ports()) {
    api::object_member(metadata, "annotations")
        .set(std::string(api::kRealPortPrefix) + std::to_string(declared), doc::Value(std::to_string(real)));
  }
  const auto written = world_.client.update(std::move(updated));
  written_ = written_ || written;
  if (!written) world_.look_at(std::chrono::steady_clock::now() + kRetry);
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
                                                 RuntimeOptions options) {
  auto state = std::make_unique<State>(loop, client, std::move(pool), std::move(options));
  auto prepared = state->prepare();
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  return std::unique_ptr<Runtime>(new Runtime(std::move(state)));
}

Result<void> Runtime::reconcile() { return state_->reconcile(); }
void Runtime::set_images(ImageMap images) { state_->set_images(std::move(images)); }
void Runtime::stop_all() { state_->stop_all(); }
size_t Runtime::processes() const { return state_->processes(); }

}  // namespace graylane::local
