#include "dialect/ingress_nginx/model.h"

#include <algorithm>
#include <tuple>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

bool is_older(const Entry& a, const Entry& b) {
  const auto rank = [](const Entry& entry) {
    const api::Age& age = entry.object->age;
    return std::tuple(age.has_timestamp ? 0 : 1, age.has_timestamp ? age.created_unix_seconds : 0, age.order);
  };
  const auto name = [](const Entry& entry) { return entry.object->key.ns + "/" + entry.object->key.name; };
  const auto rank_a = rank(a);
  const auto rank_b = rank(b);
  return rank_a != rank_b ? rank_a < rank_b : name(a) > name(b);
}

void Reporter::add(Severity severity, std::string_view id, const Entry& entry, Position at, std::string field,
                   std::string message, std::string fix) {
  out_.push_back({severity,
                  std::string(id),
                  entry.title(),
                  std::move(field),
                  one_line(std::move(message)),
                  one_line(std::move(fix)),
                  entry.object->at(at),
                  {}});
}

std::string upstream_key(std::string_view ns, const api::IngressBackend& backend) {
  return std::string(ns) + "/" + backend.service + ":" + backend.port.to_string();
}

std::string nginx_name(const Upstream& upstream) {
  return upstream.ns + "-" + upstream.service + "-" + upstream.port.to_string();
}

bool same_upstream(const api::IngressBackend* previous, const api::IngressBackend& backend) {
  return previous != nullptr && previous->port == backend.port && previous->service == backend.service;
}

std::string_view effective_path(const api::IngressPath& path) {
  return path.path.empty() ? std::string_view("/") : std::string_view(path.path);
}

LocationType effective_type(const api::IngressPath& path) {
  return path.type == api::PathType::kExact ? LocationType::kExact : LocationType::kPrefix;
}

std::string server_name(const api::IngressRule& rule) {
  return rule.host.empty() ? std::string(kCatchAll) : lower_case(rule.host);
}

namespace {

void create_upstream(const ModelInput& input, Model& model, const Entry& entry, const api::IngressBackend& backend,
                     bool recreate) {
  std::string key = upstream_key(entry.ns(), backend);
  auto [place, is_new] = model.upstreams.try_emplace(key);
  Upstream& upstream = place->second;
  const bool named_by_stable = upstream.named_by_stable || !entry.is_canary();
  if (is_new || recreate) {
    if (!is_new) upstream = {};
    upstream.key = std::move(key);
    upstream.ns = entry.ns();
    upstream.service = backend.service;
    upstream.port = backend.port;
    upstream.creator = &entry;
    upstream.no_server = entry.is_canary();
    upstream.resolved = input.services.resolve(entry.ns(), backend.service, backend.port);
    upstream.uses_cluster_ip = entry.annotations.service_upstream && !upstream.resolved.cluster_ip.empty();
  }
  upstream.named_by_stable = named_by_stable;
}

}  // namespace

void create_upstreams(const ModelInput& input, Model& model) {
  for (const Entry* entry : input.ingresses) {
    if (entry->has_default_service()) create_upstream(input, model, *entry, *entry->view.default_backend, true);
    const api::IngressBackend* previous = nullptr;
    for (const api::IngressRule& rule : entry->view.rules) {
      for (const api::IngressPath& path : rule.paths) {
        if (path.backend.service.empty() || same_upstream(previous, path.backend)) continue;
        create_upstream(input, model, *entry, path.backend, false);
        previous = &path.backend;
      }
    }
  }
}

Model build_model(const ModelInput& input, Reporter& reporter) {
  Model model;
  create_upstreams(input, model);
  create_servers(input, model, reporter);
  fill_locations(input, model, reporter);
  if (input.any_stable) {
    merge_canaries(input, model, reporter);
  } else {
    report_lone_canaries(input, reporter);
  }
  return model;
}

}  // namespace graylane::ingress_nginx
