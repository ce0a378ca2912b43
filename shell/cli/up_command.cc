#include <fmt/format.h>

#include <charconv>

#include "cli/changes.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "cli/remote.h"
#include "cli/route_rows.h"
#include "cli/style.h"
#include "daemon/instance.h"

namespace graylane::cli {

namespace {

constexpr size_t kFindingsShown = 20;
constexpr unsigned kWorkersMax = 256;

/// Empty: nothing that people want to know.
std::string changes_of(const daemon::Effective& effective) {
  if (!effective.before) {
    const size_t hosts = host_names(*effective.now).size();
    const size_t routes = route_rows(*effective.now).size();
    return fmt::format("{} route{} of {} host{}", routes, routes == 1 ? "" : "s", hosts, hosts == 1 ? "" : "s");
  }
  const auto changes = describe_changes(*effective.before, *effective.now);
  return changes.empty() && !effective.edited ? "" : join_changes(changes);
}

double milliseconds(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// Tells on stderr what happens.
class Talker final : public daemon::Reporter {
 public:
  Talker(std::string path, Io& io) : path_(std::move(path)), io_(io) {}

  void serving(const daemon::Serving& serving) override {
    io_.talk(fmt::format("serving http://{} with {} worker{}, {} objects from {}{}", serving.listen.reachable().to_string(),
                         serving.workers, serving.workers == 1 ? "" : "s", serving.objects, path_,
                         serving.admin ? "; admin http://" + serving.admin->reachable().to_string() : ""));
  }

  void effective(const daemon::Effective& effective) override {
    const std::string what = changes_of(effective);
    if (what.empty()) return;
    io_.talk(fmt::format("revision {} effective in all workers after {:.1f} ms: {}", effective.revision,
                         milliseconds(effective.took), printable(what)));
  }

  void rejected(const Diagnostics& diagnostics, bool first) override {
    show_all(diagnostics);
    io_.talk(paint(first ? "nothing is in force yet" : "the edit is not in force, the last good state stays", Colour::kRed,
                   io_.err_colour) +
             ": mend the errors above, the directory is watched");
  }

  void found(const Diagnostics& diagnostics) override { show_all(diagnostics); }
  void failed(const Error& error) override { tell(io_, error); }

  void draining(std::chrono::milliseconds at_most) override {
    io_.talk(fmt::format("draining: requests get {:.1f} s to end; again to end at once", milliseconds(at_most) / 1000));
  }

 private:
  void show_all(const Diagnostics& diagnostics) {
    size_t shown = 0;
    for (const Severity severity : {Severity::kError, Severity::kWarning}) {
      for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == severity && shown++ < kFindingsShown) io_.talk(show(diagnostic, io_.err_colour));
      }
    }
    if (shown > kFindingsShown) io_.talk(fmt::format("... and {} more: graylane lint -f {}", shown - kFindingsShown, path_));
  }

  std::string path_;
  Io& io_;
};

/// What commands see of this instance.
class Running final : public RunningInstance {
 public:
  Running(const daemon::Instance& instance, ingress_nginx::Options options) : instance_(instance), options_(std::move(options)) {}

  Manifests manifests() override {
    daemon::View view = instance_.view();
    return {daemon::Offline::of(std::move(view.objects), std::move(view.reading)), options_, std::move(view.table),
            std::move(view.compiling)};
  }
  daemon::Shares shares() override { return instance_.shares(); }

 private:
  const daemon::Instance& instance_;
  const ingress_nginx::Options options_;
};

std::unexpected<Error> misuse(std::string what, std::string fix) {
  return fail(ErrorCode::kInvalid, std::move(what), {}, std::move(fix));
}

Result<unsigned> parse_workers(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= kWorkersMax;
  if (text.empty() || good) return number;
  return misuse(fmt::format("--workers cannot be \"{}\"", text), fmt::format("write a number from 1 to {}", kWorkersMax));
}

Result<net::SocketAddress> parse_address(std::string_view flag, const std::string& text) {
  auto address = net::SocketAddress::parse(text);
  if (address) return address;
  return misuse(fmt::format("--{} cannot be \"{}\"", flag, text), "write an address and a port, such as 127.0.0.1:8080");
}

Result<daemon::InstanceOptions> instance_options(const UpFlags& flags) {
  daemon::InstanceOptions options;
  if (flags.read.path.empty()) return misuse("up needs manifests", "graylane up -f DIRECTORY");
  auto routing = options_of(flags.read);
  if (!routing) return std::unexpected(std::move(routing.error()));
  const auto listen = parse_address("listen", flags.listen);
  if (!listen) return std::unexpected(listen.error());
  const auto workers = parse_workers(flags.workers);
  if (!workers) return std::unexpected(workers.error());
  const auto drain = parse_duration("drain-timeout", flags.drain_timeout);
  if (!drain) return std::unexpected(drain.error());
  options.admin.reset();
  if (flags.admin != "off") {
    const auto admin = parse_address("admin", flags.admin);
    if (!admin) return std::unexpected(admin.error());
    options.admin = *admin;
  }
  if (flags.access_log != "off") {
    options.access_log.emplace();
    options.access_log->path = flags.access_log;
    options.access_log->format =
        flags.access_log_format == "json" ? telemetry::LogFormat::kJson : telemetry::LogFormat::kIngressNginx;
  }
  options.version = program_version();
  options.path = flags.read.path;
  options.routing = std::move(*routing);
  options.listen = *listen;
  options.workers = *workers;
  options.drain_timeout = *drain;
  options.state_folder = flags.read.state;
  options.strict = flags.strict;
  return options;
}

}  // namespace

int up(const UpFlags& flags, Io& io) {
  auto options = instance_options(flags);
  if (!options) return tell(io, options.error()), kUsage;
  const ingress_nginx::Options routing = options->routing;
  Talker talker(flags.read.path, io);
  std::unique_ptr<Running> running;
  auto instance = daemon::Instance::start(std::move(*options), talker,
                                          [&running](const daemon::Command& command) { return answer(command, *running); });
  if (!instance) return tell(io, instance.error()), kFailed;
  running = std::make_unique<Running>(**instance, routing);
  return (*instance)->run();
}

}  // namespace graylane::cli
