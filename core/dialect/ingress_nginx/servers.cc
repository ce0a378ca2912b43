#include <algorithm>

#include "dialect/ingress_nginx/model.h"
#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

Location root_location(const Entry* entry, Upstream* upstream) {
  Location location;
  location.path = "/";
  location.upstream = upstream;
  location.ingress = entry;
  return location;
}

}  // namespace

Server& catch_all(Model& model) {
  Server& server = model.servers[std::string(kCatchAll)];
  if (server.locations.empty()) {
    server.host = kCatchAll;
    server.locations.push_back(root_location(nullptr, nullptr));
  }
  return server;
}

namespace {

/// An Ingress with a backend and no rule serves hosts that nobody names; the oldest one does.
void claim_catch_all(const Entry& entry, Upstream* upstream, Model& model, Reporter& reporter) {
  Location& root = catch_all(model).locations[0];
  if (!root.is_default) {
    return reporter.add(Severity::kWarning, "catch-all-taken", entry, entry.view.default_backend->at, "spec.defaultBackend",
                        "an older object serves the hosts that nobody names: this default backend gets nothing",
                        "remove one of the two");
  }
  root.is_default = false;
  root.upstream = upstream;
  root.ingress = &entry;
  root.is_default_backend = true;
  root.at = entry.view.default_backend->at;
}

void add_servers(const Entry& entry, Model& model, Reporter& reporter) {
  Upstream* upstream = nullptr;
  if (entry.has_default_service()) {
    upstream = &model.upstreams.at(upstream_key(entry.ns(), *entry.view.default_backend));
    if (entry.view.rules.empty()) claim_catch_all(entry, upstream, model, reporter);
  }
  for (const api::IngressRule& rule : entry.view.rules) {
    const std::string host = server_name(rule);
    if (host == kCatchAll) {
      catch_all(model);
      continue;
    }
    auto [place, is_new] = model.servers.try_emplace(host);
    if (!is_new) continue;
    place->second.host = host;
    place->second.named_by = &entry;
    place->second.at = rule.at;
    place->second.locations.reserve(rule.paths.size() + 1);
    place->second.locations.push_back(root_location(&entry, upstream));
    place->second.locations[0].at = upstream == nullptr ? rule.at : entry.view.default_backend->at;
  }
}

void add_aliases_and_tls(const Entry& entry, Model& model, Reporter& reporter) {
  for (const api::IngressRule& rule : entry.view.rules) {
    Server& server = model.servers[server_name(rule)];
    if (server.aliases.empty()) {
      server.aliases = entry.annotations.aliases;
      server.alias_owner = &entry;
    } else if (!entry.annotations.aliases.empty() && server.alias_owner != &entry) {
      reporter.add(Severity::kWarning, "alias-ignored", entry, entry.annotations.aliases[0].at,
                   "metadata.annotations[nginx.ingress.kubernetes.io/server-alias]",
                   "an older Ingress of the host " + server.host + " has aliases already; these are ignored",
                   "put all aliases on one Ingress");
    }
    if (!entry.view.tls.empty()) server.has_tls = true;
  }
}

/// A real host beats an alias; of two equal aliases the server whose name sorts first has it.
void settle_aliases(Model& model, Reporter& reporter) {
  std::map<std::string, const Server*> taken;
  for (auto& [host, server] : model.servers) {
    std::vector<At<std::string>> kept;
    for (At<std::string>& alias : server.aliases) {
      const std::string name = alias.value.starts_with('~') ? alias.value : lower_case(alias.value);
      if (name == host) continue;
      const auto [place, is_new] = taken.try_emplace(name, &server);
      if (place->second == &server && !is_new) continue;
      if (is_new && !model.servers.contains(name)) {
        kept.push_back({name, alias.at});
        continue;
      }
      reporter.add(Severity::kWarning, "alias-conflict", *server.alias_owner, alias.at,
                   "metadata.annotations[nginx.ingress.kubernetes.io/server-alias]",
                   is_new ? "the alias " + name + " is a host of its own: the alias has no effect"
                          : "the alias " + name + " belongs to the host " + place->second->host + " already",
                   "remove the alias");
    }
    server.aliases = std::move(kept);
  }
}

/// Below this many, a look at each is faster than an index.
constexpr size_t kLocationsWalked = 24;

/// Only the first location of that path is compared, as in ingress-nginx.
Location* find_location(Server& server, const std::string& path, LocationType type) {
  std::vector<Location>& all = server.locations;
  size_t index = 0;
  if (all.size() < kLocationsWalked) {
    index = static_cast<size_t>(std::ranges::find(all, path, &Location::path) - all.begin());
  } else {
    if (server.first_of_path.empty()) {
      for (size_t i = 0; i < all.size(); ++i) server.first_of_path.try_emplace(all[i].path, i);
    }
    const auto found = server.first_of_path.find(path);
    index = found == server.first_of_path.end() ? all.size() : found->second;
  }
  return index < all.size() && all[index].type == type ? &all[index] : nullptr;
}

void set_affinity(const Entry& entry, Upstream& upstream) {
  if (!entry.annotations.cookie_affinity) return;
  upstream.affinity_cookie = entry.annotations.affinity.cookie;
  upstream.affinity_of = &entry;
}

bool is_passed_over(const ModelInput& input, const Entry& entry, const Upstream& upstream) {
  if (!upstream.no_server) return false;
  // The safe reading: what a canary created first does not take a stable Ingress's location away.
  return entry.is_canary() || input.options.compat.older_canary_404;
}

/// One path of one Ingress.
struct PathOf {
  const Entry& entry;
  size_t rule_index;
  size_t index;
  const api::IngressPath& path;

