// What the containers of local Pods take of the machine, as /proc tells: processor time as a rate, resident memory. Counted is
// all that a container's program has started, without its supervisor; memory that processes share is counted for each.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/object.h"
#include "local/probe.h"

namespace graylane::local {

struct ContainerUsage {
  std::string name;
  double cpu_cores = 0;  // mean over the window
  uint64_t memory_bytes = 0;
};

struct PodUsage {
  api::ObjectKey pod;
  std::vector<ContainerUsage> containers;  // those that run, in the Pod's order
  std::chrono::sys_seconds taken;          // the end of the window
  std::chrono::milliseconds window{0};     // the longest of its containers'
};

/// Immutable; ordered by Pod. A Pod that has not been measured yet is absent.
using UsagePtr = std::shared_ptr<const std::vector<PodUsage>>;

/// A running container.
struct Metered {
  api::ObjectKey pod;
  std::string container;
  pid_t supervisor = -1;
  Instant started;
};

/// Takes readings and keeps the last one's outcome. read() from any thread, the rest from one. Each process costs about 50 us.
class UsageMeter {
 public:
  /// A rate is taken over this time, or since the container's start when that is less.
  explicit UsageMeter(std::chrono::milliseconds window) : window_(window) {}

  /// `running`: all containers that run, those of a Pod side by side.
  void measure(const std::vector<Metered>& running, Instant now, std::chrono::sys_seconds taken);
  /// Whether all of them are in the last reading.
  bool knows(const std::vector<Metered>& running) const;
  UsagePtr read() const;

 private:
  struct Reading {
    Instant at;
    double cpu_seconds = 0;
  };
  struct Past {
    Reading base;    // what rates are counted from: a window old, or the start
    Reading latest;  // becomes the base when it is a window old
  };

  ContainerUsage usage_of(const Metered& container, Instant now, Past& past) const;

  const std::chrono::milliseconds window_;
  std::map<pid_t, Past> pasts_;  // by supervisor
  mutable std::mutex mutex_;
  UsagePtr last_ = std::make_shared<const std::vector<PodUsage>>();
};

}  // namespace graylane::local
