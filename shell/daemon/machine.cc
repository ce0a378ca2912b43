#include "daemon/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <string_view>
#include <thread>

namespace graylane::daemon {

namespace {

/// PRETTY_NAME of os-release; empty: it has none.
std::string os_name() {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kKey)) continue;
    std::string name = line.substr(kKey.size());
    std::erase(name, '"');
    return name;
  }
  return {};
}

/// As Go names it.
std::string go_architecture(std::string_view machine) {
  if (machine == "x86_64") return "amd64";
  return machine == "aarch64" ? "arm64" : std::string(machine);
}

}  // namespace

control::NodeFacts facts_of_this_machine(const std::string& program_version) {
  utsname kernel{};
  ::uname(&kernel);
  control::NodeFacts facts;
  facts.architecture = go_architecture(kernel.machine);
  facts.os_image = os_name();
  facts.kernel_version = kernel.release;
  facts.program_version = "graylane/" + program_version;
  facts.cpus = static_cast<int32_t>(std::thread::hardware_concurrency());
  facts.memory_bytes = int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  return facts;
}

}  // namespace graylane::daemon
