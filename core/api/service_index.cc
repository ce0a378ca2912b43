#include "api/service_index.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "api/report.h"

namespace graylane::api {

namespace {

enum class Role { kService, kEndpoints, kEndpointSlice, kDeployment, kOther };

Role role_of(const ObjectKey& key) {
  if (key.group.empty() && key.kind == "Service") return Role::kService;
  if (key.group.empty() && key.kind == "Endpoints") return Role::kEndpoints;
  if (key.group == "discovery.k8s.io" && key.kind == "EndpointSlice") return Role::kEndpointSlice;
  if (key.group == "apps" && key.kind == "Deployment") return Role::kDeployment;
  return Role::kOther;
}

bool is_port_number(int32_t number) { return number > 0 && number <= std::numeric_limits<uint16_t>::max(); }

void add_endpoint(std::string address, int32_t port, bool planned, std::vector<Endpoint>& endpoints) {
  if (is_port_number(port)) endpoints.push_back({std::move(address), static_cast<uint16_t>(port), planned});
}

// The subset's port belongs to the Service's port when their names are equal; no name is a name, too.
void add_endpoints(const EndpointSubset& subset, const ServicePort& port, std::vector<Endpoint>& endpoints) {
  for (const EndpointPort& own : subset.ports) {
    if (own.name != port.name || own.protocol != port.protocol) continue;
    for (const std::string& address : subset.addresses) add_endpoint(address, own.number, false, endpoints);
  }
}

int32_t target_of(const ServicePort& port, const PodTemplate& pod) {
  if (port.target.number != 0) return port.target.number;
  const ContainerPort* named = pod.find_port(port.target.name, port.protocol);
  return named ? named->number : port.number;
}

void sort_and_deduplicate(std::vector<Endpoint>& endpoints) {
  const auto rank = [](const Endpoint& e) { return std::tie(e.address, e.port, e.planned); };
  std::ranges::sort(endpoints, {}, rank);
  const auto repeated = std::ranges::unique(endpoints);
  endpoints.erase(repeated.begin(), repeated.end());
}

/// ingress-nginx dials an ExternalName at the number that the Ingress gives, whatever ports the Service has.
std::optional<ServicePort> find_port(const Service& service, const ServicePortRef& ref) {
  if (service.is_external() && is_port_number(ref.number))
    return ServicePort{.name = {}, .number = ref.number, .target = {}, .protocol = "TCP", .app_protocol = {}, .at = {}};
  if (const ServicePort* port = service.find_port(ref)) return *port;
  if (const ServicePort* port = service.find_target(ref)) return *port;
  return std::nullopt;
}

/// `slices`: null when there are none.
std::vector<Endpoint> external_endpoints(const Service& service, const ServicePort& port,
                                         const std::map<std::string, EndpointSlice, std::less<>>* slices) {
  std::vector<Endpoint> endpoints;
  bool resolved = false;
  if (slices != nullptr) {
    for (const auto& [name, slice] : *slices) {
      if (!slice.of_name) continue;
      resolved = true;
      for (const std::string& address : slice.ready.addresses) add_endpoint(address, port.number, false, endpoints);
    }
  }
  if (!resolved && !service.external_name.empty()) add_endpoint(service.external_name, port.number, false, endpoints);
  return endpoints;
}

bool same_place(const Location& a, const Location& b) {
  if (a.at != b.at || !a.file != !b.file) return false;
  return a.file == b.file || *a.file == *b.file;
}

}  // namespace

bool ResolvedPort::operator==(const ResolvedPort& other) const {
  const auto texts = [](const ResolvedPort& r) { return std::tie(r.protocol, r.app_protocol, r.cluster_ip, r.external_name); };
  return state == other.state && endpoints == other.endpoints && texts(*this) == texts(other) &&
         same_place(service_at, other.service_at);
}

void ServiceIndex::Namespace::put_service(const Object& object) {
  ServiceEntry entry{.view = read_service(object), .at = object.at(object.content.at()), .indexed_by = {}};
  if (!entry.view.selector.empty()) {
    entry.indexed_by = services_by_label.rarest(entry.view.selector);
    services_by_label.add(entry.indexed_by, object.key.name);
  }
  services.emplace(object.key.name, std::move(entry));
}

void ServiceIndex::Namespace::put_slice(const Object& object) {
  EndpointSlice slice = read_endpoint_slice(object);
  if (slice.service.empty()) return;
  service_of_slice.emplace(object.key.name, slice.service);
  SlicesByName& siblings = slices[slice.service];
  siblings.emplace(object.key.name, std::move(slice));
}

void ServiceIndex::Namespace::put_deployment(const Object& object) {
  Deployment deployment = read_deployment(object);
  for (const auto& label : deployment.pod.labels) deployments_by_label.add(label, object.key.name);
  deployments.emplace(object.key.name, std::move(deployment));
}

void ServiceIndex::Namespace::remove_service(const std::string& name) {
  const auto entry = services.find(name);
  if (entry == services.end()) return;
  if (!entry->second.view.selector.empty()) services_by_label.remove(entry->second.indexed_by, name);
  services.erase(entry);
}

void ServiceIndex::Namespace::remove_slice(const std::string& name) {
  const auto service = service_of_slice.find(name);
  if (service == service_of_slice.end()) return;
  const auto siblings = slices.find(service->second);
  siblings->second.erase(name);
  if (siblings->second.empty()) slices.erase(siblings);
  service_of_slice.erase(service);
}

void ServiceIndex::Namespace::remove_deployment(const std::string& name) {
  const auto deployment = deployments.find(name);
  if (deployment == deployments.end()) return;
  for (const auto& label : deployment->second.pod.labels) deployments_by_label.remove(label, name);
  deployments.erase(deployment);
}

bool ServiceIndex::Namespace::empty() const {
  return services.empty() && endpoints.empty() && slices.empty() && deployments.empty();
}

std::set<std::string> ServiceIndex::Namespace::served_by(const ObjectKey& key) const {
  switch (role_of(key)) {
    case Role::kService: return services.contains(key.name) ? std::set{key.name} : std::set<std::string>{};
    case Role::kEndpoints: return endpoints.contains(key.name) ? std::set{key.name} : std::set<std::string>{};
    case Role::kEndpointSlice: {
      const auto service = service_of_slice.find(key.name);
      return service == service_of_slice.end() ? std::set<std::string>{} : std::set{service->second};
    }
    case Role::kDeployment: {
      const auto deployment = deployments.find(key.name);
      return deployment == deployments.end() ? std::set<std::string>{} : selecting(deployment->second.pod.labels);
    }
    case Role::kOther: break;
  }
  return {};
}

std::set<std::string> ServiceIndex::Namespace::selecting(const Labels& labels) const {
  std::set<std::string> names;
  for (const auto& label : labels) {
    const LabelIndex::Names* candidates = services_by_label.find(label);
    if (!candidates) continue;
    const auto matches = [&](const std::string& name) { return selects(services.find(name)->second.view.selector, labels); };
    std::ranges::copy_if(*candidates, std::inserter(names, names.end()), matches);
  }
  return names;
}

std::vector<Endpoint> ServiceIndex::Namespace::endpoints_of(std::string_view service, const ServiceEntry& entry,
                                                            const ServicePort& port) const {
  const auto own_slices = slices.find(service);
  if (entry.view.is_external())
    return external_endpoints(entry.view, port, own_slices == slices.end() ? nullptr : &own_slices->second);
  const auto own = endpoints.find(service);
  if (own == endpoints.end() && own_slices == slices.end()) return planned(entry.view.selector, port);
  std::vector<Endpoint> result;
  if (own != endpoints.end()) {
    for (const EndpointSubset& subset : own->second.subsets) add_endpoints(subset, port, result);
  }
  if (own_slices != slices.end()) {
    for (const auto& [name, slice] : own_slices->second) add_endpoints(slice.ready, port, result);
  }
  return result;
}

std::vector<Endpoint> ServiceIndex::Namespace::planned(const Labels& selector, const ServicePort& port) const {
  std::vector<Endpoint> result;
  if (selector.empty()) return result;
  const LabelIndex::Names* candidates = deployments_by_label.find(deployments_by_label.rarest(selector));
  if (!candidates) return result;
  for (const std::string& name : *candidates) {
    const Deployment& deployment = deployments.find(name)->second;
    if (deployment.replicas <= 0 || !selects(selector, deployment.pod.labels)) continue;
    add_endpoint({}, target_of(port, deployment.pod), true, result);
  }
  return result;
}

const ServiceIndex::Namespace* ServiceIndex::find_namespace(std::string_view ns) const {
  const auto found = namespaces_.find(ns);
  return found == namespaces_.end() ? nullptr : &found->second;
}

const ServiceIndex::ServiceEntry* ServiceIndex::find_service(std::string_view ns, std::string_view service) const {
  const Namespace* space = find_namespace(ns);
  if (!space) return nullptr;
  const auto found = space->services.find(service);
  return found == space->services.end() ? nullptr : &found->second;
}

void ServiceIndex::add_affected(const ObjectKey& key, const Namespace& space, Affected& affected) {
  for (const std::string& service : space.served_by(key)) affected.insert(key.ns + "/" + service);
}

void ServiceIndex::forget(const ObjectKey& key, Namespace& space) {
  switch (role_of(key)) {
    case Role::kService: space.remove_service(key.name); break;
    case Role::kEndpoints: space.endpoints.erase(key.name); break;
    case Role::kEndpointSlice: space.remove_slice(key.name); break;
    case Role::kDeployment: space.remove_deployment(key.name); break;
    case Role::kOther: break;
  }
}

bool ServiceIndex::Namespace::knows(const ObjectKey& key) const {
  switch (role_of(key)) {
    case Role::kService: return services.contains(key.name);
    case Role::kEndpoints: return endpoints.contains(key.name);
    case Role::kEndpointSlice: return service_of_slice.contains(key.name);
    case Role::kDeployment: return deployments.contains(key.name);
    case Role::kOther: break;
  }
  return false;
}

ServiceIndex::Affected ServiceIndex::put(const ObjectPtr& object) {
  const ObjectKey& key = object->key;
  const Role role = role_of(key);
  if (role == Role::kOther) return {};
  Affected affected;
  Namespace& space = namespaces_[key.ns];
  if (space.knows(key)) {
    add_affected(key, space, affected);
    forget(key, space);
  }
  switch (role) {
    case Role::kService: space.put_service(*object); break;
    case Role::kEndpoints: space.endpoints.emplace(key.name, read_endpoints(*object)); break;
    case Role::kEndpointSlice: space.put_slice(*object); break;
    case Role::kDeployment: space.put_deployment(*object); break;
    case Role::kOther: break;
  }
  add_affected(key, space, affected);
  if (space.empty()) namespaces_.erase(key.ns);
  return affected;
}

ServiceIndex::Affected ServiceIndex::remove(const ObjectKey& key) {
  Affected affected;
  const auto space = namespaces_.find(key.ns);
  if (space == namespaces_.end()) return affected;
  add_affected(key, space->second, affected);
  forget(key, space->second);
  if (space->second.empty()) namespaces_.erase(space);
  return affected;
}

std::optional<ServicePortRef> ServiceIndex::first_port(std::string_view ns, std::string_view service) const {
  const ServiceEntry* entry = find_service(ns, service);
  if (!entry || entry->view.ports.empty()) return std::nullopt;
  return ServicePortRef{entry->view.ports.front().number, {}};
}

ResolvedPort ServiceIndex::resolve(std::string_view ns, std::string_view service, const ServicePortRef& port) const {
  ResolvedPort answer;
  const ServiceEntry* entry = find_service(ns, service);
  if (!entry) return answer;
  answer.service_at = entry->at;
  if (entry->view.cluster_ip != "None") answer.cluster_ip = entry->view.cluster_ip;
  if (entry->view.is_external()) answer.external_name = entry->view.external_name;
  const std::optional<ServicePort> found = find_port(entry->view, port);
  answer.state = found ? ResolvedPort::State::kNoEndpoints : ResolvedPort::State::kNoPort;
  if (!found) return answer;
  answer.number = static_cast<uint16_t>(found->number);
  answer.protocol = found->protocol;
  answer.app_protocol = found->app_protocol;
  answer.endpoints = find_namespace(ns)->endpoints_of(service, *entry, *found);
  sort_and_deduplicate(answer.endpoints);
  if (!answer.endpoints.empty()) answer.state = ResolvedPort::State::kReady;
  return answer;
}

bool ServiceIndex::has_service(std::string_view ns, std::string_view service) const {
  return find_service(ns, service) != nullptr;
}

std::string ServiceIndex::nearest_service(std::string_view ns, std::string_view service) const {
  constexpr size_t kComparedMax = 1'000;
  const Namespace* space = find_namespace(ns);
  if (!space || space->services.size() > kComparedMax) return {};
  std::set<std::string_view> names;  // in an order, so that of two that are as near it is always the same one
  for (const auto& [name, entry] : space->services) names.insert(name);
  Nearest nearest(service);
  for (const std::string_view name : names) nearest.offer(name);
  return std::string(nearest.found());
}

std::string ServiceIndex::ports_text(std::string_view ns, std::string_view service) const {
  std::string text;
  const ServiceEntry* entry = find_service(ns, service);
  if (!entry) return text;
  for (const ServicePort& port : entry->view.ports) {
    text += (text.empty() ? "" : ", ") + std::to_string(port.number);
    if (!port.name.empty()) text += " (" + port.name + ")";
  }
  return text;
}

}  // namespace graylane::api
