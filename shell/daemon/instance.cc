#include "daemon/instance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>
#include <utility>

#include "api/kinds.h"
#include "apiserver/custom_kinds.h"
#include "apiserver/server.h"
#include "control/controllers.h"
#include "control/ingress_status.h"
#include "control/object_parts.h"
#include "daemon/admin.h"
#include "daemon/api.h"
#include "daemon/disk_watch.h"
#include "daemon/images.h"
#include "daemon/machine.h"
#include "daemon/manifest_directory.h"
#include "daemon/names.h"
#include "daemon/news.h"
#include "daemon/objects.h"
#include "daemon/pod_findings.h"
#include "daemon/publisher.h"
#include "daemon/service_allocation.h"
#include "daemon/signals.h"
#include "daemon/state_folder.h"
#include "daemon/whose_directory.h"
#include "gateway/gateway.h"
#include "local/runtime.h"
#include "net/event_loop.h"
#include "sources/applied_record.h"
#include "telemetry/telemetry.h"

namespace graylane::daemon {

namespace {

/// Controllers that answer one another's writes are given a rest after so many rounds; they go on in the next turn.
constexpr int kRoundsMax = 32;

constexpr std::initializer_list<int> kSignals = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

/// Of more findings, only what should be mended becomes Events.
constexpr size_t kInfosMax = 1'000;

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

/// Where ingress-nginx names its Pod and that Pod's namespace.
telemetry::Identity identity(std::string version) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return {.controller_namespace = "graylane", .controller_pod = host.data(), .version = std::move(version)};
}

ManifestDirectory::Options directory_options(const InstanceOptions& options, const StateFolder& state) {
  ManifestDirectory::Options directory{options.path, {}, options.routing.compat == ingress_nginx::kExactCompat};
  directory.read.state_folder = state.path();
  return directory;
}

std::vector<apiserver::MeasuredPod> measures_of(const std::vector<local::PodUsage>& usage) {
  std::vector<apiserver::MeasuredPod> measures;
  for (const local::PodUsage& pod : usage) {
    measures.push_back({pod.pod, {}, pod.taken, pod.window});
    for (const local::ContainerUsage& container : pod.containers)
      measures.back().containers.push_back({container.name, container.cpu_cores, container.memory_bytes});
  }
  return measures;
}

std::chrono::sys_seconds present_second() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// Where clients of this machine reach it.
std::string address_of(const net::SocketAddress& listen) {
  const std::string ip = listen.ip();
  return ip == "0.0.0.0" || ip == "::" ? "127.0.0.1" : ip;
}

void append(Diagnostics& to, const Diagnostics& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

class Instance::State {
 public:
  State(InstanceOptions options, Reporter& reporter, StateFolder folder, std::unique_ptr<store::DurableStore> store,
        std::unique_ptr<net::EventLoop> loop)
      : options_(std::move(options)),
        reporter_(reporter),
        folder_(std::move(folder)),
        store_(std::move(store)),
        loop_(std::move(loop)),
        signals_(kSignals, [this](int signal) { on_signal(signal); }),
        disk_(*loop_, *store_, objects_path(folder_.path()), reporter_),
        services_(*store_),
        controllers_(*store_, random_seed(), facts_of_this_machine(options_.version)),
        names_(*loop_, *store_, [this] { schedule(); }),
        publisher_(*store_, options_.routing, telemetry_),
        directory_(*loop_, *store_, publisher_.feed(), reporter_, directory_options(options_, folder_),
                   {.taken = [this] { on_taken(); }, .settle = [this] { settle(); }, .is_active = [this] { return active_; }}),
        ingress_status_(*store_, address_of(options_.listen)),
        news_(*loop_, *store_, reporter_, publisher_, random_seed(), [this] { return present(); }),
        look_again_([this] { settle(); }),
        active_(store_->revision() > 0) {}

  ~State() {
    if (gateway_) gateway_->stop();
    if (joiner_.joinable()) joiner_.join();
    loop_->remove(signals_.fd(), signals_);
  }

  Result<void> start(CommandSocket::Answer commands) {
    for (const auto& step :
         {&State::start_log, &State::start_gateway, &State::start_admin, &State::start_pods, &State::start_api}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    if (auto added = loop_->add_level(signals_.fd(), signals_); !added) return added;
    auto socket = CommandSocket::listen(*loop_, folder_.fd(), std::move(commands));
    if (!socket) return std::unexpected(std::move(socket.error()));
    commands_ = std::move(*socket);
    watch_objects();
    if (options_.path.empty()) return serve_objects();
    if (auto watched = directory_.watch(); !watched) return watched;
    return first_load();
  }

  int run() {
    loop_->run();
    return exit_code_;
  }

  View view() {
    control::RouteFeed& feed = publisher_.feed();
    View view{{}, directory_.edits().told(), feed.poll().value_or(nullptr), feed.diagnostics()};
    append(view.compiling, names_.diagnostics());
    if (auto listing = store_->list({})) view.objects = std::move(listing->items);
    std::erase_if(view.objects, [](const api::ObjectPtr& object) { return object->key.group == sources::kInternalGroup; });
    return view;
  }

  Shares shares() const { return publisher_.shares(); }

 private:
  Result<void> start_log() {
    if (!options_.access_log) return {};
    options_.access_log->on_error = [this](const Error& error) { loop_->post([this, error] { reporter_.failed(error); }); };
    auto log = telemetry::AccessLog::open(*options_.access_log);
    if (!log) return std::unexpected(std::move(log.error()));
    log_ = std::move(*log);
    return {};
  }

  Result<void> start_gateway() {
    gateway::GatewayOptions gateway;
    gateway.listen = options_.listen;
    gateway.workers = options_.workers != 0 ? options_.workers : std::max(1U, std::thread::hardware_concurrency());
    gateway.drain_timeout = options_.drain_timeout;
    gateway.seed = random_seed();
    gateway.access_log = log_.get();
    gateway.on_acknowledged = [this](uint64_t) { loop_->post([this] { on_acknowledged(); }); };
    auto started = gateway::Gateway::start(gateway, telemetry_);
    if (!started) return std::unexpected(std::move(started.error()));
    gateway_ = std::move(*started);
    publisher_.attach(*gateway_);
    serving_.listen = gateway_->address();
    serving_.workers = gateway.workers;
    return {};
  }

  Result<void> start_admin() {
    if (!options_.admin) return {};
    auto admin =
        Admin::start(*loop_, *options_.admin,
                     {[this] { return readiness(); }, [this](std::string& out) { telemetry_.write_prometheus(out, log_.get()); },
                      [this] { return disk_.trouble(); }});
    if (!admin) return std::unexpected(std::move(admin.error()));
    admin_ = std::move(*admin);
    serving_.admin = admin_->address();
    return {};
  }

  Result<void> start_pods() {
    local::RuntimeOptions runtime;
    runtime.state_folder = folder_.path();
    runtime.may_stop = [this](const local::StoppingPod& pod) { return publisher_.store_revision() >= pod.revision; };
    auto made = local::Runtime::create(*loop_, *store_, std::make_unique<local::LoopbackPool>(), std::move(runtime));
    if (!made) return std::unexpected(std::move(made.error()));
    runtime_ = std::move(*made);
    return {};
  }

  Result<void> start_api() {
    if (!options_.api) {  // else it does so
      custom_kinds_ = std::make_unique<apiserver::CustomKinds>(api::builtin_kinds(), *store_, world_);
      return {};
    }
    const auto told = [this](const Error& error) { loop_->post([this, error] { reporter_.failed(error); }); };
    const auto path = [folder = folder_.path()](const std::string& ns, const std::string& pod, const std::string& container) {
      return local::log_path(folder, ns, pod, container);
    };
    auto api = Api::start({.listen = *options_.api,
                           .state_folder = folder_.path(),
                           .log_path = path,
                           .measures = [this] { return measures_of(*runtime_->usage()); },
                           .on_error = told},
                          *store_);
    if (!api) return std::unexpected(std::move(api.error()));
    api_ = std::move(*api);
    serving_.api = api_->address();
    return {};
  }

  // ---- the objects

  /// Whether a change of it may ask for other shares; Pods and their endpoints come and go without that.
  static bool may_reroute(const control::Event& event) {
    const std::string& kind = event.object->key.kind;
    if (kind != "Ingress" && kind != "IngressClass" && kind != "Service" && kind != "ConfigMap") return false;
    const bool changed = event.type == control::EventType::kModified && event.previous;
    return !changed || !control::differs_in_status_alone(*event.previous, *event.object);
  }

  void watch_objects() {
    changes_ = store_->watch({}, store_->revision(), [this] { loop_->post([this] { schedule(); }); });
    schedule();
  }

  /// What they are is for the controllers to see.
  void take_changes() {
    for (;;) {
      const auto event = changes_->next(std::chrono::milliseconds(0));
      if (!event) {  // too many at once: from here on again
        directory_.saw_too_little();
        return watch_objects();
      }
      if (!*event || (*event)->type == control::EventType::kBookmark) break;
      active_ = true;
      reroutes_ = reroutes_ || may_reroute(**event);
      directory_.see(**event);
    }
  }

  Result<void> serve_objects() {
    active_ = true;
    load_images();
    reporter_.serving(serving_);
    if (auto unwatched = unwatched_directory(*store_)) reporter_.found({*std::move(unwatched)});
    settle();
    return {};
  }

  /// Of the folder where it was started: no directory of manifests says where else.
  void load_images() {
    Diagnostics found;
    runtime_->set_images(read_images(options_.path, found));
    if (!found.empty()) reporter_.found(found);
    schedule();
  }

  // ---- the directory

  /// What has no error is served, and the rest is watched; with --strict nothing is.
  Result<void> first_load() {
    const bool taken = directory_.take(std::chrono::steady_clock::now());
    if (taken) report(publisher_.compile());
    serving_.objects = directory_.edits().objects();
    if (const Diagnostics found = errors(); options_.strict && !found.empty()) {
      reporter_.found(found);
      return fail(ErrorCode::kInvalid, "the first load has errors", {}, "mend them, or leave --strict away");
    }
    reporter_.serving(serving_);
    if (!taken) directory_.tell_refused();
    settle();
    return {};
  }

  /// Its objects are in the store.
  void on_taken() {
    runtime_->set_images(directory_.take_images());
    active_ = true;
  }

  /// The reason for not being ready after the first load.
  Diagnostics errors() const { return directory_.edits().errors(publisher_.compiling()); }

  // ---- what people should know

  std::vector<Finding> present() {
    std::vector<Finding> findings;
    const Diagnostics names = names_.diagnostics();
    const Diagnostics& compiling = publisher_.compiling();
    for (const Diagnostics* found :
         std::initializer_list<const Diagnostics*>{&directory_.edits().reading(), &compiling, &names}) {
      for (const Diagnostic& diagnostic : *found) {
        const bool is_told = diagnostic.severity != Severity::kInfo || (found == &compiling && compiling.size() <= kInfosMax);
        if (!is_told) continue;
        findings.push_back(to_finding(diagnostic));
        if (!clean_ && control::harms(diagnostic)) findings.back().diagnostic.severity = Severity::kError;
      }
    }
    const auto pods = store_->list({"", "Pod", {}});
    const auto find = [this](const api::ObjectKey& key) { return store_->get(key).value_or(nullptr); };
    const int64_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    if (pods) std::ranges::move(pod_findings(pods->items, find, now), std::back_inserter(findings));
    return findings;
  }

  // ---- the turn

  void schedule() {
    if (std::exchange(scheduled_, true)) return;
    loop_->post([this] { settle(); });
  }

  void settle() {
    scheduled_ = false;
    take_changes();
    if (!active_ || draining_) return;
    report(directory_.step());
    for (int round = 0; run_controllers(); ++round) {
      if (round == kRoundsMax) return schedule();
    }
    report(runtime_->reconcile());
    publish();
    clean_ = clean_ || errors().empty();
    report(news_.tell());
  }

  /// Whether one of them wrote.
  bool run_controllers() {
    const auto now = present_second();
    const auto allocated = services_.step();
    const auto stepped = controllers_.step(now);
    const auto names = names_.step();
    report(allocated);
    report(stepped);
    report(names);
    if (allocated && stepped && names) told_failure_.clear();
    if (const auto again = controllers_.look_again()) {
      loop_->arm(look_again_, std::max(std::chrono::milliseconds(*again - now), std::chrono::milliseconds(100)));
    }
    return allocated.value_or(false) || stepped.value_or(false) || names.value_or(false);
  }

  /// Each turn fails anew while a disk is full: once is enough.
  template <class T>
  void report(const Result<T>& result) {
    if (result) return;
    if (std::string text = result.error().to_string(); text != told_failure_) {
      told_failure_ = std::move(text);
      reporter_.failed(result.error());
    }
  }

  void publish() {
    const auto published = publisher_.publish(directory_.take_edited_since(), std::exchange(reroutes_, false));
    if (!published) return reporter_.failed(published.error());
    write_ingress_status();
  }

  void on_acknowledged() {
    for (const Effective& effective : publisher_.acknowledged(clean_)) reporter_.effective(effective);
    if (draining_) return;
    report(runtime_->reconcile());  // a Pod may wait for this to stop
    write_ingress_status();
  }

  /// Only what is known of the table in force is told.
  void write_ingress_status() {
    if (!publisher_.is_level()) return;
    report(ingress_status_.step({publisher_.in_force(), publisher_.store_revision(), publisher_.compiling()}, present_second()));
  }

  Readiness readiness() const {
    if (draining_) return {false, "draining"};
    if (publisher_.is_in_force() && clean_) return {true, "ok"};
    std::string text = publisher_.is_in_force() ? "the first load has errors" : "no route table is in force yet";
    for (const Diagnostic& diagnostic : errors()) text += "\n" + to_string(diagnostic);
    return {false, std::move(text)};
  }

  // ---- the end

  void on_signal(int signal) {
    const bool ends = signal != SIGUSR1 && (signal != SIGHUP || options_.hangup_ends);
    if (!ends) {
      if (log_) log_->reopen();
      if (signal == SIGHUP) directory_.is_watched() ? directory_.load(std::chrono::steady_clock::now()) : load_images();
      return;
    }
    if (std::exchange(draining_, true)) {
      exit_code_ = 128 + signal;
      return loop_->stop();
    }
    reporter_.draining(options_.drain_timeout);
    directory_.stop();
    news_.stop();
    gateway_->drain();
    joiner_ = std::thread([this] {
      gateway_->join();
      loop_->post([this] { stop_pods(); });
    });
  }

  void stop_pods() {
    runtime_->stop_all();
    stop_pods_until_ = std::chrono::steady_clock::now() + options_.drain_timeout;
    wait_for_pods();
  }

  void wait_for_pods() {
    if (runtime_->processes() == 0 || std::chrono::steady_clock::now() >= stop_pods_until_) return loop_->stop();
    loop_->arm(pods_timer_, std::chrono::milliseconds(10));
  }

  InstanceOptions options_;
  Reporter& reporter_;
  StateFolder folder_;
  std::unique_ptr<store::DurableStore> store_;
  std::unique_ptr<net::EventLoop> loop_;
  Signals signals_;
  DiskWatch disk_;
  telemetry::Telemetry telemetry_{identity(options_.version)};
  std::unique_ptr<telemetry::AccessLog> log_;
  ServiceAllocation services_;
  control::Controllers controllers_;
  Names names_;
  Publisher publisher_;
  ManifestDirectory directory_;
  control::IngressStatus ingress_status_;
  News news_;
  std::unique_ptr<local::Runtime> runtime_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<Api> api_;
  apiserver::World world_ = apiserver::real_world(*loop_);
  std::unique_ptr<apiserver::CustomKinds> custom_kinds_;  // without an API: ends definitions that are deleted
  std::unique_ptr<control::Watch> changes_;
  std::unique_ptr<CommandSocket> commands_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::thread joiner_;
  net::CallbackTimer look_again_;
  net::CallbackTimer pods_timer_{[this] { wait_for_pods(); }};

  Serving serving_;
  std::string told_failure_;  // of the turns; empty: the last one did what was to do
  net::Instant stop_pods_until_;
  bool active_ = false;    // there are, or were, objects
  bool clean_ = false;     // the errors of the first load are mended
  bool reroutes_ = false;  // an object of those that routing is asked for by has changed
  bool scheduled_ = false;
  bool draining_ = false;
  int exit_code_ = 0;
};

Result<std::unique_ptr<Instance>> Instance::start(InstanceOptions options, Reporter& reporter, CommandSocket::Answer commands) {
  auto folder = StateFolder::take(options.state_folder);
  if (!folder) return std::unexpected(std::move(folder.error()));
  Signals::block(kSignals);  // the store has a thread
  auto store = open_objects(folder->path());
  if (!store) return std::unexpected(std::move(store.error()));
  if (auto checked = check_directory(**store, options); !checked) return std::unexpected(std::move(checked.error()));
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(std::move(loop.error()));
  auto state = std::make_unique<State>(std::move(options), reporter, std::move(*folder), std::move(*store), std::move(*loop));
  if (auto started = state->start(std::move(commands)); !started) return std::unexpected(std::move(started.error()));
  return std::unique_ptr<Instance>(new Instance(std::move(state)));
}

Instance::Instance(std::unique_ptr<State> state) : state_(std::move(state)) {}
Instance::~Instance() = default;

int Instance::run() { return state_->run(); }
View Instance::view() const { return state_->view(); }
Shares Instance::shares() const { return state_->shares(); }

}  // namespace graylane::daemon
