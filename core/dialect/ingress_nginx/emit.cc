#include "dialect/ingress_nginx/emit.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <set>

#include "dialect/ingress_nginx/emit_host.h"
#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/traps.h"
#include "dialect/ingress_nginx/variables.h"

namespace graylane::ingress_nginx {

namespace {

std::string md5_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(kDigits[digest[i] >> 4]);
    out.push_back(kDigits[digest[i] & 15]);
  }
  return out;
}

PublishedHost named(std::string_view name, route::HostPtr host) {
  PublishedHost published;
  published.name = name;
  published.host = std::move(host);
  if (name == kCatchAll) {
    published.kind = PublishedHost::Kind::kFallback;
  } else if (name.starts_with("*.")) {
    published.kind = PublishedHost::Kind::kOneLabel;
    published.name = name.substr(1);
  }
  return published;
}

/// False: the expression does not compile.
bool add_alias(const At<std::string>& alias, route::HostPtr host, Emitted& emitted) {
  PublishedHost published = named(alias.value, std::move(host));
  if (published.kind == PublishedHost::Kind::kOneLabel) published.kind = PublishedHost::Kind::kAnySuffix;  // nginx's own wildcard
  if (alias.value.starts_with('~')) {
    auto regex = route::Regex::compile(alias.value.substr(1), {.caseless = true});
    if (!regex) return false;
    published.kind = PublishedHost::Kind::kRegex;
    published.regex = std::move(*regex);
  }
  emitted.hosts.push_back(std::move(published));
  return true;
}

bool has_ssl_redirect(const route::Host& host) {
  return std::ranges::any_of(host.policies, [](const auto& policy) { return policy->https_redirect.has_value(); });
}

std::string www_counterpart(const std::string& host) { return host.starts_with("www.") ? host.substr(4) : "www." + host; }

void add_www_redirect(const EmitInput& input, const Server& server, Emitted& emitted, Reporter& reporter) {
  const Entry& entry = *server.from_to_www;
  const Position at = entry.annotations.from_to_www_at;
  const std::string field = "metadata.annotations[nginx.ingress.kubernetes.io/from-to-www-redirect]";
  if (server.host.starts_with("*.")) {
    return reporter.add(Severity::kError, "value-would-freeze", entry, at, field,
                        "on the wildcard host " + server.host +
                            " nginx would refuse the whole configuration and take no further change; no redirect is made here",
                        "list the hosts one by one");
  }
  if (server.host == kCatchAll) return;
  const std::string from = www_counterpart(server.host);
  if (input.model.servers.contains(from)) {
    return reporter.add(Severity::kWarning, "www-host-exists", entry, at, field,
                        "the host " + from + " has an Ingress of its own: no redirect is made", "remove one of the two");
  }
  auto host = std::make_shared<route::Host>();
  host->name = from;
  host->objects.push_back({entry.title(), entry.object->file});
  host->at = {0, at};
  host->policies.push_back(std::make_shared<const route::Policy>());
  route::Response response;
  response.status = input.config.http_redirect_code;
  // The port of the listener is always written, as in ingress-nginx.
  response.location = *parse_template("$pass_access_scheme://" + server.host + ":$server_port", {});
  route::TextTemplate::Part target;
  target.kind = route::TextTemplate::Part::Kind::kVariable;
  target.variable = route::Variable::kRequestUriNoSlash;
  response.location.parts.push_back(std::move(target));
  response.why = "from-to-www-redirect to " + server.host;
  response.at = {0, at};
  host->responses.push_back(std::move(response));
  route::Rule rule;
  rule.path = "/";
  rule.kind = route::RuleKind::kRespondAtOnce;
  rule.policy = 0;
  rule.target = 0;
  rule.at = {0, at};
  host->rules.push_back(std::move(rule));
  emitted.unindexed.push_back(host);
  emitted.hosts.push_back(named(from, std::move(host)));
}

void emit_server(const EmitInput& input, const Server& server, Emitted& emitted, Reporter& reporter) {
  const route::HostPtr host = HostEmitter(input, server, false, emitted, &reporter).build();
  emitted.hosts.push_back(named(server.host, host));
  route::HostPtr alias_host = host;
  if (!server.aliases.empty() && has_ssl_redirect(*host)) alias_host = HostEmitter(input, server, true, emitted, nullptr).build();
  for (const At<std::string>& alias : server.aliases) add_alias(alias, alias_host, emitted);
  if (server.from_to_www != nullptr) add_www_redirect(input, server, emitted, reporter);
}

bool freezes(const Entry& entry, std::string_view name, const std::optional<At<std::string>>& value, Reporter& reporter) {
  if (!value) return false;
  const auto parsed = parse_template(value->value, {});
  if (parsed) return false;
  reporter.add(Severity::kError, "ingress-would-freeze", entry, value->at,
               "metadata.annotations[" + std::string(kAnnotationPrefix) + std::string(name) + "]",
               std::string(name) + ": " + parsed.error().what +
                   ": nginx would refuse the whole configuration and take no further change of anybody; here only this Ingress "
                   "is left out",
               "use a variable that nginx has, such as $host or $request_uri");
  return true;
}

bool alias_freezes(const Entry& entry, Reporter& reporter) {
  for (const At<std::string>& alias : entry.annotations.aliases) {
    if (!alias.value.starts_with('~')) continue;
    const auto regex = route::Regex::compile(alias.value.substr(1), {});
    if (regex) continue;
    reporter.add(Severity::kError, "ingress-would-freeze", entry, alias.at,
                 "metadata.annotations[nginx.ingress.kubernetes.io/server-alias]",
                 regex.error().what +
                     ": nginx would refuse the whole configuration and take no further change of anybody; here only this Ingress "
                     "is left out",
                 "mend the expression");
    return true;
  }
  return false;
}

}  // namespace

std::string affinity_key(std::string_view nginx_name) {
  const std::string name(nginx_name);
  return md5_hex(md5_hex(name) + name);
}

bool would_freeze(const Entry& entry, Reporter& reporter) {
  const Annotations& annotations = entry.annotations;
  const bool frozen[] = {
      freezes(entry, "rewrite-target", annotations.rewrite_target, reporter),
      freezes(entry, "app-root", annotations.app_root, reporter),
      freezes(entry, "upstream-vhost", annotations.upstream_host, reporter),
      freezes(entry, "x-forwarded-prefix", annotations.forwarded_prefix, reporter),
      freezes(entry, "permanent-redirect", annotations.redirect, reporter),
      alias_freezes(entry, reporter),
  };
  return std::ranges::any_of(frozen, [](bool value) { return value; });
}

Emitted emit(const EmitInput& input, Reporter& reporter) {
  Emitted emitted;
  for (const auto& [host, server] : input.model.servers) {
    if (!server.locations.empty()) emit_server(input, server, emitted, reporter);
  }
  report_unready_services(input.model, input.services, reporter);
  report_shared_services(input.model, input.options, reporter);
  return emitted;
}

route::HostPtr built_in_fallback() {
  const Model model;
  const api::ServiceIndex services;
  const Options options;
  const ControllerConfig config;
  Server server;
  server.host = kCatchAll;
  server.locations.emplace_back();
  server.locations[0].path = "/";
  Emitted emitted;
  const EmitInput input{model, services, options, config, [](const std::string&) { return route::kNoIndex; }};
  route::HostPtr host = HostEmitter(input, server, false, emitted, nullptr).build();
  route::build_indexes(emitted.unindexed);
  return host;
}

}  // namespace graylane::ingress_nginx