  std::string field() const { return "spec.rules[" + std::to_string(rule_index) + "].http.paths[" + std::to_string(index) + "]"; }
};

void report_passed_over(const PathOf& at, const Upstream& upstream, Reporter& reporter) {
  if (at.entry.is_canary()) return;
  reporter.add(Severity::kError, "stable-hidden-by-canary", at.entry, at.path.at, at.field(),
               "the older canary " + upstream.creator->title() + " uses the same Service and port: this path is not served (404)",
               "give the canary a Service of its own, or drop --compat=+older-canary-404");
}

void report_duplicate(const PathOf& at, const Location& older, Reporter& reporter) {
  if (at.entry.is_canary()) return;
  const bool same = older.ingress == &at.entry;
  reporter.add(Severity::kWarning, "path-duplicate", at.entry, at.path.at, at.field(),
               (same ? std::string("a path before it in this Ingress") : "the older " + older.ingress->title()) +
                   " serves this host and path: this one is ignored",
               "remove one of the two");
}

void place_path(Server& server, const PathOf& at, Upstream& upstream, Reporter& reporter) {
  const std::string text(effective_path(at.path));
  Location* location = find_location(server, text, effective_type(at.path));
  if (location == nullptr) {
    if (!server.first_of_path.empty()) server.first_of_path.try_emplace(text, server.locations.size());
    server.locations.emplace_back();
    location = &server.locations.back();
    location->path = text;
    location->type = effective_type(at.path);
  } else if (!location->is_default) {
    return report_duplicate(at, *location, reporter);
  }
  location->upstream = &upstream;
  location->is_default = false;
  location->is_default_backend = false;
  location->ingress = &at.entry;
  location->at = at.path.at;
  if (at.entry.annotations.from_to_www) server.from_to_www = &at.entry;
}

void close_host(const Entry& entry, Server& server, Reporter& reporter) {
  if (!entry.annotations.host_auth || server.closed_by != nullptr) return;
  server.closed_by = &entry;
  if (!entry.is_canary()) return;
  reporter.add(Severity::kWarning, "canary-auth-tls-leak", entry, entry.annotations.host_auth->at,
               "metadata.annotations[nginx.ingress.kubernetes.io/auth-tls-secret]",
               "auth-tls of a canary holds for the whole host " + server.host + ", the stable version included",
               "move it to the stable Ingress");
}

void fill_rule(const ModelInput& input, const Entry& entry, size_t rule_index, Model& model, Reporter& reporter) {
  const api::IngressRule& rule = entry.view.rules[rule_index];
  const std::string host = server_name(rule);
  const auto found = model.servers.find(host);
  if (host != kCatchAll && (found == model.servers.end() || !rule.has_http)) return;
  Server& server = host == kCatchAll ? catch_all(model) : found->second;
  close_host(entry, server, reporter);
  Upstream* upstream = nullptr;
  const api::IngressBackend* previous = nullptr;
  for (size_t i = 0; i < rule.paths.size(); ++i) {
    const PathOf at{entry, rule_index, i, rule.paths[i]};
    const api::IngressBackend& backend = at.path.backend;
    if (backend.service.empty()) {
      reporter.add(Severity::kWarning, "resource-backend-ignored", entry, at.path.at, at.field(),
                   "a resource backend is ignored: the path answers 404", "use a Service backend");
      continue;
    }
    if (!same_upstream(previous, backend)) upstream = &model.upstreams.at(upstream_key(entry.ns(), backend));
    previous = &backend;
    if (is_passed_over(input, entry, *upstream)) {
      report_passed_over(at, *upstream, reporter);
      continue;
    }
    place_path(server, at, *upstream, reporter);
    set_affinity(entry, *upstream);
  }
}

}  // namespace

void create_servers(const ModelInput& input, Model& model, Reporter& reporter) {
  for (const Entry* entry : input.ingresses) {
    if (!entry->is_canary()) add_servers(*entry, model, reporter);
  }
  for (const Entry* entry : input.ingresses) {
    if (!entry->is_canary()) add_aliases_and_tls(*entry, model, reporter);
  }
  settle_aliases(model, reporter);
}

void fill_locations(const ModelInput& input, Model& model, Reporter& reporter) {
  for (const Entry* entry : input.ingresses) {
    for (size_t i = 0; i < entry->view.rules.size(); ++i) fill_rule(input, *entry, i, model, reporter);
  }
}

}  // namespace graylane::ingress_nginx
