// Drawing a version by weight. Plain state in, a choice out; the state belongs to one worker and one split (Split::id).
#pragma once

#include <cstdint>
#include <string_view>

namespace graylane::route {

/// A small seeded generator (splitmix64). The seed is passed in; the same seed gives the same draws.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed) {}
  uint64_t next();
  /// Uniform in [0, bound), bound > 0, without bias.
  uint64_t below(uint64_t bound);

 private:
  uint64_t state_;
};

/// Where an exact split stands; see pick_exact. A new split starts with a random phase, so that many workers do not march in step.
struct SplitState {
  uint64_t consumed = 0;  // of the current stratum, in [0, total * unit)
  uint64_t total = 0;     // the total that `consumed` belongs to; 0: not started
  uint64_t unit = 0;      // how much of `consumed` one of weight is
  bool picked = false;    // the current stratum has its pick
};

/// True: this request goes to the part that has `weight` of `total`.
///
/// Requests are laid end to end, each as long as its weight; every `total` of length is a stratum, and exactly one request
/// that touches a stratum is picked for it. A request that lies across a boundary is treated so that it is never picked twice
/// and every request, whatever its number, is picked with probability weight/total exactly (Deville's systematic sampling).
/// So any window of requests, of any length, has the asked share to within 2 requests, and no period aliases. Integers only:
/// nothing drifts. A changed weight takes effect with the next request.
bool pick_exact(SplitState& state, uint64_t weight, uint64_t total, Rng& rng);

/// As nginx does: every request for itself.
bool pick_random(uint64_t weight, uint64_t total, Rng& rng);

/// True: the user of this key is in the part that has `weight` of `total`. Raising the weight moves nobody back: the key has
/// one fixed place in [0, 1), and the part is the places below weight/total.
bool pick_sticky(uint64_t salt, std::string_view key, uint64_t weight, uint64_t total);

}  // namespace graylane::route
