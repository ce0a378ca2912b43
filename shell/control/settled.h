// Settled: what was found to be in order, so that it is decided anew only when something of it changed or its time has come. An owner
// and what belongs to it are known by the number of objects and their highest revision: whatever changes has a higher one, and
// whatever goes makes them fewer. A plain value.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "api/object.h"
#include "control/work.h"

namespace graylane::control {

class Settled {
 public:
  struct State {
    size_t objects = 0;
    uint64_t revision = 0;

    void add(const api::Object& object) {
      ++objects;
      revision = std::max(revision, object.revision);
    }
    bool operator==(const State&) const = default;
  };

  /// Whether nothing is to be done; `work` learns when that ends.
  bool holds(const api::ObjectKey& owner, const State& state, Work& work) const {
    const auto found = known_.find(owner);
    if (found == known_.end() || found->second.state != state) return false;
    const auto& time = found->second.look_again;
    if (time && *time <= work.now) return false;
    if (time) work.look_at(*time);
    return true;
  }
  void note(const api::ObjectKey& owner, const State& state, std::optional<std::chrono::sys_seconds> look_again) {
    known_.insert_or_assign(owner, Known{state, look_again});
  }
  void forget(const api::ObjectKey& owner) { known_.erase(owner); }

 private:
  struct Known {
    State state;
    std::optional<std::chrono::sys_seconds> look_again;
  };
  std::map<api::ObjectKey, Known> known_;
};

}  // namespace graylane::control
