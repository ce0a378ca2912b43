// Splits: where each split of one worker stands. Kept by Split::id, so that a new table goes on where the last one was; what no
// request has asked for in a while is forgotten when there are very many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "net/timer_wheel.h"
#include "route/split.h"
#include "route/table.h"

namespace graylane::gateway {

/// What a draw may go by.
struct DrawKey {
  std::string_view text;  // of the user; empty: draw for this request alone
};

class Splits {
 public:
  explicit Splits(uint64_t seed) : rng_(seed) {}

  /// The destination of this request. Destinations without endpoints are passed over for destination 0.
  uint32_t draw(const route::Table& table, const route::Split& split, DrawKey key, net::Instant now);
  route::Rng& rng() { return rng_; }

  void sweep(net::Instant now);
  size_t size() const { return states_.size(); }

  static constexpr size_t kKept = 1024;  // that many are never forgotten
  static constexpr std::chrono::minutes kForgetAfter{10};

 private:
  struct State {
    std::vector<route::SplitState> draws;  // one for each destination but the first
    net::Instant used;
  };
  bool picks(const route::Table& table, const route::Split& split, uint32_t destination, uint64_t total, State& state);

  route::Rng rng_;
  std::unordered_map<uint64_t, State> states_;
};

}  // namespace graylane::gateway
