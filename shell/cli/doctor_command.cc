#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <thread>

#include "api/view_fields.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/descriptors.h"
#include "cli/doctor_state.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "cli/manifests.h"
#include "cli/running.h"
#include "cli/style.h"
#include "daemon/command_socket.h"
#include "daemon/images.h"
#include "daemon/state_folder.h"
#include "local/address_pool.h"
#include "net/socket.h"

namespace graylane::cli {

namespace {

constexpr long kInotifyWatchesWanted = 8'192;

Finding address(std::string_view about, const std::string& text) {
  const auto parsed = net::SocketAddress::parse(text);
  if (!parsed) return {std::string(about), text + " is no address", "write one such as 127.0.0.1:8080"};
  const auto listener = net::listen(*parsed);
  if (listener) return {std::string(about), text + " is free", ""};
  return {std::string(about), listener.error().what, fmt::format("stop that process, or choose another with --{}", about)};
}

// ---- the instance that holds the state folder

constexpr auto kOff = "off";
constexpr auto kTrouble = "trouble";
constexpr auto kFix = "fix";

/// Its answer to this command: lines "NAME VALUE", of each of its ports, and of what is wrong with its disk.
int tell_of_instance(RunningInstance& running, Io& io) {
  const auto text = [](const std::optional<net::SocketAddress>& address) { return address ? address->to_string() : kOff; };
  const daemon::Serving serving = running.serving();
  io.out.line("listen " + serving.listen.to_string());
  io.out.line("admin " + text(serving.admin));
  io.out.line("api " + text(serving.api));
  if (const auto trouble = running.trouble()) {
    io.out.line(fmt::format("{} {}", kTrouble, trouble->what));
    io.out.line(fmt::format("{} {}", kFix, trouble->fix));
  }
  return kOk;
}

using Answers = std::map<std::string, std::string, std::less<>>;

/// Empty: no instance holds the folder, or it does not say.
Answers answers_of_instance(const std::string& state) {
  Answers answers;
  if (daemon::holder_of(state) == 0) return answers;
  const auto answer = daemon::ask_instance(state, {.arguments = {"doctor"}});
  if (!answer || answer->exit_code != kOk) return answers;
  std::istringstream lines(answer->out);
  for (std::string name, value; lines >> name && std::getline(lines >> std::ws, value);) answers[name] = value;
  return answers;
}

/// What --listen, --admin and --api name must be free; where they name nothing, the instance has it, or it is as for up.
std::vector<Finding> ports_of(const DoctorFlags& flags, const Answers& served) {
  const UpFlags plain;
  const struct {
    const char* name;
    const std::string& asked;
    const std::string& otherwise;
  } ports[] = {{"listen", flags.listen, plain.listen}, {"admin", flags.admin, plain.admin}, {"api", flags.api, plain.api}};
  std::vector<Finding> findings;
  for (const auto& port : ports) {
    const auto found = port.asked.empty() ? served.find(port.name) : served.end();
    const std::string& text = found != served.end() ? found->second : port.asked.empty() ? port.otherwise : port.asked;
    if (text == kOff) continue;
    if (found == served.end()) findings.push_back(address(port.name, text));
    else findings.push_back({port.name, fmt::format("{} is served by the instance of {}", text, flags.state), ""});
  }
  return findings;
}

// ---- this machine

Finding pod_addresses() {
  local::LoopbackPool pool;
  const auto ip = pool.take();
  if (!ip) return {"Pod addresses", ip.error().what, ip.error().fix};
  const auto at = net::SocketAddress::from_ip(*ip, 0);
  const auto listener = at ? net::listen(*at) : Result<net::Fd>(std::unexpected(at.error()));
  if (listener) return {"Pod addresses", "127.10.0.0/16 can be listened on", ""};
  return {"Pod addresses", listener.error().what, "bring up all of 127.0.0.0/8: ip addr add 127.0.0.1/8 dev lo"};
}

Finding descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::string state = fmt::format("{} open files, {} at most", limit.rlim_cur, limit.rlim_max);
  if (limit.rlim_max >= kDescriptorsWanted) return {"open files", state, ""};
  return {"open files", state, fmt::format("raise it for many connections: ulimit -n {}", kDescriptorsWanted)};
}

Finding watches() {
  long watches = 0;
  std::ifstream("/proc/sys/fs/inotify/max_user_watches") >> watches;
  const std::string state = fmt::format("{} folders can be watched", watches);
  if (watches >= kInotifyWatchesWanted) return {"inotify", state, ""};
  return {"inotify", state,
          fmt::format("sysctl fs.inotify.max_user_watches={} (else edits are seen within 5 s)", kInotifyWatchesWanted)};
}

Finding ports() {
  if (::geteuid() == 0) return {"low ports", "root: Pods can listen below 1024", ""};
  return {"low ports", "an ordinary user: a container port below 1024 is given as PORT = port + 10000", ""};
}

/// The images of containers that do not say themselves what to run.
std::vector<std::string> images_of(const api::Object& object) {
  std::vector<std::string> images;
  if (object.key.kind != "Deployment") return images;
  const doc::Value* containers = api::fields::find_path(&object.content, {"spec", "template", "spec", "containers"});
  if (containers == nullptr || containers->as_array() == nullptr) return images;
  for (const doc::Value& container : *containers->as_array()) {
    const doc::Value* image = container.find("image");
    const bool asks = container.find("command") == nullptr && image != nullptr && image->is_string();
    if (asks) images.push_back(*image->as_string());
  }
  return images;
}

std::vector<Finding> unmapped_images(const Manifests& manifests, const std::string& path) {
  Diagnostics told;  // with those of the manifests
  const local::ImageMap map = daemon::read_images(path, told);
  std::vector<Finding> findings;
  for (const api::ObjectPtr& object : manifests.offline.objects()) {
    for (const std::string& image : images_of(*object)) {
      if (map.find(image) != nullptr) continue;
      findings.push_back({object->key.to_string(), "no program stands for the image " + image,
                          fmt::format("write into {}: {}: [PROGRAM, ARGUMENT, ...]", daemon::images_path(path), image)});
    }
  }
  return findings;
}

}  // namespace

