#include "daemon/instance.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <deque>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

#include "control/deployment_controller.h"
#include "control/endpoints_controller.h"
#include "control/route_feed.h"
#include "daemon/admin.h"
#include "daemon/state_folder.h"
#include "gateway/gateway.h"
#include "local/runtime.h"
#include "net/event_loop.h"
#include "sources/directory.h"
#include "sources/directory_watch.h"
#include "store/memory_store.h"
#include "telemetry/telemetry.h"

namespace graylane::daemon {

namespace {

/// Controllers that answer one another's writes are given a rest after so many rounds; they go on in the next turn.
constexpr int kRoundsMax = 32;

/// What is only so while Pods start is no news.
constexpr std::chrono::milliseconds kWarningsWait{5'000};

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

std::string folder_of(const std::string& path) {
  if (std::filesystem::is_directory(path)) return path;
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

using Parts = std::vector<telemetry::RouteShare::Part>;

void subtract(Parts& parts, const Parts& before) {
  for (telemetry::RouteShare::Part& part : parts) {
    for (const telemetry::RouteShare::Part& old : before) {
      if (old.role != part.role || old.backend != part.backend) continue;
      part.requests -= std::min(part.requests, old.requests);
      part.server_errors -= std::min(part.server_errors, old.server_errors);
    }
  }
}

std::vector<telemetry::RouteShare> shares_since(std::vector<telemetry::RouteShare> now,
                                                const std::vector<telemetry::RouteShare>& before) {
  const auto name = [](const telemetry::RouteShare& share) { return std::tie(share.host, share.path, share.ns, share.ingress); };
  std::map<std::tuple<std::string, std::string, std::string, std::string>, const Parts*> known;
  for (const telemetry::RouteShare& share : before) known[name(share)] = &share.parts;
  for (telemetry::RouteShare& share : now) {
    if (const auto found = known.find(name(share)); found != known.end()) subtract(share.parts, *found->second);
  }
  return now;
}

/// Every signal that we wait for, blocked in this thread and in those it starts, and made readable.
class Signals final : public net::Handler {
 public:
  explicit Signals(std::function<void(int)> told) : told_(std::move(told)) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    fd_.reset(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  int fd() const { return fd_.get(); }

  void on_events(uint32_t /*epoll_events*/) override {
    signalfd_siginfo info;
    while (::read(fd_.get(), &info, sizeof(info)) == sizeof(info)) told_(static_cast<int>(info.ssi_signo));
  }

 private:
  std::function<void(int)> told_;
  net::Fd fd_;
};

}  // namespace

class Instance::State {
 public:
  State(InstanceOptions options, Reporter& reporter, StateFolder folder, std::unique_ptr<net::EventLoop> loop)
      : options_(std::move(options)),
        reporter_(reporter),
        folder_(std::move(folder)),
        loop_(std::move(loop)),
        signals_([this](int signal) { on_signal(signal); }),
        source_(options_.path, directory_options(folder_)),
        deployments_(store_, random_seed()),
        endpoints_(store_),
        feed_(store_, options_.routing),
        look_again_([this] { settle(); }) {}

  ~State() {
    if (gateway_) gateway_->stop();
    if (joiner_.joinable()) joiner_.join();
    loop_->remove(signals_.fd(), signals_);
  }

  Result<void> start(CommandSocket::Answer commands) {
    for (const auto& step : {&State::start_log, &State::start_gateway, &State::start_admin, &State::start_pods}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    if (auto added = loop_->add_level(signals_.fd(), signals_); !added) return added;
    auto socket = CommandSocket::listen(*loop_, folder_.fd(), std::move(commands));
    if (!socket) return std::unexpected(std::move(socket.error()));
    commands_ = std::move(*socket);
    return start_watch();
  }

  int run() {
    if (options_.strict && !loaded_) return 1;
    loop_->run();
    return exit_code_;
  }

  View view() {
    View view{{}, reading_, feed_.poll().value_or(nullptr), feed_.diagnostics()};
    if (auto listing = store_.list({})) view.objects = std::move(listing->items);
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
    runtime.on_written = [this] { schedule(); };
    auto made = local::Runtime::create(*loop_, store_, std::make_unique<local::LoopbackPool>(), std::move(runtime));
    if (!made) return std::unexpected(std::move(made.error()));
    runtime_ = std::move(*made);
    return {};
  }

  Result<void> start_watch() {
    auto watch = sources::DirectoryWatch::create(*loop_, options_.path, directory_options(folder_),
                                                 [this](net::Instant since) { load(since); });
    if (!watch) return std::unexpected(std::move(watch.error()));
    watch_ = std::move(*watch);
    load(std::chrono::steady_clock::now());
    serving_.objects = view().objects.size();
    reporter_.serving(serving_);
    return {};
  }

  // ---- the directory

  void load(net::Instant since) {
    // The first load has nothing to harm; later ones are checked against what is in force, as ingress-nginx alone does not.
    const bool checks = loaded_ && options_.routing.compat != ingress_nginx::kExactCompat;
    const auto check = [this](const std::vector<control::Change>& changes) { return feed_.preview(changes); };
    auto synced = source_.sync(store_, checks ? sources::DirectorySource::Check(check) : nullptr);
    if (!synced) {
      const Error& error = synced.error();
      reading_ = {{Severity::kError, "unreadable", {}, {}, error.what, error.fix, error.where, {}}};
      return reporter_.rejected(reading_, !loaded_);
    }
    reading_ = std::move(synced->diagnostics);
    if (!synced->in_force) return reporter_.rejected(reading_, !loaded_);
    loaded_ = true;
    tell_findings(reading_);
    load_images();
    edited_since_ = since;
    settle();
  }

  void load_images() {
    Diagnostics diagnostics;
    auto images = local::ImageMap::load(folder_of(options_.path), diagnostics);
    if (!images) return reporter_.failed(images.error());
    tell_findings(diagnostics);
    runtime_->set_images(std::move(*images));
  }

  /// Each is told once. Warnings wait: a Service has no endpoints for as long as its Pods take to start.
  void tell_findings(const Diagnostics& diagnostics, Severity least = Severity::kWarning) {
    Diagnostics fresh;
    for (const Diagnostic& diagnostic : diagnostics) {
      const bool counts = diagnostic.severity == Severity::kError || diagnostic.severity == least;
      if (counts && told_.insert(to_string(diagnostic)).second) fresh.push_back(diagnostic);
    }
    if (!fresh.empty()) reporter_.found(fresh);
  }

  // ---- the turn

  void schedule() {
    if (std::exchange(scheduled_, true)) return;
    loop_->post([this] { settle(); });
  }

  void settle() {
    scheduled_ = false;
    if (!loaded_ || draining_) return;
    for (int round = 0; run_controllers(); ++round) {
      if (round == kRoundsMax) return schedule();
    }
    report(runtime_->reconcile());
    publish();
  }

  /// Whether one of them wrote.
  bool run_controllers() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto deployed = deployments_.step(now);
    const auto endpoints = endpoints_.step();
    report(deployed);
    report(endpoints);
    if (const auto again = deployments_.look_again()) {
      loop_->arm(look_again_, std::max(std::chrono::milliseconds(*again - now), std::chrono::milliseconds(100)));
    }
    return deployed.value_or(false) || endpoints.value_or(false);
  }

  template <class T>
  void report(const Result<T>& result) {
    if (!result) reporter_.failed(result.error());
  }

  void publish() {
    auto table = feed_.poll();
    if (!table) return reporter_.failed(table.error());
    const net::Instant now = std::chrono::steady_clock::now();
    const bool edited = edited_since_.has_value();
    const net::Instant since = std::exchange(edited_since_, std::nullopt).value_or(now);
    if (*table == table_ && !edited) return note_revision();
    Published published{0, feed_.revision(), since, {0, table_, *table, {}, edited}};
    table_ = *table;
    published.sequence = published.effective.revision = gateway_->publish(table_);
    published_.push_back(std::move(published));
    tell_findings(feed_.diagnostics(), Severity::kError);
    if (!warnings_.armed()) loop_->arm(warnings_, kWarningsWait);
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
      ready_ = true;
      if (published.effective.edited) begin_shares();
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
    if (ready_) return {true, "ok"};
    std::string text = "no route table is in force yet";
    for (const Diagnostic& diagnostic : reading_) {
      if (diagnostic.severity == Severity::kError) text += "\n" + to_string(diagnostic);
    }
    return {false, std::move(text)};
  }

  // ---- the end

  void on_signal(int signal) {
    if (signal == SIGHUP) {
      if (log_) log_->reopen();
      return load(std::chrono::steady_clock::now());
    }
    if (std::exchange(draining_, true)) {
      exit_code_ = 128 + signal;
      return loop_->stop();
    }
    reporter_.draining(options_.drain_timeout);
    watch_.reset();
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
  std::unique_ptr<net::EventLoop> loop_;
  Signals signals_;
  telemetry::Telemetry telemetry_{identity(options_.version)};
  std::unique_ptr<telemetry::AccessLog> log_;
  store::MemoryStore store_;
  sources::DirectorySource source_;
  control::DeploymentController deployments_;
  control::EndpointsController endpoints_;
  control::RouteFeed feed_;
  std::unique_ptr<local::Runtime> runtime_;
  std::unique_ptr<sources::DirectoryWatch> watch_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<CommandSocket> commands_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::thread joiner_;
  net::CallbackTimer look_again_;
  net::CallbackTimer warnings_{[this] { tell_findings(feed_.diagnostics()); }};
  net::CallbackTimer pods_timer_{[this] { wait_for_pods(); }};

  Serving serving_;
  Diagnostics reading_;
  std::set<std::string> told_;
  route::TablePtr table_;
  std::deque<Published> published_;  // and not acknowledged yet
  uint64_t acknowledged_store_revision_ = 0;
  std::optional<net::Instant> edited_since_;
  std::vector<telemetry::RouteShare> before_;  // what was counted when the last edit took effect
  net::Instant since_{};
  net::Instant stop_pods_until_;
  bool loaded_ = false;  // the directory was in force once
  bool ready_ = false;   // a table was acknowledged
  bool scheduled_ = false;
  bool draining_ = false;
  int exit_code_ = 0;
};

Result<std::unique_ptr<Instance>> Instance::start(InstanceOptions options, Reporter& reporter, CommandSocket::Answer commands) {
  auto folder = StateFolder::take(options.state_folder);
  if (!folder) return std::unexpected(std::move(folder.error()));
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(std::move(loop.error()));
  auto state = std::make_unique<State>(std::move(options), reporter, std::move(*folder), std::move(*loop));
  if (auto started = state->start(std::move(commands)); !started) return std::unexpected(std::move(started.error()));
  return std::unique_ptr<Instance>(new Instance(std::move(state)));
}

Instance::Instance(std::unique_ptr<State> state) : state_(std::move(state)) {}
Instance::~Instance() = default;

int Instance::run() { return state_->run(); }
View Instance::view() const { return state_->view(); }
Shares Instance::shares() const { return state_->shares(); }

}  // namespace graylane::daemon
