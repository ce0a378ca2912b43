#include "dialect/ingress_nginx/components.h"

#include <algorithm>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

/// from-to-www-redirect makes a host of the name with or without one "www.".
uint64_t host_name(std::string_view host) {
  while (host.starts_with("www.")) host.remove_prefix(4);
  return route::hash_text(host);
}

/// Hashes of the names.
std::vector<uint64_t> names_of(const Entry& entry) {
  std::vector<uint64_t> names;
  const api::IngressBackend* previous = nullptr;
  const auto add_service = [&](const api::IngressBackend& backend) {
    if (backend.service.empty() || same_upstream(previous, backend)) return;
    names.push_back(route::hash_text(upstream_key(entry.ns(), backend)));
    previous = &backend;
  };
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
  std::vector<Node*>& nodes = nodes_[&entry];
  for (const uint64_t name : names_of(entry)) {
    Node& node = *by_name_.try_emplace(name).first;
    node.second.push_back(&entry);
    nodes.push_back(&node);
  }
}

void Components::remove(const Entry& entry) {
  const auto nodes = nodes_.find(&entry);
  if (nodes == nodes_.end()) return;
  for (Node* node : nodes->second) {
    std::erase(node->second, &entry);
    const uint64_t name = node->first;
    if (node->second.empty()) by_name_.erase(name);
  }
  nodes_.erase(nodes);
}

Components::Entries Components::component_of(const Entry& start, std::unordered_set<const Entry*>& seen,
                                             std::unordered_set<const Node*>& seen_nodes) const {
  Entries component{&start};
  for (size_t i = 0; i < component.size(); ++i) {
    for (const Node* node : nodes_.at(component[i])) {
      if (node->second.size() == 1 || !seen_nodes.insert(node).second) continue;
      for (const Entry* other : node->second) {
        if (seen.insert(other).second) component.push_back(other);
      }
    }
  }
  std::ranges::sort(component, [](const Entry* a, const Entry* b) { return is_older(*a, *b); });
  return component;
}

std::vector<Components::Entries> Components::around(const std::unordered_set<const Entry*>& entries) const {
  std::vector<Entries> components;
  std::unordered_set<const Entry*> seen;
  std::unordered_set<const Node*> seen_nodes;
  for (const Entry* start : entries) {
    if (seen.insert(start).second) components.push_back(component_of(*start, seen, seen_nodes));
  }
  return components;
}

}  // namespace graylane::ingress_nginx
