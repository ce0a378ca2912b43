#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "cli/changes.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/descriptors.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "cli/remote.h"
#include "cli/route_rows.h"
#include "cli/style.h"
#include "daemon/instance.h"

namespace graylane::cli {

namespace {

constexpr size_t kFindingsShown = 20;
constexpr size_t kDeletedNamed = 5;
constexpr unsigned kWorkersMax = 256;
constexpr rlim_t kDescriptorsUsed = 65'536;  // Pods inherit it, and some programs walk through all that could be

std::string counted(size_t number, std::string_view noun) { return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s"); }

bool is_any(const net::SocketAddress& address) { return address.reachable() != address; }

/// Where it answers. Who listens on all addresses is told so: others can reach them.
std::string place_of(const net::SocketAddress& address) {
  std::string url = "http://" + address.reachable().to_string();
  if (!is_any(address)) return url;
  return url + (address.is_v6() ? " and on all other IPv6 addresses of this machine (not on IPv4)"
                                : " and on all other IPv4 addresses of this machine");
}

std::string changes_of(const daemon::Effective& effective) {
  if (effective.before) return join_changes(describe_changes(*effective.before, *effective.now));
  const size_t hosts = host_names(*effective.now).size();
  const size_t routes = route_rows(*effective.now).size();
  return fmt::format("{} of {}", counted(routes, "route"), counted(hosts, "host"));
}

/// A table that nobody has asked for, and that is like the one before: no more than a new number.
bool is_plain(const daemon::Effective& effective) {
  return !effective.edited && effective.before && describe_changes(*effective.before, *effective.now).empty();
}

double milliseconds(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// Tells on stderr what happens.
class Talker final : public daemon::Reporter {
 public:
  Talker(std::string path, std::string kubeconfig, Io& io)
      : path_(std::move(path)), kubeconfig_(std::move(kubeconfig)), io_(io) {}

  void serving(const daemon::Serving& serving) override {
    serving_ = serving;
    const std::string from = path_.empty() ? "" : fmt::format(", {} from {}", counted(serving.objects, "object"), path_);
    io_.talk(fmt::format("serving {} with {}{}{}", place_of(serving.listen), counted(serving.workers, "worker"), from,
                         serving.admin ? "; admin " + place_of(*serving.admin) : ""));
    if (serving.api) io_.talk(fmt::format("kubectl: export KUBECONFIG={}", kubeconfig_));
  }

  void effective(const daemon::Effective& effective) override {
    io_.talk(fmt::format("revision {}{} in all workers after {:.1f} ms: {}", effective.revision,
                         is_plain(effective) ? "" : " effective", milliseconds(effective.took),
                         printable(changes_of(effective))));
    show_all(effective.findings);
    if (effective.edited && !effective.clean) io_.talk("what has no error is served; /readyz is 503 until the errors are mended");
  }

  void rejected(const daemon::Rejection& rejection) override {
    show_all(rejection.news);
    show_mended(rejection.mended);
    io_.talk(paint(rejection.first ? "nothing is in force yet" : "the edit is not in force, the last good state stays",
                   Colour::kRed, io_.err_colour) +
             fmt::format(": mend the {}, the directory is watched", what_to_mend(rejection)));
  }
  void deleted(const std::vector<api::ObjectKey>& keys) override {
    std::string names;
    for (size_t i = 0; i < std::min(keys.size(), kDeletedNamed); ++i)
      names += (names.empty() ? "" : ", ") + printable(keys[i].to_string());
    if (keys.size() > kDeletedNamed) names += fmt::format(" and {} more", keys.size() - kDeletedNamed);
    io_.talk(fmt::format("{} {}: {}", paint("deleted " + counted(keys.size(), "object"), Colour::kYellow, io_.err_colour),
                         keys.size() == 1 ? "whose document is gone" : "whose documents are gone", names));
  }
  void readable() override { io_.talk(fmt::format("the manifests in {} can be read again", path_)); }

  void found(const Diagnostics& diagnostics) override { show_all(diagnostics); }
  void failed(const Error& error) override { tell(io_, error); }

  void writable(const std::optional<Error>& trouble) override {
    trouble_ = trouble;
    if (trouble) tell(io_, *trouble);
    else io_.talk("objects can be written again");
  }

  void draining(std::chrono::milliseconds at_most) override {
    io_.talk(fmt::format("draining: requests get {:.1f} s to end; again to end at once", milliseconds(at_most) / 1000));
  }

  /// What serving() was told last.
  const daemon::Serving& served() const { return serving_; }
  /// What writable() was told last.
  const std::optional<Error>& trouble() const { return trouble_; }

 private:
  static std::string what_to_mend(const daemon::Rejection& rejection) {
    const std::string before = counted(rejection.errors_told_before, "error") + " told before";
    if (rejection.errors_told_before == 0) return "errors above";
    return has_errors(rejection.news) ? "errors above and the " + before : before;
  }

  /// In a line each: they were told in full.
  void show_mended(const Diagnostics& mended) {
    for (size_t i = 0; i < std::min(mended.size(), kFindingsShown); ++i) {
      const std::string where = mended[i].where.to_string();
      io_.talk(fmt::format("mended: {}{}{} [{}]", printable(where), where.empty() ? "" : ": ", printable(mended[i].message),
                           mended[i].id));
    }
    if (mended.size() > kFindingsShown) io_.talk(fmt::format("mended: {} more", mended.size() - kFindingsShown));
  }

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
  std::string kubeconfig_;
  Io& io_;
  daemon::Serving serving_;
  std::optional<Error> trouble_;
};

/// What commands see of this instance.
class Running final : public RunningInstance {
 public:
  Running(const daemon::Instance& instance, const Talker& talker, ingress_nginx::Options options)
      : instance_(instance), talker_(talker), options_(std::move(options)) {}

  Manifests manifests() override {
    daemon::View view = instance_.view();
    return {daemon::Offline::of(std::move(view.objects), std::move(view.reading)), options_, std::move(view.table),
            std::move(view.compiling)};
  }
  daemon::Shares shares() override { return instance_.shares(); }
  daemon::Serving serving() override { return talker_.served(); }
  std::optional<Error> trouble() override { return talker_.trouble(); }

 private:
  const daemon::Instance& instance_;
  const Talker& talker_;
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

bool is_same_place(const net::SocketAddress& a, const net::SocketAddress& b) {
  if (a.port() != b.port() || a.port() == 0 || a.is_v6() != b.is_v6()) return false;
  return a == b || is_any(a) || is_any(b);
}

/// As it holds in any folder: people copy it into another terminal.
std::string kubeconfig_of(const std::string& state) {
  std::error_code error;
  return (std::filesystem::absolute(state, error).lexically_normal() / "kubeconfig").string();
}

/// Its terminal was closed; unless nohup or a service manager said that this is no reason to end.
bool hangup_ends() {
  struct sigaction present{};
  ::sigaction(SIGHUP, nullptr, &present);
  return present.sa_handler != SIG_IGN && (::isatty(STDIN_FILENO) == 1 || ::isatty(STDOUT_FILENO) == 1);
}

/// Every connection takes two; the soft limit is often 1,024, for programs that use select().
void raise_descriptor_limit(Io& io) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kDescriptorsUsed));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= kDescriptorsWanted) return;
  io.talk(fmt::format("{} only {} open files are allowed, enough for about {} connections\n    fix: ulimit -n {}",
                      paint("warning:", Colour::kYellow, io.err_colour), limit.rlim_cur, limit.rlim_cur / 2, kDescriptorsWanted));
}

/// --admin and --api, each on a port of its own or off.
Result<void> take_ports(const UpFlags& flags, const net::SocketAddress& listen, daemon::InstanceOptions& options) {
  const struct {
    const char* name;
    const std::string& text;
    std::optional<net::SocketAddress>& into;
  } ports[] = {{"admin", flags.admin, options.admin}, {"api", flags.api, options.api}};
  std::vector<std::pair<std::string, net::SocketAddress>> taken = {{"listen", listen}};
  for (const auto& port : ports) {
    port.into.reset();
    if (port.text == "off") continue;
    const auto address = parse_address(port.name, port.text);
    if (!address) return std::unexpected(address.error());
    for (const auto& [name, other] : taken) {
      if (!is_same_place(other, *address)) continue;
      return misuse(fmt::format("--{} and --{} both name port {} of the same address", name, port.name, address->port()),
                    fmt::format("give each a port of its own, or write --{} off", port.name));
    }
    taken.emplace_back(port.name, *address);
    port.into = *address;
  }
  return {};
}

Result<daemon::InstanceOptions> instance_options(const UpFlags& flags) {
  daemon::InstanceOptions options;
  if (flags.read.path.empty() && flags.api == "off")
    return misuse("up needs manifests, or an API to get objects by", "graylane up -f DIRECTORY, or leave --api off away");
  if (flags.read.path.empty() && flags.replace_directory)
    return misuse("--replace-directory belongs to -f", "graylane up -f DIRECTORY --replace-directory");
  auto routing = options_of(flags.read);
  if (!routing) return std::unexpected(std::move(routing.error()));
  const auto listen = parse_address("listen", flags.listen);
  if (!listen) return std::unexpected(listen.error());
  const auto workers = parse_workers(flags.workers);
  if (!workers) return std::unexpected(workers.error());
  const auto drain = parse_duration("drain-timeout", flags.drain_timeout);
  if (!drain) return std::unexpected(drain.error());
  if (auto taken = take_ports(flags, *listen, options); !taken) return std::unexpected(std::move(taken.error()));
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
  options.replace_directory = flags.replace_directory;
  options.hangup_ends = hangup_ends();
  return options;
}

}  // namespace

int up(const UpFlags& flags, Io& io) {
  auto options = instance_options(flags);
  if (!options) return tell(io, options.error()), kUsage;
  const ingress_nginx::Options routing = options->routing;
  raise_descriptor_limit(io);
  Talker talker(flags.read.path, kubeconfig_of(flags.read.state), io);
  std::unique_ptr<Running> running;
  auto instance = daemon::Instance::start(std::move(*options), talker,
                                          [&running](const daemon::Command& command) { return answer(command, *running); });
  if (!instance) return tell(io, instance.error()), kFailed;
  running = std::make_unique<Running>(**instance, talker, routing);
  return (*instance)->run();
}

}  // namespace graylane::cli
