#include "local/usage.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "local/process_tree.h"

namespace graylane::local {

namespace {

using std::chrono::milliseconds;

double seconds_of(uint64_t ticks) { return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK)); }

}  // namespace

ContainerUsage UsageMeter::usage_of(const Metered& container, Instant now, Past& past) const {
  // Processes that have ended count with whoever waited for them, at last with the supervisor.
  uint64_t ticks = process_use(container.supervisor).waited_ticks;
  ContainerUsage usage{container.container};
  for (const pid_t pid : descendants_of(container.supervisor)) {
    const ProcessUse use = process_use(pid);
    ticks += use.own_ticks + use.waited_ticks;
    usage.memory_bytes += use.resident_bytes;
  }
  const double cpu_seconds = seconds_of(ticks);
  // A timer may be a tick early.
  if (now - past.latest.at >= window_ * 9 / 10) past = {past.latest, {now, cpu_seconds}};
  const double elapsed = std::chrono::duration<double>(now - past.base.at).count();
  // A process that ends between two looks may be missed for once.
  if (elapsed > 0) usage.cpu_cores = std::max(cpu_seconds - past.base.cpu_seconds, 0.0) / elapsed;
  return usage;
}

void UsageMeter::measure(const std::vector<Metered>& running, Instant now, std::chrono::sys_seconds taken) {
  auto usages = std::make_shared<std::vector<PodUsage>>();
  std::map<pid_t, Past> pasts;
  for (const Metered& container : running) {
    const Reading start{container.started, 0};
    const auto known = pasts_.find(container.supervisor);
    Past& past = pasts[container.supervisor] = known != pasts_.end() ? known->second : Past{start, start};
    ContainerUsage usage = usage_of(container, now, past);
    const auto window = std::chrono::duration_cast<milliseconds>(now - past.base.at);
    if (usages->empty() || usages->back().pod != container.pod) usages->push_back({container.pod, {}, taken, window});
    usages->back().window = std::max(usages->back().window, window);
    usages->back().containers.push_back(std::move(usage));
  }
  pasts_ = std::move(pasts);
  const std::lock_guard lock(mutex_);
  last_ = std::move(usages);
}

bool UsageMeter::knows(const std::vector<Metered>& running) const {
  return std::ranges::all_of(running, [&](const Metered& container) { return pasts_.contains(container.supervisor); });
}

UsagePtr UsageMeter::read() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace graylane::local
