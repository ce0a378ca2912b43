#include "daemon/instance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <deque>
#include <filesystem>
#include <random>
#include <thread>
#include <utility>

#include "control/controllers.h"
#include "control/route_feed.h"
#include "daemon/admin.h"
#include "daemon/api.h"
#include "daemon/findings.h"
#include "daemon/images.h"
#include "daemon/machine.h"
#include "daemon/names.h"
#include "daemon/objects.h"
#include "daemon/pod_findings.h"
#include "daemon/service_allocation.h"
#include "daemon/shares.h"
#include "daemon/signals.h"
#include "daemon/state_folder.h"
#include "gateway/gateway.h"
#include "local/runtime.h"
#include "net/event_loop.h"
#include "sources/applied_record.h"
#include "sources/directory.h"
#include "sources/directory_watch.h"
#include "telemetry/telemetry.h"

namespace graylane::daemon {

namespace {

/// Controllers that answer one another's writes are given a rest after so many rounds; they go on in the next turn.
constexpr int kRoundsMax = 32;

constexpr std::initializer_list<int> kSignals = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

/// An edit that the disk had no room for is tried again.
constexpr std::chrono::milliseconds kTakeAgain{1'000};

/// A Pod that crashed is looked at again, to see that it is well.
constexpr std::chrono::milliseconds kLookAgain{kSteadyAfter};

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

sources::DirectoryOptions directory_options(const StateFolder& state) {
  sources::DirectoryOptions options;
  options.state_folder = state.path();
  return options;
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
        source_(options_.path, directory_options(folder_)),
        services_(*store_),
        controllers_(*store_, random_seed(), facts_of_this_machine(options_.version)),
        names_(*loop_, *store_, [this] { schedule(); }),
        feed_(*store_, options_.routing),
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
    return options_.path.empty() ? serve_objects() : start_watch();
  }

  int run() {
    loop_->run();
    return exit_code_;
  }

  View view() {
    View view{{}, refused_.empty() ? reading_ : refused_, feed_.poll().value_or(nullptr), feed_.diagnostics()};
    append(view.compiling, names_.diagnostics());
    if (auto listing = store_->list({})) view.objects = std::move(listing->items);
    std::erase_if(view.objects, [](const api::ObjectPtr& object) { return object->key.group == sources::kInternalGroup; });
    return view;
  }

  Shares shares() const {
    return {shares_since(telemetry::route_shares(telemetry_.snapshot()), before_), std::chrono::steady_clock::now() - since_,
            table_};
  }

 private:
  struct Published {
    uint64_t sequence = 0;
    uint64_t store_revision = 0;
    net::Instant since;
    bool reroutes = false;  // people may have asked for other shares
    Effective effective;
  };

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
    serving_.listen = gateway_->address();
    serving_.workers = gateway.workers;
    return {};
  }

  Result<void> start_admin() {
    if (!options_.admin) return {};
    auto admin = Admin::start(
        *loop_, *options_.admin,
        {[this] { return readiness(); }, [this](std::string& out) { telemetry_.write_prometheus(out, log_.get()); }});
    if (!admin) return std::unexpected(std::move(admin.error()));
    admin_ = std::move(*admin);
    serving_.admin = admin_->address();
    return {};
  }

  Result<void> start_pods() {
    local::RuntimeOptions runtime;
    runtime.state_folder = folder_.path();
    runtime.may_stop = [this](const local::StoppingPod& pod) { return acknowledged_store_revision_ >= pod.revision; };
    auto made = local::Runtime::create(*loop_, *store_, std::make_unique<local::LoopbackPool>(), std::move(runtime));
    if (!made) return std::unexpected(std::move(made.error()));
    runtime_ = std::move(*made);
    return {};
  }

