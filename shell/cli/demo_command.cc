#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "cli/child_program.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "cli/load.h"
#include "cli/style.h"
#include "daemon/command_socket.h"
#include "doc/parse.h"
#include "net/socket.h"

namespace graylane::cli {

namespace {

namespace fs = std::filesystem;

constexpr uint16_t kFirstPort = 8080;
constexpr uint16_t kPortsTried = 100;
constexpr uint64_t kRequestsPerScene = 2'500;
constexpr std::chrono::seconds kPatience{30};  // for one edit, or for the Pods at the beginning
constexpr double kShareTolerance = 0.005;      // of a scene's requests; an exact split is far closer

constexpr size_t kPods = 3;                                 // of the example
constexpr std::string_view kAllRouted = " -> 2 endpoints";  // said when the old version's are in force

constexpr std::string_view kOld = "1-old.yaml";
constexpr std::string_view kCanary = "4-canary.yaml";

/// A step of the release, as a person does it: an edit of files.
struct Scene {
  std::string_view name;
  double plain = 0;   // asked share of the new version for ordinary requests
  double marked = 0;  // and for requests with the header
  bool has_canary = true;
  int weight = -1;           // -1: no canary-weight
  bool repointed = false;    // the old Service selects the new version
  std::string_view awaited;  // in the line that says it is in force
};

constexpr std::array<Scene, 7> kScenes = {{
    {"only the old version", 0, 0, false, -1, false, ""},
    {"header foo: bar to the new one", 0, 1, true, -1, false, "canary default/new-nginx added: header foo=bar"},
    {"and 20 % of the others", 0.2, 1, true, 20, false, "canary 0 -> 20 %"},
    {"50 %", 0.5, 1, true, 50, false, "canary 20 -> 50 %"},
    {"100 %", 1, 1, true, 100, false, "canary 50 -> 100 %"},
    {"old Service re-pointed", 1, 1, true, 100, true, ""},
    {"canary Ingress deleted", 1, 1, false, -1, true, "canary default/new-nginx removed"},
}};

/// What --keep leaves behind: a release under way, so that an edit shows.
constexpr Scene kUnderWay = {"", 0.2, 1, true, 20, false, "canary default/new-nginx added"};

volatile sig_atomic_t interrupted = 0;  // by which signal

/// From now on the demo ends by itself when it is told to, and takes its folder with it.
void take_signals() {
  struct sigaction action{};
  action.sa_handler = [](int signal) { interrupted = signal; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);  // nohup
  }
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// As careful programs save: the old file or the new one, never half of it.
void replace(const fs::path& path, const std::string& text) {
  const fs::path fresh = path.string() + ".new";
  std::ofstream(fresh) << text;
  fs::rename(fresh, path);
}

std::string with_weight(const std::string& canary, int weight) {
  std::istringstream lines(canary);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const size_t key = line.find("nginx.ingress.kubernetes.io/canary-weight:");
    if (key == line.npos) out += line + "\n";
    else if (weight >= 0)
      out += fmt::format("{}nginx.ingress.kubernetes.io/canary-weight: \"{}\"\n", line.substr(0, key), weight);
  }
  return out;
}

/// The selector of the Service, which is the last one in the file.
std::string repointed(std::string old) {
  const std::string_view from = "run: old-nginx";
  const size_t at = old.rfind(from);
  return at == old.npos ? old : old.replace(at, from.size(), "run: new-nginx");
}

std::optional<uint16_t> free_port() {
  for (uint16_t port = kFirstPort; port < kFirstPort + kPortsTried; ++port) {
    if (net::listen(net::SocketAddress::loopback(port))) return port;
  }
  return std::nullopt;
}

bool is_ready(const doc::Value& pod) {
  const doc::Value* status = pod.find("status");
  const doc::Value* conditions = status == nullptr ? nullptr : status->find("conditions");
  if (conditions == nullptr || conditions->as_array() == nullptr) return false;
  return std::ranges::any_of(*conditions->as_array(), [](const doc::Value& condition) {
    const doc::Value* type = condition.find("type");
    const doc::Value* value = condition.find("status");
    return type != nullptr && value != nullptr && *type == doc::Value("Ready") && *value == doc::Value("True");
  });
}

/// Of the list that `get pods -o json` prints.
size_t ready_pods(const std::string& list) {
  const auto parsed = doc::parse_json(list, nullptr);
  const doc::Value* items = parsed.documents.empty() ? nullptr : parsed.documents.front().find("items");
  if (items == nullptr || items->as_array() == nullptr) return 0;
  return static_cast<size_t>(std::ranges::count_if(*items->as_array(), is_ready));
}

double share_of_new(const Answers& answers) {
  uint64_t all = 0;
  uint64_t fresh = 0;
  for (const auto& [text, count] : answers) {
    all += count;
    if (text == "new") fresh += count;
  }
  return all == 0 ? 0 : static_cast<double>(fresh) / static_cast<double>(all);
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

class Demo {
 public:
  Demo(fs::path folder, uint16_t port, std::string canary, std::string old, Io& io)
      : folder_(std::move(folder)), port_(port), canary_(std::move(canary)), old_(std::move(old)), io_(io) {}

  int play(bool keep) {
    fs::remove(folder_ / kCanary);
    auto program = ChildProgram::start({"up", "-f", folder_.string(), "--state", state(), "--listen",
                                        fmt::format("127.0.0.1:{}", port_), "--admin", "off", "--api", "off", "--no-color"});
    if (!program) return tell(io_, program.error()), kFailed;
    program_ = std::make_unique<ChildProgram>(std::move(*program));
    const bool started = await_pods();
    const bool good = started && play_scenes();
    if (started && keep && going_on()) stay();
    const bool told_to_end = interrupted != 0 && !kept_;
    const int ended = program_->terminate();
    if (told_to_end) return 128 + interrupted;
    if (!started) return give_up("the Pods did not become ready");
    if (ended != 0) return give_up(fmt::format("graylane up ended with exit code {}", ended));
    io_.out.line(good ? paint("every request was answered, every share was as asked", Colour::kGreen, io_.out_colour)
                      : paint("not as asked", Colour::kRed, io_.out_colour));
    return good ? kOk : kFailed;
  }

 private:
  std::string state() const { return (folder_ / ".graylane").string(); }

  bool going_on() const { return interrupted == 0 && !program_->ended(); }

  int give_up(std::string what) {
    tell(io_, {ErrorCode::kUnavailable, std::move(what), {}, "see what graylane doctor says"});
    return kFailed;
  }

  bool play_scenes() {
    Load load({net::SocketAddress::loopback(port_), "www.example.com", "foo: bar"});
    head();
    bool good = true;
    for (const Scene& scene : kScenes) {
      if (!set(scene)) {
        if (going_on()) give_up(fmt::format("the edit for \"{}\" did not take effect", scene.name));
        return false;
      }
      const LoadCounts before = load.take();  // while it took effect; any version may have answered, but one must have
      const uint64_t from = load.finished();
      while (load.finished() < from + kRequestsPerScene && going_on()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (!going_on()) return false;
      LoadCounts counts = load.take();
      counts.failed += before.failed;
      if (counts.last_error.empty()) counts.last_error = before.last_error;
      good = row(scene, counts) && good;
    }
    return good;
  }

  /// Makes the edit of a scene, and waits until all workers route by it.
  bool set(const Scene& scene) {
    if (&scene == &kScenes.front()) return true;
    replace(folder_ / kOld, scene.repointed ? repointed(old_) : old_);
    if (scene.has_canary) replace(folder_ / kCanary, with_weight(canary_, scene.weight));
    else fs::remove(folder_ / kCanary);
    return await(scene.awaited);
  }

  bool await(std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline && going_on()) {
      const auto line = program_->next_line(std::chrono::seconds(1));
      if (!line) continue;
      const bool effective = line->starts_with("revision ") && line->find(text) != line->npos;
      const bool told = line->starts_with("revision ") || line->starts_with("serving ");
      io_.talk(told ? paint("  " + *line, Colour::kDim, io_.err_colour) : *line);
      if (effective) return true;
    }
    return false;
  }

  /// And that all workers know of those that are routed to.
  bool await_pods() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    bool routed = false;
    while (std::chrono::steady_clock::now() < deadline && going_on()) {
      if (const auto line = program_->next_line(std::chrono::milliseconds(50))) {
        routed = routed || line->find(kAllRouted) != line->npos;
        io_.talk(paint("  " + *line, Colour::kDim, io_.err_colour));
      }
      if (!routed) continue;
      const auto answered = daemon::ask_instance(state(), {.arguments = {"get", "pods", "-o", "json"}});
      if (answered && ready_pods(answered->out) == kPods) return true;
    }
    return false;
  }

  void head() {
    io_.out.line(fmt::format("http://127.0.0.1:{}/ with Host: www.example.com; manifests in {}\n", port_, folder_.string()));
    line("SCENE", "ASKED", "MEASURED", "WITH HEADER", "REQUESTS", "FAILED");
  }

  void line(std::string_view scene, std::string_view asked, std::string_view measured, std::string_view marked,
            std::string_view requests, std::string_view failed) {
    io_.out.line(fmt::format("{:<34}{:>8}{:>12}{:>14}{:>12}{:>10}", scene, asked, measured, marked, requests, failed));
    io_.out.flush();
  }

  bool row(const Scene& scene, const LoadCounts& counts) {
    const double plain = share_of_new(counts.plain);
    const double marked = share_of_new(counts.marked);
    uint64_t requests = counts.failed;
    for (const Answers* answers : {&counts.plain, &counts.marked}) {
      for (const auto& [text, count] : *answers) requests += count;
    }
    line(scene.name, percent(scene.plain), percent(plain), percent(marked), std::to_string(requests),
         std::to_string(counts.failed));
    if (counts.failed > 0) io_.talk("  the last failure: " + counts.last_error);
    return counts.failed == 0 && std::abs(plain - scene.plain) <= kShareTolerance &&
           std::abs(marked - scene.marked) <= kShareTolerance;
  }

  /// Until somebody interrupts.
  void stay() {
    kept_ = set(kUnderWay);
    if (!kept_) return;
    io_.out.write(
        fmt::format("\nIt stays up until Ctrl-C, with the release at 20 %. What to try next:\n"
                    "  curl -H 'Host: www.example.com' http://127.0.0.1:{0}/\n"
                    "  sed -i 's/canary-weight: \"20\"/canary-weight: \"50\"/' {1}/4-canary.yaml   # or with your editor\n"
                    "  {3} split --state {2}\n"
                    "  {3} explain --state {2} -H 'foo: bar' http://www.example.com/\n"
                    "  {3} get routes --state {2} -o wide\n"
                    "  {3} logs old-nginx --state {2}\n",
                    port_, folder_.string(), state(), io_.program));
    io_.out.flush();
    while (going_on()) {
      if (const auto text = program_->next_line(std::chrono::milliseconds(200))) io_.talk("  " + *text);
    }
  }

  const fs::path folder_;
  const uint16_t port_;
  const std::string canary_;
  const std::string old_;
  Io& io_;
  std::unique_ptr<ChildProgram> program_;
  bool kept_ = false;  // until it was told to end, which is as it should be
};

Error no_example(const std::string& path) {
  return {ErrorCode::kNotFound,
          path + " is not the example: it has no " + std::string(kCanary),
          {},
          "run it in the repository, or name the folder: graylane demo -f examples/nginx-canary"};
}

}  // namespace

int demo(const DemoFlags& flags, Io& io) {
  const fs::path example = flags.path;
  if (!fs::exists(example / kCanary)) return tell(io, no_example(flags.path)), kFailed;
  const auto port = free_port();
  if (!port) return tell(io, {ErrorCode::kUnavailable, "no port from 8080 on is free", {}, "stop a server"}), kFailed;
  if (*port != kFirstPort) io.talk(fmt::format("port {} is in use, taking {}", kFirstPort, *port));
  take_signals();
  std::string pattern = (fs::temp_directory_path() / "graylane-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return tell(io,
                {ErrorCode::kUnavailable, "no folder can be made in " + fs::temp_directory_path().string(), {}, "set TMPDIR"}),
           kFailed;
  }
  for (const auto& entry : fs::directory_iterator(example)) {
    if (entry.path().extension() == ".yaml") fs::copy(entry.path(), pattern);
  }
  const int code = Demo(pattern, *port, read(example / kCanary), read(example / kOld), io).play(flags.keep);
  fs::remove_all(pattern);
  return code;
}

}  // namespace graylane::cli
