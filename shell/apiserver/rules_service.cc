// The rules of Services.
#include <algorithm>
#include <set>
#include <utility>

#include "api/text_rules.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr int64_t kAffinitySecondsMax = 86'400;

bool is_headless(const Value& service) {
  if (text_at(service, "spec.clusterIP") == "None") return true;
  const doc::Array& addresses = items_at(service, "spec.clusterIPs");
  return text_at(service, "spec.clusterIP").empty() && addresses.size() == 1 && addresses.front() == Value("None");
}

void check_port(const Value& port, bool needs_name, std::set<std::string>& names, const std::string& field, Causes& causes) {
  const std::string name = text_at(port, "name"), protocol = text_at(port, "protocol");
  if (needs_name && name.empty()) causes.required(field + ".name");
  else if (!name.empty()) {
    check_label_text(name, field + ".name", causes);
    if (!names.insert(name).second) causes.duplicate(field + ".name", go_quoted(name));
  }
  check_port_number(number_at(port, "port"), field + ".port", causes);
  if (!protocol.empty() && protocol != "TCP" && protocol != "UDP" && protocol != "SCTP")
    causes.unsupported(field + ".protocol", go_quoted(protocol), {"SCTP", "TCP", "UDP"});
  const Value* target = port.find("targetPort");  // by default, and where it is 0 or "", the port
  const int64_t number = target && target->as_int() ? *target->as_int() : 0;
  if (target && target->as_string() && !target->as_string()->empty())
    check_port_name(*target->as_string(), field + ".targetPort", causes);
  else check_port_number(number == 0 ? number_at(port, "port") : number, field + ".targetPort", causes);
  if (const Value* app = port.find("appProtocol"); app && app->as_string())
    check_qualified(*app->as_string(), field + ".appProtocol", causes);
}

void check_ports(const Value& service, Causes& causes) {
  std::set<std::string> names;
  const bool several = size_at(service, "spec.ports") > 1;
  each_item(service, "spec.ports", "spec.ports",
            [&](const Value& port, const std::string& field) { check_port(port, several, names, field, causes); });
}

void check_node_ports(const Value& service, const std::string& type, Causes& causes) {
  if (type != "ClusterIP") return;
  each_item(service, "spec.ports", "spec.ports", [&](const Value& port, const std::string& field) {
    if (number_at(port, "nodePort") != 0) causes.forbidden(field + ".nodePort", "may not be used when `type` is 'ClusterIP'");
  });
}

/// As it is in the types of the real API server.
std::string port_text(const std::string& protocol, int64_t number) {
  return R"({"Name":"","Protocol":)" + go_quoted(protocol) + R"(,"AppProtocol":null,"Port":)" + std::to_string(number) +
         R"(,"TargetPort":0,"NodePort":0})";
}

void check_same_ports(const Value& service, Causes& causes) {
  std::set<std::pair<std::string, int64_t>> seen;
  each_item(service, "spec.ports", "spec.ports", [&](const Value& port, const std::string& field) {
    const std::string given = text_at(port, "protocol"), protocol = given.empty() ? "TCP" : given;
    const int64_t number = number_at(port, "port");
    if (!seen.emplace(protocol, number).second) causes.duplicate(field, port_text(protocol, number));
  });
}

void check_external_ips(const Value& service, Causes& causes) {
  each_item(service, "spec.externalIPs", "spec.externalIPs", [&](const Value& ip, const std::string& field) {
    const std::string text = ip.as_string() ? *ip.as_string() : "";
    if (api::is_ip_address(text)) check_endpoint_address(text, field, causes);
    else check_address(text, field, causes);
  });
}

void check_families(const Value& service, Causes& causes) {
  std::set<std::string> seen;
  each_item(service, "spec.ipFamilies", "spec.ipFamilies", [&](const Value& family, const std::string& field) {
    const std::string text = family.as_string() ? *family.as_string() : "";
    if (text != "IPv4" && text != "IPv6") causes.unsupported(field, doc::to_json(family), {"IPv4", "IPv6"});
    if (!seen.insert(text).second) causes.duplicate(field, go_quoted(text));
  });
}

/// Of what the rules allow: there are addresses of one family only.
void check_configured(const Value& service, Causes& causes) {
  each_item(service, "spec.ipFamilies", "spec.ipFamilies", [&](const Value& family, const std::string& field) {
    if (family == Value("IPv6")) causes.invalid(field, "\"IPv6\"", "not configured on this cluster");
  });
  if (text_at(service, "spec.ipFamilyPolicy") == "RequireDualStack")
    causes.invalid("spec.ipFamilyPolicy", "\"RequireDualStack\"", "this cluster is not configured for dual-stack services");
}