int doctor(const DoctorFlags& flags, Io& io) {
  if (io.running != nullptr) return tell_of_instance(*io.running, io);
  const Answers answers = answers_of_instance(flags.state);
  std::vector<Finding> findings = ports_of(flags, answers);
  for (const auto& look : {pod_addresses, descriptors, watches, ports}) findings.push_back(look());
  std::ranges::move(look_at_state(flags.state), std::back_inserter(findings));
  if (const auto trouble = answers.find(kTrouble); trouble != answers.end())
    findings.push_back({"objects", trouble->second, answers.find(kFix)->second});
  findings.push_back({"cores", fmt::format("{}", std::thread::hardware_concurrency()), ""});
  int exit_code = kOk;
  if (!flags.path.empty()) {
    ReadFlags read;
    read.path = flags.path;
    const auto manifests = open_manifests("doctor", read, io, exit_code);
    if (!manifests) return exit_code;
    tell_errors(manifests->diagnostics(), flags.path, io);
    if (has_errors(manifests->diagnostics())) exit_code = kFailed;
    for (Finding& finding : unmapped_images(*manifests, flags.path)) findings.push_back(std::move(finding));
  }
  Columns columns;
  for (const Finding& finding : findings) {
    const bool good = finding.fix.empty();
    if (!good) exit_code = kFailed;
    columns.row({paint(good ? "ok" : "!!", good ? Colour::kGreen : Colour::kRed, io.out_colour), finding.about,
                 printable(finding.state) + (good ? "" : "; fix: " + printable(finding.fix))});
  }
  io.out.write(columns.text(2, SIZE_MAX, io.out_width));
  return exit_code;
}

}  // namespace graylane::cli
