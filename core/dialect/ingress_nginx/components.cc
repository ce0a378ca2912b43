#include "dialect/ingress_nginx/components.h"

#include <algorithm>
#include <unordered_set>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

/// from-to-www-redirect makes a host of the name with or without one "www.".
uint64_t host_name(std::string_view host) {
  while (host.starts_with("www.")) host.remove_prefix(4);
  return route::hash_name(host);
}

uint64_t upstream_name(std::string_view ns, const api::IngressBackend& backend) {
  const uint64_t service = route::mix_word(route::hash_name(ns), route::hash_name(backend.service));
  const uint64_t port =
      backend.port.name.empty() ? static_cast<uint32_t>(backend.port.number) : route::hash_name(backend.port.name);
  return route::mix_word(service, port);
}

/// Hashes of the names.
std::vector<uint64_t> names_of(const Entry& entry) {
  std::vector<uint64_t> names;
  const api::IngressBackend* previous = nullptr;
  const auto add_service = [&](const api::IngressBackend& backend) {
    if (backend.service.empty() || same_upstream(previous, backend)) return;
    names.push_back(upstream_name(entry.ns(), backend));
    previous = &backend;
  };
  names.reserve(2 * entry.view.rules.size());
  for (const api::IngressRule& rule : entry.view.rules) {
    names.push_back(host_name(server_name(rule)));
    for (const api::IngressPath& path : rule.paths) add_service(path.backend);
  }
  for (const At<std::string>& alias : entry.annotations.aliases) names.push_back(host_name(lower_case(alias.value)));
  if (entry.view.default_backend) {
    add_service(*entry.view.default_backend);
    if (entry.view.rules.empty() || entry.is_canary()) names.push_back(host_name(kCatchAll));
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace

void Components::add(const Entry& entry) {
  entry.kept.names = names_of(entry);
  for (const uint64_t name : entry.kept.names) users_.add(name, entry);
}

void Components::remove(const Entry& entry) {
  for (const uint64_t name : entry.kept.names) users_.remove(name, entry);
  entry.kept.names.clear();
}

/// One look around.
class Components::Walk {
 public:
  Walk(const NameIndex& users, uint64_t number) : users_(users), number_(number) {}

  bool is_new(const Entry& entry) { return std::exchange(entry.kept.seen_by_walk, number_) != number_; }

  /// `start` counts as seen.
  Entries component_of(const Entry& start) {
    Entries component{&start};
    for (size_t i = 0; i < component.size(); ++i) {
      for (const uint64_t name : component[i]->kept.names) {
        if (!users_.has_several(name) || !names_.insert(name).second) continue;
        users_.each(name, [&](const Entry& other) {
          if (is_new(other)) component.push_back(&other);
        });
      }
    }
    std::ranges::sort(component, [](const Entry* a, const Entry* b) { return is_older(*a, *b); });
    return component;
  }

 private:
  const NameIndex& users_;
  uint64_t number_;
  std::unordered_set<uint64_t> names_;  // of several users, that were seen
};

std::vector<Components::Entries> Components::around(std::span<const Entry* const> entries) {
  std::vector<Entries> components;
  Walk walk(users_, ++walks_);
  for (const Entry* start : entries) {
    if (walk.is_new(*start)) components.push_back(walk.component_of(*start));
  }
  return components;
}

}  // namespace graylane::ingress_nginx
