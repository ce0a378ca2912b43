#include "api/service.h"

#include <algorithm>

#include "api/view_fields.h"

namespace graylane::api {

namespace {

ServicePort read_service_port(const doc::Value& port) {
  return {.name = fields::text(&port, "name"),
          .number = fields::number(&port, "port"),
          .target = fields::int_or_name(&port, "targetPort"),
          .protocol = fields::text(&port, "protocol", "TCP"),
          .app_protocol = fields::text(&port, "appProtocol"),
          .at = port.at()};
}

std::vector<EndpointPort> read_endpoint_ports(const doc::Value* parent) {
  std::vector<EndpointPort> ports;
  for (const doc::Value& port : fields::items(parent, "ports")) {
    ports.push_back({.name = fields::text(&port, "name"),
                     .number = fields::number(&port, "port"),
                     .protocol = fields::text(&port, "protocol", "TCP")});
  }
  return ports;
}

EndpointSubset read_subset(const doc::Value& subset) {
  EndpointSubset result{.addresses = {}, .ports = read_endpoint_ports(&subset)};
  for (const doc::Value& address : fields::items(&subset, "addresses")) {
    if (std::string ip = fields::text(&address, "ip"); !ip.empty()) result.addresses.push_back(std::move(ip));
  }
  return result;
}

bool is_ready(const doc::Value& endpoint) {
  const doc::Value* ready = fields::find(fields::find_object(&endpoint, "conditions"), "ready");
  const bool* value = ready ? ready->as_bool() : nullptr;
  return !value || *value;
}

void add_ready_addresses(const doc::Value& endpoint, std::vector<std::string>& addresses) {
  if (!is_ready(endpoint)) return;
  for (const doc::Value& address : fields::items(&endpoint, "addresses")) {
    const std::string* ip = address.as_string();
    if (ip && !ip->empty()) addresses.push_back(*ip);
  }
}

}  // namespace

const ServicePort* Service::find_target(const ServicePortRef& target) const {
  if (target == ServicePortRef()) return nullptr;
  const auto found = std::ranges::find(ports, target, &ServicePort::target);
  return found == ports.end() ? nullptr : &*found;
}

const ServicePort* Service::find_port(const ServicePortRef& port) const {
  const ServicePort* other = nullptr;
  for (const ServicePort& candidate : ports) {
    const bool matches = port.number != 0 ? candidate.number == port.number : !port.name.empty() && candidate.name == port.name;
    if (!matches) continue;
    if (candidate.protocol == "TCP") return &candidate;
    if (!other) other = &candidate;
  }
  return other;
}

Service read_service(const Object& object) {
  const doc::Value* spec = fields::find_object(&object.content, "spec");
  Service service{.type = fields::text(spec, "type", "ClusterIP"),
                  .cluster_ip = fields::text(spec, "clusterIP"),
                  .external_name = fields::text(spec, "externalName"),
                  .selector = fields::labels(spec, "selector"),
                  .ports = {}};
  for (const doc::Value& port : fields::items(spec, "ports")) {
    if (port.is_object()) service.ports.push_back(read_service_port(port));
  }
  return service;
}

Endpoints read_endpoints(const Object& object) {
  Endpoints endpoints;
  for (const doc::Value& subset : fields::items(&object.content, "subsets")) {
    if (subset.is_object()) endpoints.subsets.push_back(read_subset(subset));
  }
  return endpoints;
}

EndpointSlice read_endpoint_slice(const Object& object) {
  const doc::Value* labels = fields::find_object(fields::find_object(&object.content, "metadata"), "labels");
  EndpointSlice slice{.service = fields::text(labels, "kubernetes.io/service-name"),
                      .ready = {.addresses = {}, .ports = read_endpoint_ports(&object.content)},
                      .of_name = fields::text(labels, "endpointslice.kubernetes.io/managed-by") == kNameSlices};
  if (fields::text(&object.content, "addressType") == "FQDN") return slice;  // kube-proxy and nginx use IP addresses only
  for (const doc::Value& endpoint : fields::items(&object.content, "endpoints")) {
    add_ready_addresses(endpoint, slice.ready.addresses);
  }
  return slice;
}

}  // namespace graylane::api
