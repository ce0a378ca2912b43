#include "apiserver/service_fields.h"

#include <array>

#include "api/build.h"
#include "apiserver/columns_text.h"
#include "doc/print.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr std::array kAddressFields = {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"};

const doc::Array& ports_of(const Value& service) {
  static const doc::Array kNone;
  const Value* ports = find_path(service, "spec.ports");
  return ports && ports->is_array() ? *ports->as_array() : kNone;
}

std::string protocol_of(const Value& port) {
  const std::string protocol = text_at(port, "protocol");
  return protocol.empty() ? "TCP" : protocol;
}

const Value* same_port(const Value& service, const Value& port) {
  for (const Value& other : ports_of(service)) {
    if (number_at(other, "port") == number_at(port, "port") && protocol_of(other) == protocol_of(port)) return &other;
  }
  return nullptr;
}

void keep_node_ports(const Value& live, Value& next) {
  const bool kept = needs_node_ports(live) && needs_node_ports(next);
  Value* ports = next.as_object()->find("spec")->as_object()->find("ports");
  if (!ports || !ports->is_array()) return;
  for (Value& port : *ports->as_array()) {
    const Value* old = port.is_object() ? same_port(live, port) : nullptr;
    const int64_t before = old ? number_at(*old, "nodePort") : 0;
    const int64_t now = port.is_object() ? number_at(port, "nodePort") : 0;
    if (kept && before != 0 && now == 0) port.as_object()->set("nodePort", Value(before));
    if (!needs_node_ports(next) && now != 0 && now == before) port.as_object()->erase("nodePort");
  }
}

bool is_empty(const Value* value) {
  if (!value || value->is_null()) return true;
  const std::string* text = value->as_string();
  const doc::Array* items = value->as_array();
  return (text && text->empty()) || (items && items->empty());
}

void keep_address(const Value& live_spec, doc::Object& spec) {
  const Value* address = spec.find("clusterIP");
  const Value* before = live_spec.find("clusterIP");
  // Who changes the one means the other too.
  const bool both_given = !is_empty(address) && !is_empty(spec.find("clusterIPs"));
  if (both_given && before && !(*address == *before) && live_spec.find("clusterIPs") &&
      *spec.find("clusterIPs") == *live_spec.find("clusterIPs"))
    spec.set("clusterIPs", Value(doc::Array{*address}));
  address = spec.find("clusterIP");
  if (!is_empty(address) && is_empty(spec.find("clusterIPs"))) spec.set("clusterIPs", Value(doc::Array{*address}));
  for (const char* field : kAddressFields) {
    if (is_empty(spec.find(field)) && !is_empty(live_spec.find(field))) spec.set(field, *live_spec.find(field));
  }
}

void drop_if_same(const Value& live_spec, doc::Object& spec, const char* field) {
  const Value* now = spec.find(field);
  const Value* before = live_spec.find(field);
  if (now && before && *now == *before) spec.erase(field);
}

}  // namespace

bool is_service(const api::Kind& kind) { return kind.gvk.group.empty() && kind.gvk.kind == "Service"; }

std::string service_type(const Value& service) {
  const std::string type = text_at(service, "spec.type");
  return type.empty() ? "ClusterIP" : type;
}

bool needs_cluster_ip(std::string_view type) { return type != "ExternalName"; }

bool needs_node_ports(const Value& service) {
  const std::string type = service_type(service);
  const Value* wanted = find_path(service, "spec.allocateLoadBalancerNodePorts");
  return type == "NodePort" || (type == "LoadBalancer" && !(wanted && wanted->as_bool() && !*wanted->as_bool()));
}

bool needs_health_port(const Value& service) {
  return service_type(service) == "LoadBalancer" && text_at(service, "spec.externalTrafficPolicy") == "Local";
}

std::vector<std::string> service_warnings(const Value& service) {
  std::vector<std::string> warnings;
  const bool has_external = size_at(service, "spec.externalIPs") > 0;
  if (text_at(service, "spec.clusterIP") == "None") {
    if (!text_at(service, "spec.loadBalancerIP").empty())
      warnings.emplace_back("spec.loadBalancerIP is ignored for headless services");
    if (has_external) warnings.emplace_back("spec.externalIPs is ignored for headless services");
    if (text_at(service, "spec.sessionAffinity") == "ClientIP")
      warnings.emplace_back("spec.SessionAffinity is ignored for headless services");
  } else if (has_external && service_type(service) == "ExternalName") {
    warnings.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
  } else if (has_external) {
    warnings.emplace_back("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  return warnings;
}

void keep_allocated(const Value& live, Value& next) {
  const Value* live_spec = live.find("spec");
  Value* spec_value = next.as_object()->find("spec");
  if (!live_spec || !live_spec->is_object() || !spec_value || !spec_value->is_object()) return;
  doc::Object& spec = *spec_value->as_object();
  const std::string type = service_type(next), before = service_type(live);
  if (needs_cluster_ip(type) && needs_cluster_ip(before)) keep_address(*live_spec, spec);
  if (!needs_cluster_ip(type) && needs_cluster_ip(before)) {
    for (const char* field : kAddressFields) drop_if_same(*live_spec, spec, field);
    drop_if_same(*live_spec, spec, "internalTrafficPolicy");
  }
  if (type == "ClusterIP" || type == "ExternalName") drop_if_same(*live_spec, spec, "externalTrafficPolicy");
  if (type != "LoadBalancer") drop_if_same(*live_spec, spec, "allocateLoadBalancerNodePorts");
  keep_node_ports(live, next);
  const Value* health_port = live_spec->find("healthCheckNodePort");
  if (!needs_health_port(next)) drop_if_same(*live_spec, spec, "healthCheckNodePort");
  else if (health_port && needs_health_port(live) && number_at(next, "spec.healthCheckNodePort") == 0)
    spec.set("healthCheckNodePort", *health_port);
}

}  // namespace graylane::apiserver
