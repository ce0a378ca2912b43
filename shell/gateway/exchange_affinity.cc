// The endpoint that a client's cookie chooses, and the cookie that a client without one is to get.
#include <algorithm>

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

/// What a cookie calls an endpoint: nothing that tells its address at sight.
std::string name_of(const Endpoint& endpoint, std::string_view backend_key) {
  std::string name;
  append_hex(route::hash_text(std::string(backend_key) + " " + endpoint.text), name);
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
  if (routed_.affinity_sent) {
    const auto named = std::ranges::find_if(backend.endpoints(), [&](const Endpoint* endpoint) {
      return name_of(*endpoint, routed_.affinity_backend) == routed_.balance_key;
    });
    routed_.affinity_sent = named != backend.endpoints().end();
    if (routed_.affinity_sent && !was_tried(input, *named) && !(*named)->ejected(input.now)) return *named;
  }
  input.key = {};
  Endpoint* picked = backend.pick(input);
  if (picked != nullptr && !routed_.affinity_sent) routed_.balance_key = name_of(*picked, routed_.affinity_backend);
  return picked;
}

}  // namespace graylane::gateway
