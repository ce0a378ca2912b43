// PodPast: what the status of a Pod tells of an earlier life of this program, whose processes are gone. Plain values; pure. Times
// are Unix seconds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "api/object.h"
#include "local/pod_report.h"

namespace graylane::local {

inline constexpr const char* kNodeRestart = "NodeRestart";

struct ContainerPast {
  int32_t restarts = 0;
  bool begun = false;              // it ran, or had ended and was not to run again
  std::optional<Terminated> last;  // for one that ran: an end with the reason NodeRestart
};

struct PodPast {
  bool ended = false;   // phase Succeeded or Failed
  bool begun = false;   // any of its containers
  int64_t started = 0;  // 0: not known
  std::map<std::string, ContainerPast> init_containers;
  std::map<std::string, ContainerPast> containers;
};

PodPast read_past(const api::Object& pod, int64_t now);

}  // namespace graylane::local
