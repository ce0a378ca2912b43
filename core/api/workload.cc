#include "api/workload.h"

#include <algorithm>
#include <charconv>

#include "api/text_rules.h"
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

// "25%" or 3; anything else counts as `otherwise`.
IntOrPercent read_int_or_percent(const doc::Value* parent, std::string_view member, IntOrPercent otherwise) {
  const doc::Value* value = fields::find(parent, member);
  if (value && value->is_int()) return {std::max(fields::number(parent, member), 0), false};
  const std::string text = fields::text(parent, member);
  int32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && number >= 0 && std::string_view(rest, end) == "%" ? IntOrPercent{number, true} : otherwise;
}

int64_t read_time(const doc::Value* parent, std::string_view member) {
  const std::string* text = fields::find_text(parent, member);
  return text ? parse_time(*text).value_or(0) : 0;
}

Controller read_controller(const doc::Value* metadata) {
  for (const doc::Value& owner : fields::items(metadata, "ownerReferences")) {
    const doc::Value* controls = fields::find(&owner, "controller");
    if (!controls || !controls->as_bool() || !*controls->as_bool()) continue;
    return {fields::text(&owner, "kind"), fields::text(&owner, "name"), fields::text(&owner, "uid")};
  }
  return {};
}

std::map<int32_t, int32_t> read_real_ports(const doc::Value* metadata) {
  const auto port_of = [](std::string_view text) {
    uint16_t port = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && rest == text.data() + text.size() ? port : uint16_t{0};
  };
  std::map<int32_t, int32_t> ports;
  for (const auto& [key, value] : fields::labels(metadata, "annotations")) {
    if (!key.starts_with(kRealPortPrefix)) continue;
    const uint16_t declared = port_of(std::string_view(key).substr(kRealPortPrefix.size()));
    const uint16_t real = port_of(value);
    if (declared != 0 && real != 0) ports.emplace(declared, real);
  }
  return ports;
}

void read_ready(const doc::Value* status, Pod& pod) {
  for (const doc::Value& condition : fields::items(status, "conditions")) {
    if (fields::text(&condition, "type") != "Ready") continue;
    pod.ready = fields::text(&condition, "status") == "True";
    pod.ready_since_unix_seconds = read_time(&condition, "lastTransitionTime");
  }
}

}  // namespace

const ContainerPort* PodTemplate::find_port(std::string_view name, std::string_view protocol) const {
  const auto is_it = [&](const ContainerPort& port) { return port.name == name && port.protocol == protocol; };
  const auto found = std::ranges::find_if(ports, is_it);
  return name.empty() || found == ports.end() ? nullptr : &*found;
}

int32_t IntOrPercent::of_rounded_up(int32_t total) const {
  return percent ? static_cast<int32_t>((int64_t{number} * total + 99) / 100) : number;  // ceil: 25 % of 10 is 3
}

int32_t IntOrPercent::of_rounded_down(int32_t total) const {
  return percent ? static_cast<int32_t>(int64_t{number} * total / 100) : number;  // floor: 25 % of 10 is 2
}

int32_t Pod::real_port(int32_t container_port) const {
  const auto real = real_ports.find(container_port);
  return real == real_ports.end() ? container_port : real->second;
}

Deployment read_deployment(const Object& object) {
  const doc::Value* spec = fields::find_object(&object.content, "spec");
  const doc::Value* strategy = fields::find_object(spec, "strategy");
  const doc::Value* rolling = fields::find_object(strategy, "rollingUpdate");
  const doc::Value* paused = fields::find(spec, "paused");
  return {.ns = object.key.ns,
          .name = object.key.name,
          .replicas = fields::number(spec, "replicas", 1),
          .match_labels = fields::labels(fields::find_object(spec, "selector"), "matchLabels"),
          .pod = read_pod_template(fields::find_object(spec, "template")),
          .recreate = fields::text(strategy, "type") == "Recreate",
          .max_surge = read_int_or_percent(rolling, "maxSurge", {25, true}),
          .max_unavailable = read_int_or_percent(rolling, "maxUnavailable", {25, true}),
          .min_ready_seconds = fields::number(spec, "minReadySeconds"),
          .progress_deadline_seconds = fields::number(spec, "progressDeadlineSeconds", 600),
          .paused = paused && paused->as_bool() && *paused->as_bool()};
}

Pod read_pod(const Object& object) {
  const doc::Value* metadata = fields::find_object(&object.content, "metadata");
  const doc::Value* status = fields::find_object(&object.content, "status");
  Pod pod{.ns = object.key.ns,
          .name = object.key.name,
          .uid = fields::text(metadata, "uid"),
          .pod = read_pod_template(&object.content),
          .controller = read_controller(metadata),
          .created_unix_seconds = read_time(metadata, "creationTimestamp"),
          .terminating = fields::find_text(metadata, "deletionTimestamp") != nullptr,
          .phase = fields::text(status, "phase"),
          .ip = fields::text(status, "podIP"),
          .real_ports = read_real_ports(metadata)};
  read_ready(status, pod);
  return pod;
}

}  // namespace graylane::api
