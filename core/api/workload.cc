#include "api/workload.h"

#include <algorithm>

#include "api/view_fields.h"

namespace graylane::api {

namespace {

void read_container_ports(const doc::Value& container, std::vector<ContainerPort>& ports) {
  for (const doc::Value& port : fields::items(&container, "ports")) {
    ports.push_back({.name = fields::text(&port, "name"),
                     .number = fields::number(&port, "containerPort"),
                     .protocol = fields::text(&port, "protocol", "TCP")});
  }
}

PodTemplate read_pod_template(const doc::Value* value) {
  PodTemplate result{.labels = fields::labels(fields::find_object(value, "metadata"), "labels"), .ports = {}};
  for (const doc::Value& container : fields::items(fields::find_object(value, "spec"), "containers")) {
    read_container_ports(container, result.ports);
  }
  return result;
}

}  // namespace

const ContainerPort* PodTemplate::find_port(std::string_view name, std::string_view protocol) const {
  const auto is_it = [&](const ContainerPort& port) { return port.name == name && port.protocol == protocol; };
  const auto found = std::ranges::find_if(ports, is_it);
  return name.empty() || found == ports.end() ? nullptr : &*found;
}

Deployment read_deployment(const Object& object) {
  const doc::Value* spec = fields::find_object(&object.content, "spec");
  return {.ns = object.key.ns,
          .replicas = fields::number(spec, "replicas", 1),
          .match_labels = fields::labels(fields::find_object(spec, "selector"), "matchLabels"),
          .pod = read_pod_template(fields::find_object(spec, "template"))};
}

Pod read_pod(const Object& object) { return {.ns = object.key.ns, .pod = read_pod_template(&object.content)}; }

}  // namespace graylane::api
