#include "dialect/ingress_nginx/traps.h"

#include <algorithm>
#include <ranges>
#include <set>

#include "dialect/ingress_nginx/emit_host.h"
#include "dialect/ingress_nginx/unready.h"

namespace graylane::ingress_nginx {

namespace {

std::string annotation_field(std::string_view name) {
  return "metadata.annotations[" + std::string(kAnnotationPrefix) + std::string(name) + "]";
}

bool is_written(const Location& location) { return location.ingress != nullptr && !location.is_default; }

}  // namespace

void report_regex_traps(const Server& server, Reporter& reporter) {
  const auto cause = std::ranges::find_if(server.locations, asks_for_regex);
  for (const Location& location : server.locations) {
    if (!is_written(location)) continue;
    const Entry& entry = *location.ingress;
    if (!asks_for_regex(location) && &entry != cause->ingress) {
      reporter.add(Severity::kWarning, "regex-host", entry, location.at, "",
                   "the path " + location.path + " is read as the case-insensitive expression ^" + location.path +
                       ", open at its end: " + cause->ingress->title() + " of the same host has use-regex or rewrite-target",
                   "give the Ingress with expressions a host of its own");
    }
    if (location.type == LocationType::kExact) {
      const bool shadowed = location.path == "/";
      reporter.add(Severity::kWarning, shadowed ? "regex-exact-root" : "regex-exact", entry, location.at, "",
                   shadowed ? "Exact / on a host in regex mode is shadowed by the implicit /: it answers 404"
                            : "Exact has no meaning on a host in regex mode: " + location.path + " is a case-insensitive prefix",
                   shadowed ? "use Prefix" : "end the expression with $");
    }
    const auto& target = entry.annotations.rewrite_target;
    if (target && location.type == LocationType::kPrefix && location.path != "/" && target->value == "/") {
      reporter.add(Severity::kWarning, "rewrite-collapses", entry, target->at, annotation_field("rewrite-target"),
                   "every path below " + location.path + " is sent as /",
                   "write the path as " + location.path + "(/|$)(.*) and the target as /$2");
    }
    if (entry.annotations.cookie_affinity && !entry.annotations.has_affinity_path &&
        location.path.find_first_of("^$()[]{}*+?|\\") != std::string::npos) {
      reporter.add(Severity::kWarning, "affinity-cookie-path", entry, location.at, "",
                   "the session cookie's Path is the expression " + location.path +
                       ", so browsers never send it back: sessions are not kept",
                   "set session-cookie-path");
    }
  }
}

void report_location_traps(const Server& server, const std::vector<const Location*>& served, bool regex_mode,
                           Reporter& reporter) {
  for (const Location* location : served) {
    if (is_written(*location) && !regex_mode && location->path.size() > 1 && location->path.back() == '/') {
      reporter.add(Severity::kInfo, "trailing-slash-redirect", *location->ingress, location->at, "",
                   "requests for " + location->path.substr(0, location->path.size() - 1) + " are redirected to " +
                       location->path + " (301, POST too)",
                   "");
    }
  }
  const Location& root = server.locations.front();
  if (!root.is_default || root.ingress == nullptr) return;
  const Annotations& annotations = root.ingress->annotations;
  const std::string_view inherited = annotations.redirect                                      ? "its redirect"
                                     : !annotations.allow.empty() || !annotations.deny.empty() ? "its address lists"
                                     : annotations.auth                                        ? "its authentication"
                                     : annotations.denied                                      ? "its 503"
                                                                                               : "";
  if (!inherited.empty()) {
    reporter.add(Severity::kInfo, "implicit-root-inherits", *root.ingress, root.at, "",
                 "paths of " + server.host + " that no rule matches get " + std::string(inherited) +
                     " too: it is the oldest Ingress of the host",
                 "");
  }
}

void report_acme_trap(const Server& server, const ControllerConfig& config, Reporter& reporter) {
  const auto is_exempt = [&](const Location& location) {
    return std::ranges::any_of(config.no_tls_redirect_locations,
                               [&](const std::string& item) { return location.path.starts_with(item); });
  };
  const auto guarded = std::ranges::find_if(server.locations, [](const Location& location) {
    return is_written(location) && (location.ingress->annotations.force_ssl_redirect || location.ingress->annotations.auth);
  });
  if (guarded == server.locations.end() || config.no_tls_redirect_locations.empty() ||
      std::ranges::any_of(server.locations, is_exempt))
    return;
  reporter.add(Severity::kInfo, "acme-path-not-exempt", *guarded->ingress, guarded->at, "",
               "requests below " + config.no_tls_redirect_locations.front() +
                   " are redirected or refused like any other: only a rule of their own makes them exempt",
               "");
}

namespace {

/// Redirects that are written with the scheme of the connection, where something in front ends TLS.
void report_downgrades(const Entry& entry, const ControllerConfig& config, Reporter& reporter) {
  const Annotations& annotations = entry.annotations;
  const bool behind_balancer =
      config.listener.use_forwarded_headers || (annotations.force_ssl_redirect && entry.view.tls.empty());
  if (!behind_balancer || entry.is_canary()) return;
  const auto report = [&](Position at, std::string field, const std::string& what) {
    reporter.add(Severity::kWarning, "redirect-downgrades", entry, at, std::move(field),
                 what + " redirects to http:// when TLS ends at a balancer in front: it goes by the scheme of the connection",
                 "let the balancer pass TLS through, or link to the target directly");
  };
  if (annotations.app_root) report(annotations.app_root->at, annotation_field("app-root"), "app-root");
  if (annotations.relative_redirects) return;
  for (const api::IngressRule& rule : entry.view.rules) {
    for (const api::IngressPath& path : rule.paths) {
      if (path.path.size() > 1 && path.path.ends_with('/')) return report(path.at, "", "a path that ends in /");
    }
  }
}

}  // namespace

void report_entry_traps(const Entry& entry, const Options& options, const ControllerConfig& config, Reporter& reporter) {
  report_downgrades(entry, config, reporter);
  const Annotations& annotations = entry.annotations;
  if (!entry.view.tls.empty() && annotations.ssl_redirect && !annotations.force_ssl_redirect && !options.tls_listener &&
      !entry.is_canary()) {
    reporter.add(Severity::kWarning, "ssl-redirect-off", entry, entry.view.tls.front().at, "spec.tls",
                 "there is no TLS listener, so plain http is served instead of being redirected (ssl-redirect)",
                 "set force-ssl-redirect: \"true\" when something in front ends TLS");
  }
  if (entry.is_canary() && options.compat.nameless_cookie && annotations.canary.cookie.empty()) {
    reporter.add(Severity::kWarning, "canary-nameless-cookie", entry, annotations.canary.at, annotation_field("canary"),
                 "without canary-by-cookie, any client reaches the canary with \"Cookie: =always\"",
                 "drop --compat=+nameless-cookie");
  }
  if (entry.is_canary() && annotations.cookie_affinity) {
    reporter.add(Severity::kWarning, "canary-affinity-ignored", entry, annotations.canary.at, annotation_field("affinity"),
                 "session affinity is taken from the stable Ingress; the canary's has no effect", "set it on the stable Ingress");
  }
}

void report_unready_services(const Model& model, const api::ServiceIndex& services, Reporter& reporter) {
  std::set<const Upstream*> seen;
  for (const auto& [host, server] : model.servers) {
    for (const Location& location : server.locations) {
      const Upstream* upstream = location.upstream;
      if (!is_written(location) || upstream == nullptr || !upstream->resolved.endpoints.empty() || upstream->uses_cluster_ip)
        continue;
      if (!seen.insert(upstream).second) continue;
      const auto paths = location.ingress->view.rules | std::views::transform(&api::IngressRule::paths) | std::views::join;
      const auto path = std::ranges::find_if(paths, [&](const api::IngressPath& p) { return p.at == location.at; });
      const Position at = path == paths.end() ? location.at : (*path).backend.at;
      Unready found = unready(*upstream, services);
      reporter.add(Severity::kWarning, found.id.empty() ? "service-not-ready" : found.id, *location.ingress, at, "",
                   found.why + ": its paths answer 503", std::move(found.fix));
    }
  }
}

void report_shared_services(const Model& model, const Options& options, Reporter& reporter) {
  if (std::ranges::none_of(model.upstreams, [](const auto& item) { return item.second.creator->is_canary(); })) return;
  std::map<std::string, std::vector<std::pair<const Server*, const Location*>>> users;
  for (const auto& [host, server] : model.servers) {
    for (const Location& location : server.locations) {
      if (is_written(location)) users[location.upstream->key].emplace_back(&server, &location);
    }
  }
  for (const auto& [key, places] : users) {
    const Upstream& stable = model.upstreams.at(key);
    std::string canary = stable.alternatives.empty() ? "" : stable.alternatives.front();
    for (const auto& [server, location] : places) {
      if (canary.empty() && !location->alternatives.empty()) canary = location->alternatives.front();
    }
    if (canary.empty() || places.size() < 2) continue;
    const Entry& owner = *model.upstreams.at(canary).creator;
    if (!owner.is_canary()) continue;
    for (const auto& [server, location] : places) {
      const bool meant =
          std::ranges::any_of(owner.view.rules, [&, place = location, home = server](const api::IngressRule& rule) {
            return server_name(rule) == home->host && std::ranges::any_of(rule.paths, [&](const api::IngressPath& path) {
                     return effective_path(path) == place->path;
                   });
          });
      if (meant) continue;
      const std::string where = server->host + location->path;
      reporter.add(
          options.compat.shared_service ? Severity::kWarning : Severity::kInfo, "canary-shared-service", *location->ingress,
          location->at, "",
          options.compat.shared_service
              ? "the canary " + owner.title() + " takes traffic of " + where + " too, because it uses the same Service and port"
              : "in ingress-nginx the canary " + owner.title() + " would take traffic of " + where +
                    " too, because it uses the same Service and port; here it does not",
          options.compat.shared_service ? "use a second Service or a named port" : "");
    }
  }
}

}  // namespace graylane::ingress_nginx
