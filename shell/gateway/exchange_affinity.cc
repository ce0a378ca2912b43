// The endpoint that a client's cookie chooses, and the cookie that a client without one is to get.
#include <algorithm>
#include <charconv>
#include <optional>

#include "gateway/cookies.h"
#include "gateway/exchange.h"
#include "gateway/worker.h"
#include "route/hash.h"

namespace graylane::gateway {

namespace {

/// Random values that are tried until one falls to an endpoint that has not failed.
constexpr int kValuesTried = 20;

bool was_tried(const PickInput& input, const Endpoint* endpoint) {
  return std::ranges::find(input.tried, endpoint) != input.tried.end();
}

/// What a cookie calls an endpoint, as a number: nothing that tells its address at sight.
uint64_t name_of(const Endpoint& endpoint, uint64_t salt) {
  const uint64_t hash = (route::hash_text(endpoint.text) ^ salt) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

std::optional<uint64_t> read_name(std::string_view text) {
  uint64_t name = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return name;
}

}  // namespace

/// The client keeps its cookie while its endpoint is away, unless the policy wants it to move.
Endpoint* Exchange::pick_by_cookie(Backend& backend, PickInput input) {
  const route::Affinity& affinity = *routed_.affinity;
  if (!tries_.empty() && affinity.change_on_failure) routed_.affinity_sent = false;
  if (affinity.mode == route::Affinity::Mode::kPersistent) return pick_by_name(backend, input);
  if (!routed_.affinity_sent && !affinity.sets_cookie) {
    input.key = {};
    return backend.pick(input);
  }
  for (int i = 0; i < kValuesTried && !routed_.affinity_sent; ++i) {
    routed_.balance_key.clear();
    append_random(input.rng, routed_.balance_key);
    const Endpoint* owner = backend.owner(routed_.balance_key);
    if (owner == nullptr || (!was_tried(input, owner) && !owner->ejected(input.now))) break;
  }
  input.key = routed_.balance_key;
  return backend.pick(input);
}

Endpoint* Exchange::pick_by_name(Backend& backend, PickInput input) {
  const uint64_t salt = route::hash_text(routed_.affinity_backend);
  if (routed_.affinity_sent) {
    const auto wanted = read_name(routed_.balance_key);
    const auto named =
        std::ranges::find_if(backend.endpoints(), [&](const Endpoint* endpoint) { return wanted == name_of(*endpoint, salt); });
    routed_.affinity_sent = named != backend.endpoints().end();
    if (routed_.affinity_sent && !was_tried(input, *named) && !(*named)->ejected(input.now)) return *named;
  }
  input.key = {};
  Endpoint* picked = backend.pick(input);
  if (picked == nullptr || routed_.affinity_sent) return picked;
  routed_.balance_key.clear();
  append_hex(name_of(*picked, salt), routed_.balance_key);
  return picked;
}

}  // namespace graylane::gateway
