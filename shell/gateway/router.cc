#include "gateway/router.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/cookies.h"

namespace graylane::gateway {

struct Router::Input {
  const http::RequestHead& head;
  const Caller& caller;
  net::Instant now;
  const route::Request& request;
  const route::Normalised& normalised;
  const route::TemplateInput& templates;
};

namespace {

void append_address(const route::Address& address, std::string& out) {
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
  inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? 12 : 0), text, sizeof text);
  out += text;
}

void append_number(uint64_t number, std::string& out) {
  char text[20];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

route::Request make_request(const http::RequestHead& head, const Caller& caller) {
  return {head.method,    head.host,           head.target, head.fields,
          caller.address, caller.address_text, caller.tls,  caller.listener_port};
}

/// Nearly always one of two texts that are always there.
void set_scheme(std::string_view scheme, Routed& routed) {
  for (const std::string_view known : {"http", "https"}) {
    if (scheme != known) continue;
    routed.scheme = known;
    return;
  }
  routed.own_scheme = scheme;
  routed.scheme = routed.own_scheme;
}

uint32_t index_of(const route::Split& split, route::BackendId backend) {
  for (uint32_t i = 0; i < split.destinations.size(); ++i) {
    if (split.destinations[i].backend == backend) return i;
  }
  return 0;
}

}  // namespace

void Routed::clear() {
  table = {};
  host = nullptr;
  rule = nullptr;
  policy = nullptr;
  split = nullptr;
  status = 0;
  backend = stable = route::kNoIndex;
  role = route::Role::kStable;
  target = host_name = forwarded_host = affinity_backend = scheme = client = original_uri = {};
  affinity = nullptr;
  affinity_sent = by_weight = false;
  for (std::string* text : {&location, &own_target, &own_host, &own_forwarded_host, &forwarded_prefix, &own_scheme, &own_client,
                            &forwarded_port, &forwarded_for, &balance_key, &sticky_cookie}) {
    text->clear();
  }
}

void Router::route(const http::RequestHead& head, const Caller& caller, net::Instant now, Routed& routed) {
  routed.table = table_;
  if (!table_) {
    routed.status = 503;
    return;
  }
  const route::Table& table = *table_;
  const route::Request request = make_request(head, caller);
  const route::Normalised normalised = route::normalise(request, *table.listener, scratch_.text);
  const route::TemplateInput templates{request, normalised, *table.listener, scratch_.text};
  const Input input{head, caller, now, request, normalised, templates};
  route::NullTracer tracer;
  const route::Match match = route::match(table, request, normalised, scratch_, tracer);
  routed.host = match.host;
  routed.rule = match.rule;
  routed.policy = match.policy;
  tell_of_client(input, routed);
  switch (match.kind) {
    case route::Match::Kind::kRespond:
    case route::Match::Kind::kRewriteRedirect: routed.location = route::location_of(match, templates, scratch_); [[fallthrough]];
    case route::Match::Kind::kStatus: routed.status = match.status; break;
    case route::Match::Kind::kBackend:
    case route::Match::Kind::kDraw: forward(input, match, routed); break;
  }
}

void Router::forward(const Input& input, const route::Match& match, Routed& routed) {
  route::Match chosen = match;
  routed.split = match.split;
  routed.by_weight = match.split != nullptr && !match.by_test;
  if (match.kind == route::Match::Kind::kDraw) draw(input, chosen, routed);
  routed.backend = chosen.backend;
  routed.role = chosen.role;
  routed.stable = match.split != nullptr ? match.split->destinations[0].backend : chosen.backend;
  set_balance_key(input, routed);
  if (match.policy->affinity) set_affinity(input, routed);
  edit(input, chosen, routed);
}

void Router::draw(const Input& input, route::Match& match, Routed& routed) {
  const route::Split& split = *match.split;
  const DrawKey key{draw_key(input, split.sticky, routed)};
  const route::Destination& destination = split.destinations[splits_.draw(*routed.table, split, key, input.now)];
  match.kind = route::Match::Kind::kBackend;
  match.backend = destination.backend;
  match.role = destination.role;
}

/// What the user is known by. A cookie that is missing is given, so that the user keeps the version of this draw.
std::string_view Router::draw_key(const Input& input, const route::Sticky& sticky, Routed& routed) {
  switch (sticky.key) {
    case route::Sticky::Key::kNothing: break;
    case route::Sticky::Key::kSourceIp: return routed.client;
    case route::Sticky::Key::kHeader:
      return route::find_header(input.request, sticky.name, *routed.table->listener, scratch_.text);
    case route::Sticky::Key::kCookie: {
      const std::string_view sent = route::find_cookie(input.request, sticky.name);
      if (!sent.empty()) return sent;
      return mint_sticky_cookie(sticky.name, routed.scheme == "https", splits_.rng(), routed.sticky_cookie);
    }
  }
  return {};
}

