#include "gateway/splits.h"

namespace graylane::gateway {

namespace {

/// Users keep their version when weights change: the parts lie side by side, the first canary's from 0 on.
uint32_t draw_sticky(const route::Split& split, std::string_view key) {
  uint64_t below = 0;
  for (uint32_t i = 1; i < split.destinations.size(); ++i) {
    below += split.destinations[i].weight;
    if (route::pick_sticky(split.sticky.salt, key, below, split.total)) return i;
  }
  return 0;
}

}  // namespace

uint32_t Splits::draw(const route::Table& table, const route::Split& split, DrawKey key, net::Instant now) {
  uint32_t chosen = 0;
  if (!key.text.empty()) {
    chosen = draw_sticky(split, key.text);
  } else {
    State& state = states_[split.id];
    state.used = now;
    state.draws.resize(split.destinations.size());
    uint64_t total = split.total;
    for (uint32_t i = 1; i < split.destinations.size() && chosen == 0; ++i) {
      if (picks(table, split, i, total, state)) chosen = i;
      total -= std::min(total, split.destinations[i].weight);  // what the others share
    }
  }
  return table.ready(split.destinations[chosen].backend) ? chosen : 0;
}

bool Splits::picks(const route::Table& table, const route::Split& split, uint32_t destination, uint64_t total, State& state) {
  const uint64_t weight = split.destinations[destination].weight;
  if (total == 0) return false;
  if (table.split_mode == route::SplitMode::kRandom) return route::pick_random(weight, total, rng_);
  return route::pick_exact(state.draws[destination], weight, total, rng_);
}

void Splits::sweep(net::Instant now) {
  if (states_.size() <= kKept) return;
  std::erase_if(states_, [&](const auto& entry) { return now - entry.second.used > kForgetAfter; });
}

}  // namespace graylane::gateway
