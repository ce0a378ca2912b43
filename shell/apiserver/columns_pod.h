// What a Pod's row says, in kubectl's words. Pure. Internal to the folder.
#pragma once

#include <cstdint>
#include <string>

#include "doc/value.h"

namespace graylane::apiserver {

struct PodSummary {
  std::string ready;     // "1/2"
  std::string status;    // "Running", "Init:0/1", "CrashLoopBackOff"
  std::string restarts;  // "3 (5m ago)"
  std::string gates;     // "1/2": conditions that must hold before it is ready
};
PodSummary summarize_pod(const doc::Value& pod, int64_t now_unix_seconds);

}  // namespace graylane::apiserver