/// ingress-nginx's "NODE|BACKEND": NODE chooses the endpoint, BACKEND says whose cookie it is. Where a split has decided, a
/// cookie of another version counts for nothing; elsewhere whatever a client sends is its key.
void Router::set_affinity(const Input& input, Routed& routed) {
  const route::Affinity& affinity = *routed.policy->affinity;
  routed.affinity_backend = affinity.backend_key;
  if (routed.split != nullptr)
    routed.affinity_backend = routed.split->destinations[index_of(*routed.split, routed.backend)].affinity_key;
  if (routed.split != nullptr && routed.affinity_backend.empty()) return;
  const AffinityCookie sent = read_affinity_cookie(route::find_cookie_exact(input.request, affinity.cookie));
  routed.affinity = &affinity;
  routed.affinity_sent = routed.split != nullptr ? sent.backend == routed.affinity_backend : !sent.node.empty();
  routed.balance_key = routed.affinity_sent ? sent.node : std::string_view();
}

void Router::set_balance_key(const Input& input, Routed& routed) {
  const route::Backend& backend = routed.table->backend(routed.backend);
  if (backend.balance != route::LoadBalance::kConsistentHash) return;
  route::render(backend.hash_key, input.templates, {}, routed.balance_key);
}

/// The path and the Host that the backend gets. Most requests go on as they came, without a copy.
void Router::edit(const Input& input, const route::Match& match, Routed& routed) {
  const bool rewrites = match.policy != nullptr && (match.policy->rewrite || match.policy->upstream_host);
  if (!rewrites && !input.templates.options.use_forwarded_headers) {
    routed.target = input.normalised.target;
    routed.host_name = routed.forwarded_host = input.request.host;
    return;
  }
  route::Forwarded forwarded = route::forwarded_request(match, input.templates, scratch_);
  if (!forwarded.valid) routed.status = 500;
  routed.own_target = std::move(forwarded.target);
  routed.own_host = std::move(forwarded.host);
  routed.forwarded_prefix = std::move(forwarded.forwarded_prefix);
  routed.target = routed.own_target;
  routed.host_name = routed.own_host;
  routed.own_forwarded_host = route::best_http_host(input.templates);
  routed.forwarded_host = routed.own_forwarded_host;
}

void Router::tell_of_client(const Input& input, Routed& routed) {
  if (input.normalised.client == input.caller.address) {
    routed.client = input.caller.address_text;
  } else {
    append_address(input.normalised.client, routed.own_client);
    routed.client = routed.own_client;
  }
  set_scheme(route::access_scheme(input.templates), routed);
  const route::ListenerOptions& options = input.templates.options;
  if (options.use_forwarded_headers) {
    routed.forwarded_port = route::find_header(input.request, "x-forwarded-port", options, scratch_.text);
    if (options.compute_full_forwarded_for) {
      routed.forwarded_for = route::find_header(input.request, "x-forwarded-for", options, scratch_.text);
      if (!routed.forwarded_for.empty()) routed.forwarded_for += ", ";
      routed.forwarded_for += input.caller.address_text;
    }
  }
  if (options.add_original_uri) routed.original_uri = input.normalised.target;
  if (routed.forwarded_port.empty()) append_number(input.caller.listener_port, routed.forwarded_port);
}

/// As nginx's proxy_redirect. An expression replaces all of it, a text its beginning.
bool Router::edit_location(const http::RequestHead& head, const Caller& caller, const Routed& routed, std::string_view location,
                           std::string& out) {
  const route::LocationEdit& edit = *routed.policy->response_edits->location;
  const route::ListenerOptions& options = *routed.table->listener;
  const route::Request request = make_request(head, caller);
  const route::Normalised normalised = route::normalise(request, options, scratch_.text);
  const route::TemplateInput templates{request, normalised, options, scratch_.text};
  std::string text;
  route::Captures captures;
  if (edit.pattern != nullptr) {
    if (edit.pattern->search(location, scratch_.regex) != route::RegexOutcome::kMatch) return false;
    captures = scratch_.regex.captures();
    location = {};
  } else {
    render(edit.from, templates, {}, text);
    if (!location.starts_with(text)) return false;
    location.remove_prefix(text.size());
    text.clear();
  }
  render(edit.to, templates, captures, text);
  text.append(location);
  if (text.find_first_of("\r\n") != std::string::npos) return false;
  out.clear();
  if (text.starts_with('/') && !edit.relative) out.append(caller.tls ? "https://" : "http://").append(normalised.host_name);
  out += text;
  return true;
}

}  // namespace graylane::gateway