  Result<void> start_api() {
    if (!options_.api) return {};
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

  Result<void> start_watch() {
    auto watch = sources::DirectoryWatch::create(*loop_, options_.path, directory_options(folder_),
                                                 [this](net::Instant since) { load(since); });
    if (!watch) return std::unexpected(std::move(watch.error()));
    watch_ = std::move(*watch);
    return first_load();
  }

  // ---- the objects

  /// Whether a change of it may ask for other shares; Pods and their endpoints come and go without that.
  static bool may_reroute(const api::ObjectKey& key) {
    return key.kind == "Ingress" || key.kind == "IngressClass" || key.kind == "Service" || key.kind == "ConfigMap";
  }

  void watch_objects() {
    changes_ = store_->watch({}, store_->revision(), [this] { loop_->post([this] { schedule(); }); });
    schedule();
  }

  /// What they are is for the controllers to see.
  void take_changes() {
    for (;;) {
      const auto event = changes_->next(std::chrono::milliseconds(0));
      if (!event) return watch_objects();  // too many at once: from here on again
      if (!*event || (*event)->type == control::EventType::kBookmark) break;
      active_ = true;
      reroutes_ = reroutes_ || may_reroute((*event)->object->key);
    }
  }

  Result<void> serve_objects() {
    loaded_ = active_ = true;
    load_images();
    reporter_.serving(serving_);
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
    const bool taken = take(std::chrono::steady_clock::now());
    if (taken && feed_.poll()) compiling_ = feed_.diagnostics();
    if (const Diagnostics found = errors(); options_.strict && !found.empty()) {
      reporter_.found(found);
      return fail(ErrorCode::kInvalid, "the first load has errors", {}, "mend them, or leave --strict away");
    }
    reporter_.serving(serving_);
    if (!taken) reporter_.rejected(refused_, !active_);
    settle();
    return {};
  }

  void load(net::Instant since) {
    if (take(since)) settle();
    else reporter_.rejected(refused_, !active_);
  }

  /// The one place that decides what becomes of an edit: all that it would bring is looked at before any of it is in force.
  /// False: none of it is, and `refused_` says why.
  bool take(net::Instant since) {
    Diagnostics found;
    local::ImageMap images = read_images(options_.path, found);
    auto synced =
        source_.sync(*store_, [&](const std::vector<control::Change>& changes) { return may_be_in_force(changes, found); });
    if (!synced) {
      const Error& error = synced.error();
      const bool passes = error.code == ErrorCode::kUnavailable;  // the disk is full
      if (passes) loop_->arm(take_again_, kTakeAgain);
      refused_ = {{Severity::kError, passes ? "not-stored" : "unreadable", {}, {}, error.what, error.fix, error.where, {}}};
      return false;
    }
    append(synced->diagnostics, found);
    if (!synced->in_force) {
      refused_ = std::move(synced->diagnostics);
      return false;
    }
    refused_.clear();
    reading_ = std::move(synced->diagnostics);
    runtime_->set_images(std::move(images));
    if (!std::exchange(loaded_, true)) serving_.objects = synced->objects;
    active_ = true;
    edited_since_ = since;
    return true;
  }

  /// The first load has nothing to harm; ingress-nginx alone does not ask what a later one would do to what is in force.
  Result<bool> may_be_in_force(const std::vector<control::Change>& changes, Diagnostics& found) {
    if (!loaded_) return true;
    if (options_.routing.compat != ingress_nginx::kExactCompat) {
      const auto harm = feed_.preview(changes);
      if (!harm) return std::unexpected(harm.error());
      append(found, *harm);
    }
    return !has_errors(found);
  }

  /// What is not in force as written; the reason for not being ready after the first load.
  Diagnostics errors() const {
    Diagnostics errors;
    const bool exact = options_.routing.compat == ingress_nginx::kExactCompat;
    for (const Diagnostics* found : {&refused_, &reading_, &compiling_}) {
      for (Diagnostic diagnostic : *found) {
        if (diagnostic.severity != Severity::kError && (exact || !control::harms(diagnostic))) continue;
        diagnostic.severity = Severity::kError;
        errors.push_back(std::move(diagnostic));
      }
    }
    return errors;
  }

  // ---- what people should know

  std::vector<Finding> present() {
    std::vector<Finding> findings;
    const Diagnostics names = names_.diagnostics();
    for (const Diagnostics* found : std::initializer_list<const Diagnostics*>{&reading_, &compiling_, &names}) {
      for (const Diagnostic& diagnostic : *found) {
        if (diagnostic.severity == Severity::kInfo) continue;
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

  /// What an edit brings is told below the line that says that it is in force; what comes of itself, at once.
  void tell_news() {
    const net::Instant now = std::chrono::steady_clock::now();
    findings_.observe(present(), now);
    const Diagnostics news = findings_.news(now);
    if (!published_.empty()) append(published_.back().effective.findings, news);
    else if (!news.empty()) reporter_.found(news);
    const auto due = findings_.due();
    const auto wait = due ? std::chrono::ceil<std::chrono::milliseconds>(*due - now) : kLookAgain;
    loop_->arm(news_timer_, std::clamp(wait, std::chrono::milliseconds(1), kLookAgain));
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
    for (int round = 0; run_controllers(); ++round) {
      if (round == kRoundsMax) return schedule();
    }
    report(runtime_->reconcile());
    publish();
    clean_ = clean_ || errors().empty();
    tell_news();
  }

  /// Whether one of them wrote.
  bool run_controllers() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
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
    auto table = feed_.poll();
    if (!table) return reporter_.failed(table.error());
    const net::Instant now = std::chrono::steady_clock::now();
    const bool edited = edited_since_.has_value();
    const bool reroutes = std::exchange(reroutes_, false) || edited;
    const net::Instant since = std::exchange(edited_since_, std::nullopt).value_or(now);
    if (*table == table_ && !edited) return note_revision();
    Published published{0, feed_.revision(), since, reroutes, {0, table_, *table, {}, edited, {}, true}};
    table_ = *table;
    published.sequence = published.effective.revision = gateway_->publish(table_);
    published_.push_back(std::move(published));
    compiling_ = feed_.diagnostics();
  }

  /// A change that does not concern routing is acknowledged as soon as what is on its way.
  void note_revision() {
    if (published_.empty()) acknowledged_store_revision_ = feed_.revision();
    else published_.back().store_revision = feed_.revision();
  }

  void on_acknowledged() {
    const uint64_t reached = gateway_->acknowledged();
    while (!published_.empty() && published_.front().sequence <= reached) {
      Published published = std::move(published_.front());
      published_.pop_front();
      acknowledged_store_revision_ = published.store_revision;
      published.effective.took = std::chrono::steady_clock::now() - published.since;
      published.effective.clean = clean_;
      acknowledged_ = true;
      if (published.reroutes) begin_shares();
      reporter_.effective(published.effective);
    }
    if (!draining_) report(runtime_->reconcile());  // a Pod may wait for this to stop
  }

  void begin_shares() {
    before_ = telemetry::route_shares(telemetry_.snapshot());
    since_ = std::chrono::steady_clock::now();
  }

  Readiness readiness() const {
    if (draining_) return {false, "draining"};
    if (acknowledged_ && clean_) return {true, "ok"};
    std::string text = acknowledged_ ? "the first load has errors" : "no route table is in force yet";
    for (const Diagnostic& diagnostic : errors()) text += "\n" + to_string(diagnostic);
    return {false, std::move(text)};
  }

  // ---- the end

  void on_signal(int signal) {
    const bool ends = signal != SIGUSR1 && (signal != SIGHUP || options_.hangup_ends);
    if (!ends) {
      if (log_) log_->reopen();
      if (signal == SIGHUP) watch_ ? load(std::chrono::steady_clock::now()) : load_images();
      return;
    }
    if (std::exchange(draining_, true)) {
      exit_code_ = 128 + signal;
      return loop_->stop();
    }
    reporter_.draining(options_.drain_timeout);
    watch_.reset();
    news_timer_.cancel();
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
  telemetry::Telemetry telemetry_{identity(options_.version)};
  std::unique_ptr<telemetry::AccessLog> log_;
  sources::DirectorySource source_;
  ServiceAllocation services_;
  control::Controllers controllers_;
  Names names_;
  control::RouteFeed feed_;
  std::unique_ptr<local::Runtime> runtime_;
  std::unique_ptr<sources::DirectoryWatch> watch_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<control::Watch> changes_;
  std::unique_ptr<CommandSocket> commands_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::thread joiner_;
  net::CallbackTimer look_again_;
  net::CallbackTimer take_again_{[this] {
    if (take(std::chrono::steady_clock::now())) settle();
  }};
  net::CallbackTimer news_timer_{[this] { tell_news(); }};
  net::CallbackTimer pods_timer_{[this] { wait_for_pods(); }};

  Serving serving_;
  Diagnostics reading_;       // of what is in force
  Diagnostics compiling_;     // of the table that was made last
  Diagnostics refused_;       // of the last edit, when it was refused
  std::string told_failure_;  // of the turns; empty: the last one did what was to do
  Findings findings_;
  route::TablePtr table_;
  std::deque<Published> published_;  // and not acknowledged yet
  uint64_t acknowledged_store_revision_ = 0;
  std::optional<net::Instant> edited_since_;
  std::vector<telemetry::RouteShare> before_;  // what was counted when the last edit took effect
  net::Instant since_{};
  net::Instant stop_pods_until_;
  bool loaded_ = false;        // the directory was in force once
  bool active_ = false;        // there are, or were, objects
  bool acknowledged_ = false;  // a table, by all workers
  bool clean_ = false;         // the errors of the first load are mended
  bool reroutes_ = false;      // an object of those that routing is asked for by has changed
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
