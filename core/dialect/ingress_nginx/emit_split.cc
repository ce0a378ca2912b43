#include <algorithm>

#include "dialect/ingress_nginx/emit_host.h"
#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/unready.h"
#include "dialect/ingress_nginx/variables.h"

namespace graylane::ingress_nginx {

using route::Backend;
using route::Destination;
using route::Role;
using route::Rule;
using route::RuleKind;
using route::Split;
using route::Test;

namespace {

/// "X_Canary" and "x-canary" are one nginx variable.
std::string canonical_header(std::string_view name) {
  std::string out = lower_case(name);
  std::ranges::replace(out, '_', '-');
  return out;
}

}  // namespace

Backend make_backend(const Upstream& upstream) {
  Backend backend;
  backend.ns = upstream.ns;
  backend.service = upstream.service;
  backend.port = upstream.port.to_string();
  backend.port_number = upstream.resolved.number != 0 ? upstream.resolved.number : static_cast<uint16_t>(upstream.port.number);
  if (upstream.uses_cluster_ip) {
    backend.endpoints.push_back({upstream.resolved.cluster_ip, backend.port_number});
  } else {
    for (const api::Endpoint& endpoint : upstream.resolved.endpoints)
      backend.endpoints.push_back({endpoint.address, endpoint.port});
  }
  if (backend.endpoints.empty()) backend.why_not_ready = why_not_ready(upstream);
  if (upstream.creator == nullptr) return backend;
  const Annotations& annotations = upstream.creator->annotations;
  if (!annotations.hash_by.empty() && upstream.affinity_cookie.empty()) {  // a session's cookie goes before
    backend.balance = route::LoadBalance::kConsistentHash;
    backend.hash_key = parse_hash_key(annotations.hash_by,
                                      {upstream.ns, upstream.creator->object->key.name, upstream.service, backend.port, ""});
    backend.hash_subset_size = annotations.hash_subset_size;
  } else if (annotations.load_balance == "ewma") {
    backend.balance = route::LoadBalance::kEwma;
  }
  return backend;
}

route::BackendId HostEmitter::backend_of(const Upstream& upstream) {
  if (last_backend_ != nullptr && last_backend_->first == upstream.key) return last_backend_->second.id;
  const auto [place, is_new] = emitted_.backends.try_emplace(upstream.key);
  if (is_new) place->second = {input_.backend_id(upstream.key), make_backend(upstream)};
  last_backend_ = &*place;
  return place->second.id;
}

/// The annotation default-backend serves when the stable Service has no endpoints. `made` holds what stands in.
const Upstream* HostEmitter::fallback_of(const Location& location, const Upstream& stable, std::optional<Upstream>& made) const {
  if (location.ingress == nullptr || !location.ingress->annotations.default_backend) return nullptr;
  if (!stable.resolved.endpoints.empty() || stable.uses_cluster_ip) return nullptr;
  const std::string& service = location.ingress->annotations.default_backend->value;
  const auto port = input_.services.first_port(location.ingress->ns(), service);
  if (!port) return nullptr;
  Upstream& place = made.emplace();
  place.resolved = input_.services.resolve(location.ingress->ns(), service, *port);
  if (place.resolved.endpoints.empty()) return nullptr;
  place.key = "custom-default-backend " + location.ingress->ns() + "/" + service;
  place.ns = location.ingress->ns();
  place.service = service;
  place.port = *port;
  return &place;
}

const Upstream* HostEmitter::alternative_of(const Location& location, const Upstream& stable) const {
  const std::vector<std::string>& list = input_.options.compat.shared_service ? stable.alternatives : location.alternatives;
  if (list.empty()) return nullptr;
  const Upstream& canary = input_.model.upstreams.at(list.front());
  return canary.deleted ? nullptr : &canary;
}

bool HostEmitter::set_target(const Location& location, Rule& rule) {
  if (location.upstream == nullptr) {
    rule.kind = RuleKind::kRespond;
    if (not_found_ == route::kNoIndex)
      not_found_ = add_response({404, {}, false, false, "no rule of this host matches the path: 404", {}});
    rule.target = not_found_;
    return true;
  }
  const Upstream& stable = *location.upstream;
  const bool still_served = stable.named_by_stable && !input_.options.compat.shared_service;
  if (stable.deleted && !still_served) {
    rule.kind = RuleKind::kRespond;
    rule.target =
        add_response({503,
                      {},
                      false,
                      false,
                      "a canary that matched nothing took the Service " + stable.service + " away: 503, as in ingress-nginx",
                      rule.at});
    return true;
  }
  std::optional<Upstream> place;
  const Upstream* fallback = fallback_of(location, stable, place);
  const Role role = fallback != nullptr || location.is_default || location.is_default_backend ? Role::kDefault : Role::kStable;
  const route::BackendId id = backend_of(fallback != nullptr ? *fallback : stable);
  rule.role = role;
  rule.target = id;
  if (const Upstream* canary = alternative_of(location, stable)) add_split(location, stable, id, role, *canary, rule);
  return true;
}

void HostEmitter::add_split(const Location& location, const Upstream& stable, route::BackendId stable_id, Role role,
                            const Upstream& canary, Rule& rule) {
  const Entry& owner = *canary.creator;
  // A Service that was a stable version first has no policy: never chosen by weight, header or cookie name.
  const CanaryPolicy policy = owner.is_canary() ? owner.annotations.canary : CanaryPolicy();
  Split split;
  split.id =
      route::hash_text(server_.host + " " + location.path + (location.type == LocationType::kExact ? " = " : " ") + stable.key);
  split.total = static_cast<uint64_t>(std::max<int64_t>(policy.weight_total, 100));
  const uint64_t weight = std::min(static_cast<uint64_t>(std::max<int64_t>(policy.weight, 0)), split.total);
  split.weight_at = origin(owner, policy.weight_at.line > 0 ? policy.weight_at : policy.at);
  const std::string stable_key = stable.affinity_cookie.empty() ? "" : affinity_key(nginx_name(stable));
  const std::string canary_key = canary.affinity_cookie.empty() ? "" : affinity_key(nginx_name(canary));
  split.affinity_cookie = stable.affinity_cookie;
  split.destinations.reserve(2);
  split.destinations.push_back({stable_id, role, split.total - weight, stable_key, rule.at});
  split.destinations.push_back({backend_of(canary), Role::kCanary, weight, canary_key, origin(owner, policy.at)});
  const auto affinity_test = [&](const std::string& cookie, const std::string& key, uint8_t destination) {
    if (cookie.empty()) return;
    Test test;
    test.kind = Test::Kind::kAffinityCookie;
    test.name = cookie;
    test.value = key;
    test.destination = destination;
    test.at = destination == 0 ? rule.at : origin(owner, policy.at);
    split.tests.push_back(std::move(test));
  };
  affinity_test(stable.affinity_cookie, stable_key, 0);
  affinity_test(canary.affinity_cookie, canary_key, 1);
  add_canary_tests(owner, policy, split);
  set_sticky(location, stable, owner, split);
  rule.kind = RuleKind::kSplit;
  rule.target = static_cast<uint32_t>(host_->splits.size());
  host_->splits.push_back(std::move(split));
}

/// split-by of the canary, else of the stable Ingress. One salt for all paths of a stable Service: a user sees one version.
void HostEmitter::set_sticky(const Location& location, const Upstream& stable, const Entry& owner, Split& split) {
  const bool by_canary = owner.annotations.sticky.key != route::Sticky::Key::kNothing || location.ingress == nullptr;
  const Entry& source = by_canary ? owner : *location.ingress;
  split.sticky = source.annotations.sticky;
  split.sticky.salt = route::hash_text(stable.key);
  split.sticky.at = origin(source, source.annotations.sticky_at);
}

/// All paths of a canary share one list of tests, where no path has one of its own.
void HostEmitter::add_canary_tests(const Entry& owner, const CanaryPolicy& policy, Split& split) {
  const bool shares = split.tests.empty();
  if (shares && tests_of_ == &owner) {
    split.tests = tests_;
    return;
  }
  const bool sound = add_header_tests(owner, policy, split);
  add_cookie_tests(owner, policy, split);
  if (!shares || !sound) return;
  tests_of_ = &owner;
  tests_ = split.tests;
}

/// False: something was reported, of this path.
bool HostEmitter::add_header_tests(const Entry& entry, const CanaryPolicy& policy, Split& split) {
  if (policy.header.empty()) return true;
  Test test;
  test.name = canonical_header(policy.header);
  test.destination = 1;
  if (!policy.header_value.empty()) {
    test.value = policy.header_value;
    test.at = origin(entry, policy.value_at);
    split.tests.push_back(std::move(test));
    return true;
  }
  if (!policy.header_pattern.empty()) {
    test.kind = Test::Kind::kHeaderMatches;
    test.pattern_text = policy.header_pattern;
    test.at = origin(entry, policy.pattern_at);
    if (auto regex = route::Regex::compile(policy.header_pattern, {})) {
      test.pattern = std::move(*regex);
    } else {
      report(Severity::kError, "canary-pattern-broken", entry, policy.pattern_at,
             "metadata.annotations[nginx.ingress.kubernetes.io/canary-by-header-pattern]",
             regex.error().what + "; every request with the header " + policy.header + " stays on the stable version",
             "mend the expression");
    }
    const bool sound = test.pattern != nullptr;
    split.tests.push_back(std::move(test));
    return sound;
  }
  test.at = origin(entry, policy.header_at);
  test.value = "always";
  split.tests.push_back(test);
  test.value = "never";
  test.destination = 0;
  split.tests.push_back(std::move(test));
  return true;
}

void HostEmitter::add_cookie_tests(const Entry& entry, const CanaryPolicy& policy, Split& split) {
  if (policy.cookie.empty() && !input_.options.compat.nameless_cookie) return;
  Test test;
  test.kind = Test::Kind::kCookieEquals;
  test.name = policy.cookie;
  test.at = origin(entry, policy.cookie.empty() ? policy.at : policy.cookie_at);
  test.value = "always";
  test.destination = 1;
  split.tests.push_back(test);
  test.value = "never";
  test.destination = 0;
  split.tests.push_back(std::move(test));
}

}  // namespace graylane::ingress_nginx
