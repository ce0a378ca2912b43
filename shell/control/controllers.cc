#include "control/controllers.h"

#include <algorithm>
#include <initializer_list>

namespace graylane::control {

Controllers::Controllers(Client& client, uint64_t seed, const NodeFacts& node, std::chrono::seconds resync)
    : namespaces_(client, seed + 10, resync),
      node_(client, seed + 20, node),
      deployments_(client, seed, resync, node.name),
      endpoints_(client, resync),
      disruptions_(client, resync),
      garbage_(client, resync),
      events_(client) {}

Result<bool> Controllers::step(std::chrono::sys_seconds now) {
  // Garbage last: what others still mend is none.
  const std::initializer_list<Result<bool>> all = {namespaces_.step(now), node_.step(now),        deployments_.step(now),
                                                   endpoints_.step(now),  disruptions_.step(now), garbage_.step(now),
                                                   events_.step(now)};
  bool wrote = false;
  for (const Result<bool>& done : all) {
    if (!done) return done;
    wrote = wrote || *done;
  }
  return wrote;
}

std::optional<std::chrono::sys_seconds> Controllers::look_again() const {
  std::optional<std::chrono::sys_seconds> next;
  for (const auto& time : {namespaces_.look_again(), node_.look_again(), deployments_.look_again(), endpoints_.look_again(),
                           disruptions_.look_again(), garbage_.look_again(), events_.look_again()}) {
    next = earlier(next, time);
  }
  return next;
}

}  // namespace graylane::control
