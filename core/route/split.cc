#include "route/split.h"

namespace graylane::route {

namespace {

uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

__extension__ using Wide = unsigned __int128;

/// The high half of a product of two 64-bit numbers: x * bound / 2^64.
uint64_t scaled(uint64_t x, uint64_t bound) { return static_cast<uint64_t>((static_cast<Wide>(x) * bound) >> 64); }

/// Keeps the place within the stratum when the total changes (100 -> 1000). A unit is as small as 64 bits allow, so that
/// rounding loses nothing that adds up, even from a total of 1000 to one of 2.
void rescale(SplitState& state, uint64_t total, Rng& rng) {
  constexpr uint64_t kStratum = uint64_t{1} << 63;
  const uint64_t old = state.total * state.unit;
  state.total = total;
  state.unit = total < kStratum ? kStratum / total : 1;
  const uint64_t stratum = total * state.unit;
  if (old != 0) {
    state.consumed = static_cast<uint64_t>(static_cast<Wide>(state.consumed) * stratum / old);
    return;
  }
  state.consumed = rng.below(stratum);
  // The part of the stratum that has passed holds the pick with the probability of its length.
  state.picked = rng.below(stratum) < state.consumed;
}

}  // namespace

uint64_t Rng::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  return mix(state_);
}

uint64_t Rng::below(uint64_t bound) {
  for (;;) {
    const uint64_t x = next();
    const uint64_t low = x * bound;
    // The first (2^64 mod bound) low halves would make some results one draw likelier than others.
    if (low >= bound || low >= (0 - bound) % bound) return scaled(x, bound);
  }
}

bool pick_exact(SplitState& state, uint64_t weight, uint64_t total, Rng& rng) {
  if (weight == 0) return false;
  if (weight >= total) return true;
  if (state.total != total) rescale(state, total, rng);
  const uint64_t length = weight * state.unit;
  const uint64_t left = total * state.unit - state.consumed;
  if (length < left) {  // wholly inside the stratum
    const bool pick = !state.picked && rng.below(left) < length;
    state.picked = state.picked || pick;
    state.consumed += length;
    return pick;
  }
  const uint64_t over = length - left;  // reaches that far into the next stratum
  // No pick yet: this request is the last one that can be it. Else it may be the next stratum's, with over/consumed, so that
  // its two chances add up to weight/total.
  const bool pick = !state.picked || rng.below(state.consumed) < over;
  state.picked = state.picked && pick;
  state.consumed = over;
  return pick;
}

bool pick_random(uint64_t weight, uint64_t total, Rng& rng) { return total != 0 && rng.below(total) < weight; }

bool pick_sticky(uint64_t salt, std::string_view key, uint64_t weight, uint64_t total) {
  if (total == 0 || weight == 0) return false;
  uint64_t hash = mix(salt ^ 0x243f6a8885a308d3ULL);
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return scaled(mix(hash), total) < weight;
}

}  // namespace graylane::route