/// `clusterIP` is the first of `clusterIPs`; either will do.
void check_addresses(const Value& service, Causes& causes) {
  const std::string address = text_at(service, "spec.clusterIP"), list = "spec.clusterIPs";
  const doc::Array& given = items_at(service, list);
  const doc::Array addresses = given.empty() && !address.empty() ? doc::Array{Value(address)} : given;
  const Value shown(addresses);
  if (!given.empty() && address.empty()) causes.invalid(list, &shown, "must be empty when `clusterIP` is not specified");
  else if (!given.empty() && given.front() != Value(address)) causes.invalid(list, &shown, "first value must match `clusterIP`");
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string text = addresses[i].as_string() ? *addresses[i].as_string() : "";
    if (i > 0 || text != "None") check_address(text, list + "[" + std::to_string(i) + "]", causes);
    else if (addresses.size() > 1) causes.invalid(list, &shown, "'None' must be the first and only value");
  }
  if (addresses.size() > 2) causes.invalid(list, &shown, "may only hold up to 2 values");
}

void check_kind_of_address(const Value& service, const std::string& type, Causes& causes) {
  const Value* spec = service.find("spec");
  if (type == "NodePort" || type == "LoadBalancer") {
    if (is_headless(service))
      causes.invalid("spec.clusterIPs[0]", "\"None\"", "may not be set to 'None' for " + type + " services");
  }
  if (type != "ExternalName" || !spec) return;
  const auto never = [&](const char* member) {
    causes.forbidden(std::string("spec.") + member, "may not be set for ExternalName services");
  };
  if (size_at(*spec, "clusterIPs") > 0 || !text_at(*spec, "clusterIP").empty()) never("clusterIPs");
  if (size_at(*spec, "ipFamilies") > 0) never("ipFamilies");
  if (!text_at(*spec, "ipFamilyPolicy").empty()) never("ipFamilyPolicy");
  std::string name = text_at(*spec, "externalName");
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) causes.required("spec.externalName");
  else check_subdomain_text(name, "spec.externalName", causes);
}

void check_affinity(const Value& service, Causes& causes) {
  const bool by_client = text_at(service, "spec.sessionAffinity") == "ClientIP";
  const Value* timeout = find_path(service, "spec.sessionAffinityConfig.clientIP.timeoutSeconds");
  if (by_client && timeout && timeout->as_int() && (*timeout->as_int() < 1 || *timeout->as_int() > kAffinitySecondsMax))
    causes.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout, "must be greater than 0 and less than 86400");
}

void check_source_ranges(const Value& service, bool balanced, Causes& causes) {
  const std::string field = "spec.LoadBalancerSourceRanges";
  const doc::Array& ranges = items_at(service, "spec.loadBalancerSourceRanges");
  if (!ranges.empty() && !balanced) causes.forbidden(field, "may only be used when `type` is 'LoadBalancer'");
  for (size_t i = 0; i < ranges.size(); ++i) {
    const std::string text = ranges[i].as_string() ? *ranges[i].as_string() : "";
    const size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size()), end = text.find_last_not_of(" \t\r\n") + 1;
    check_range(text.substr(begin, std::max(begin, end) - begin), field + "[" + std::to_string(i) + "]", causes);
  }
}

/// What makes sense only with some type.
void check_type_fields(const Value& service, const std::string& type, Causes& causes) {
  const bool balanced = type == "LoadBalancer",
             external = balanced || type == "NodePort" || size_at(service, "spec.externalIPs") > 0;
  check_source_ranges(service, balanced, causes);
  if (find_path(service, "spec.allocateLoadBalancerNodePorts") && !balanced)
    causes.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
  if (const Value* name = find_path(service, "spec.loadBalancerClass"); name && name->as_string()) {
    if (balanced) check_qualified(*name->as_string(), "spec.loadBalancerClass", causes);
    else causes.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
  }
  const std::string policy = text_at(service, "spec.externalTrafficPolicy");
  if (!policy.empty() && !external)
    causes.invalid("spec.externalTrafficPolicy", go_quoted(policy), "may only be set for externally-accessible services");
  const int64_t health = number_at(service, "spec.healthCheckNodePort");
  if (health != 0 && !(balanced && policy == "Local"))
    causes.invalid("spec.healthCheckNodePort", std::to_string(health),
                   "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  const Value* spread = find_path(service, "spec.trafficDistribution");
  const std::string text = spread && spread->as_string() ? *spread->as_string() : "";
  if (spread && text != "PreferClose" && text != "PreferSameZone" && text != "PreferSameNode")
    causes.unsupported("spec.trafficDistribution", go_quoted(text), {"PreferClose", "PreferSameZone", "PreferSameNode"});
}

}  // namespace

void check_service_rules(const RuleCall& call, Causes& causes) {
  const Value& service = call.document;
  std::string type = text_at(service, "spec.type");
  if (type.empty()) type = "ClusterIP";
  if (size_at(service, "spec.ports") == 0 && !is_headless(service) && type != "ExternalName") causes.required("spec.ports");
  check_kind_of_address(service, type, causes);
  check_ports(service, causes);
  check_label_map(service, "spec.selector", causes);
  check_affinity(service, causes);
  if (type != "ExternalName") check_addresses(service, causes);
  if (type != "ExternalName") check_families(service, causes);
  check_external_ips(service, causes);
  check_node_ports(service, type, causes);
  check_same_ports(service, causes);
  check_type_fields(service, type, causes);
  if (type != "ExternalName" && causes.empty()) check_configured(service, causes);
}

}  // namespace graylane::apiserver
