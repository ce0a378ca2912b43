// BackOff: who has to wait after failures, and until when: a second after the first one, then twice as long each time, kBackOffMax at
// most. A plain value that is told the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "api/object.h"

namespace graylane::control {

inline constexpr std::chrono::seconds kBackOffMax{64};

class BackOff {
 public:
  using Time = std::chrono::sys_seconds;

  void failed(const api::ObjectKey& who, Time now) {
    State& state = states_[who];
    state.wait = state.wait == std::chrono::seconds(0) ? std::chrono::seconds(1) : std::min(2 * state.wait, kBackOffMax);
    state.until = now + state.wait;
  }
  void succeeded(const api::ObjectKey& who) { states_.erase(who); }
  bool waits(const api::ObjectKey& who, Time now) const {
    const auto found = states_.find(who);
    return found != states_.end() && found->second.until > now;
  }
  /// When the first of those that wait may try again. One that nobody tried again for long is forgotten.
  std::optional<Time> next(Time now) {
    std::erase_if(states_, [&](const auto& one) { return one.second.until + 2 * kBackOffMax < now; });
    std::optional<Time> next;
    for (const auto& [who, state] : states_) {
      if (state.until > now) next = std::min(next.value_or(state.until), state.until);
    }
    return next;
  }
  bool empty() const { return states_.empty(); }

 private:
  struct State {
    std::chrono::seconds wait{0};
    Time until;
  };
  std::map<api::ObjectKey, State> states_;
};

}  // namespace graylane::control
