#include <algorithm>

#include "dialect/ingress_nginx/emit_host.h"
#include "dialect/ingress_nginx/upstream_values.h"
#include "dialect/ingress_nginx/variables.h"

namespace graylane::ingress_nginx {

using route::Policy;
using route::Response;
using route::TextTemplate;

namespace {

bool is_auth_exempt(const Location& location, const ControllerConfig& config) {
  return std::ranges::any_of(config.no_auth_locations, [&](const std::string& item) { return location.path.starts_with(item); });
}

bool has_affinity(const Location& location) { return location.upstream != nullptr && location.upstream->affinity_of != nullptr; }

/// Variables that differ from path to path of one Ingress.
bool depends_on_location(const Annotations& annotations) {
  const auto mentions = [](const std::optional<At<std::string>>& value) {
    return value && (value->value.find("service") != std::string::npos || value->value.find("location") != std::string::npos);
  };
  return mentions(annotations.rewrite_target) || mentions(annotations.upstream_host) || mentions(annotations.forwarded_prefix) ||
         mentions(annotations.redirect);
}

}  // namespace

uint32_t HostEmitter::policy_index(const Location& location) {
  const bool exempt = is_auth_exempt(location, input_.config);
  std::string place;
  if (location.ingress != nullptr && (has_affinity(location) || depends_on_location(location.ingress->annotations)))
    place = location.path + " " + (location.upstream == nullptr ? "" : location.upstream->key);
  PolicyKey key{location.ingress, exempt, location.redirects_apply(), std::move(place)};
  if (last_policy_ != nullptr && last_policy_->first == key) return last_policy_->second;
  const auto [found, is_new] = policies_.try_emplace(std::move(key), static_cast<uint32_t>(host_->policies.size()));
  last_policy_ = &*found;
  if (is_new) {
    const uint32_t index = found->second;
    host_->policies.emplace_back();
    host_->policies[index] = std::make_shared<const Policy>(make_policy(location, exempt));
  }
  return found->second;
}

TextTemplate HostEmitter::text_template(const std::string& text, const Entry& entry, const Location& location) const {
  LocationConstants constants{entry.ns(), entry.object->key.name, "", "", location.path};
  std::string port;
  if (location.upstream != nullptr) {
    constants.service = location.upstream->service;
    port = location.upstream->port.to_string();
    constants.service_port = port;
  }
  // would_freeze() has left out Ingresses with unknown variables.
  return parse_template(text, constants).value_or(TextTemplate::literal(text));
}

Policy HostEmitter::make_policy(const Location& location, bool auth_exempt) {
  Policy policy;
  if (location.ingress == nullptr) {
    policy.body_bytes_max = input_.config.body_bytes_max;
    return policy;
  }
  const Entry& entry = *location.ingress;
  const Annotations& annotations = entry.annotations;
  const auto closed = [&](const Closed& reason) {
    return Response{reason.status, {}, false, false, reason.why, origin(entry, reason.at)};
  };
  if (annotations.denied) policy.closed = closed(*annotations.denied);
  if (location.redirects_apply()) set_redirects(entry, location, policy);
  policy.deny = annotations.deny;
  policy.deny_at = origin(entry, annotations.deny_at);
  policy.allow = annotations.allow;
  policy.allow_at = origin(entry, annotations.allow_at);
  if (annotations.auth && !auth_exempt) policy.closed_by_auth = closed(*annotations.auth);
  policy.satisfy_any = annotations.satisfy_any;
  if (location.redirects_apply() && annotations.rewrite_target) {
    policy.rewrite = text_template(annotations.rewrite_target->value, entry, location);
    policy.rewrite_at = origin(entry, annotations.rewrite_target->at);
    if (annotations.forwarded_prefix)
      policy.forwarded_prefix = text_template(annotations.forwarded_prefix->value, entry, location);
  }
  if (annotations.upstream_host) {
    policy.upstream_host = text_template(annotations.upstream_host->value, entry, location);
    policy.upstream_host_at = origin(entry, annotations.upstream_host->at);
  }
  policy.body_bytes_max = annotations.body_bytes_max;
  policy.connect_timeout = annotations.connect_timeout;
  policy.read_timeout = annotations.read_timeout;
  policy.send_timeout = annotations.send_timeout;
  set_upstream(entry, policy);
  if (has_affinity(location)) set_affinity(location, policy);
  for (const std::string& name : annotations.not_yet)
    policy.notes.push_back(name + " of " + entry.title() + " has no effect yet");
  for (const std::string& note : annotations.notes) policy.notes.push_back(note + ", for " + entry.title());
  return policy;
}

void HostEmitter::set_upstream(const Entry& entry, Policy& policy) {
  const UpstreamSettings& upstream = entry.annotations.upstream;
  policy.http_1_0 = upstream.http_1_0;
  policy.response_head_bytes_max = upstream.head_bytes_max;
  if (upstream.retry != route::Retry()) {
    policy.retry = upstream.retry;
    policy.retry->at = origin(entry, upstream.at);
  }
  if (!upstream.cookie_path && !upstream.cookie_domain && !upstream.location) return;
  route::ResponseEdits edits;
  if (upstream.cookie_path) edits.cookie_path = *upstream.cookie_path;
  if (upstream.cookie_domain) edits.cookie_domain = *upstream.cookie_domain;
  edits.cookie_at = origin(entry, upstream.at);
  if (upstream.location) {
    edits.location = *upstream.location;
    edits.location->at = origin(entry, upstream.location_at);
  }
  policy.response_edits = std::move(edits);
}

/// The Service's settings; a cookie is given only where the Ingress of this path asks for one.
void HostEmitter::set_affinity(const Location& location, Policy& policy) {
  const Upstream& upstream = *location.upstream;
  route::Affinity affinity = upstream.affinity_of->annotations.affinity;
  affinity.backend_key = affinity_key(nginx_name(upstream));
  affinity.sets_cookie = location.ingress->annotations.cookie_affinity;
  if (affinity.path.empty()) affinity.path = is_cookie_text(location.path) ? location.path : "/";
  affinity.at = origin(*upstream.affinity_of, upstream.affinity_of->annotations.affinity_at);
  policy.affinity = std::move(affinity);
}

void HostEmitter::set_redirects(const Entry& entry, const Location& location, Policy& policy) {
  const Annotations& annotations = entry.annotations;
  if (annotations.redirect) {
    const std::string_view name = annotations.redirect_code == 302 || annotations.redirect_code == 307 ? "temporal" : "permanent";
    policy.redirect = Response{annotations.redirect_code,
                               text_template(annotations.redirect->value, entry, location),
                               annotations.relative_redirects,
                               false,
                               std::string(name) + " redirect of " + entry.title(),
                               origin(entry, annotations.redirect->at)};
  }
  const bool by_tls = annotations.ssl_redirect && server_.has_tls && input_.options.tls_listener && !is_alias_;
  if (!annotations.force_ssl_redirect && !by_tls) return;
  std::string text = "https://";
  Response response;
  response.status = input_.config.http_redirect_code;
  response.location.parts.push_back(TextTemplate::literal(text).parts[0]);
  const auto add_variable = [&](route::Variable variable) {
    TextTemplate::Part part;
    part.kind = TextTemplate::Part::Kind::kVariable;
    part.variable = variable;
    response.location.parts.push_back(std::move(part));
  };
  add_variable(route::Variable::kRedirectHost);
  if (annotations.use_port_in_redirects) response.location.parts.push_back(TextTemplate::literal(":443").parts[0]);
  add_variable(annotations.preserve_trailing_slash ? route::Variable::kRequestUri : route::Variable::kRequestUriNoSlash);
  response.why = annotations.force_ssl_redirect ? "force-ssl-redirect: plain http is redirected"
                                                : "ssl-redirect: the host has a TLS section, plain http is redirected";
  response.at = origin(entry, annotations.ssl_redirect_at.line > 0 ? annotations.ssl_redirect_at : location.at);
  policy.https_redirect = std::move(response);
}

}  // namespace graylane::ingress_nginx
