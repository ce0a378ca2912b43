// Who listens on a container's ports: a Pod whose port another program has taken (by listening on 0.0.0.0) must not get
// requests, and its author should know why.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "local/launch.h"
#include "local/world.h"

namespace graylane::local {

/// Empty: what listens for `ip` and `port` belongs to the processes below `supervisor`, or nobody can say. Else who it is
/// and what to do.
std::string stranger_on(const World& world, const std::string& ip, int32_t port, pid_t supervisor);

/// Why a program that printed `log` at its end could not listen: reason and message; both empty when that was not it.
/// `ports`: declared -> real.
Waiting explain_listen_failure(const World& world, const std::string& log, const std::string& ip,
                               const std::vector<std::pair<int32_t, int32_t>>& ports);

}  // namespace graylane::local
