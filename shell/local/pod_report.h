// PodReport: how a Pod is doing, and the `status` that tells it. Plain values; pure. Times are Unix seconds.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "doc/value.h"
#include "local/launch.h"

namespace graylane::local {

struct Running {
  int64_t started = 0;

  bool operator==(const Running&) const = default;
};

struct Terminated {
  int exit_code = 0;
  int signal = 0;      // 0: none
  std::string reason;  // "Completed", "Error", "StartError", "PortTaken", "PortNotAllowed", "NodeRestart"
  std::string message;
  int64_t started = 0;
  int64_t finished = 0;

  bool operator==(const Terminated&) const = default;
};

struct ContainerReport {
  std::string name;
  std::string image;
  pid_t pid = 0;  // of its program; 0: none runs
  bool ready = false;
  bool started = false;  // runs, and its startup probe succeeded
  int32_t restarts = 0;
  std::variant<Waiting, Running, Terminated> state;
  std::optional<Terminated> last;  // the life before this one
  Waiting note;                    // why it is not ready, or a warning when it is; may be empty

  bool operator==(const ContainerReport&) const = default;
};

struct PodReport {
  std::string ip;
  int64_t started = 0;
  bool never_restarts = false;  // restartPolicy Never or OnFailure: ended containers stay as they are
  bool initialized = false;
  std::vector<ContainerReport> init_containers;
  std::vector<ContainerReport> containers;
  std::string qos_class;
  Waiting problem;  // why the Pod cannot be taken on (no address is left); may be empty
  Waiting failure;  // why it will not run again, whatever its containers say; may be empty

  bool operator==(const PodReport&) const = default;
};

/// "Pending", "Running", "Succeeded" or "Failed".
std::string phase_of(const PodReport& report);
/// `before`: the status as it was, for the times of conditions and for what others wrote there; may be null. `generation`: the
/// Pod's; 0: not known.
doc::Value status_of(const PodReport& report, const doc::Value* before, int64_t generation, int64_t now);

}  // namespace graylane::local
