// The rules of Services and Ingresses.
#include <algorithm>
#include <array>

#include "api/text_rules.h"
#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

void check_service_ports(const Value& service, const std::string& type, Causes& causes) {
  each_item(service, "spec.ports", "spec.ports", [&](const Value& port, const std::string& field) {
    if (number_at(port, "nodePort") != 0 && (type == "ClusterIP" || type == "ExternalName"))
      causes.forbidden(field + ".nodePort", "may not be used when `type` is '" + type + "'");
  });
}

void check_external_ips(const Value& service, Causes& causes) {
  each_item(service, "spec.externalIPs", "spec.externalIPs", [&](const Value& ip, const std::string& field) {
    const std::string text = ip.as_string() ? *ip.as_string() : "";
    if (text.starts_with("127.") || text == "::1")
      causes.invalid(field, go_quoted(text), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  });
}

void check_families(const Value& service, Causes& causes) {
  each_item(service, "spec.ipFamilies", "spec.ipFamilies", [&](const Value& family, const std::string& field) {
    if (family == Value("IPv6")) causes.invalid(field, "\"IPv6\"", "not configured on this cluster");
    else if (family != Value("IPv4")) causes.unsupported(field, doc::to_json(family), {"IPv4", "IPv6"});
  });
  if (text_at(service, "spec.ipFamilyPolicy") == "RequireDualStack")
    causes.invalid("spec.ipFamilyPolicy", "\"RequireDualStack\"", "this cluster is not configured for dual-stack services");
}

/// What makes sense only with some type.
void check_type_fields(const Value& service, const std::string& type, Causes& causes) {
  const bool balanced = type == "LoadBalancer",
             external = balanced || type == "NodePort" || size_at(service, "spec.externalIPs") > 0;
  const std::string policy = text_at(service, "spec.externalTrafficPolicy");
  if (!policy.empty() && !external)
    causes.invalid("spec.externalTrafficPolicy", go_quoted(policy), "may only be set for externally-accessible services");
  if (size_at(service, "spec.loadBalancerSourceRanges") > 0 && !balanced)
    causes.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'");
  if (find_path(service, "spec.allocateLoadBalancerNodePorts") && !balanced)
    causes.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
  if (find_path(service, "spec.loadBalancerClass") && !balanced)
    causes.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
  const int64_t health = number_at(service, "spec.healthCheckNodePort");
  if (health != 0 && !(balanced && policy == "Local"))
    causes.invalid("spec.healthCheckNodePort", std::to_string(health),
                   "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
}

void check_service(const Value& service, Causes& causes) {
  std::string type = text_at(service, "spec.type");
  if (type.empty()) type = "ClusterIP";
  check_label_map(service, "spec.selector", causes);
  check_service_ports(service, type, causes);
  const std::string address = text_at(service, "spec.clusterIP");
  if (!address.empty() && address != "None" && !api::is_ip_address(address))
    causes.invalid("spec.clusterIPs[0]", go_quoted(address), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  const Value* timeout = find_path(service, "spec.sessionAffinityConfig.clientIP.timeoutSeconds");
  if (timeout && timeout->as_int() && (*timeout->as_int() < 1 || *timeout->as_int() > 86'400))
    causes.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout, "must be greater than 0 and less than 86400");
  check_external_ips(service, causes);
  check_families(service, causes);
  check_type_fields(service, type, causes);
}

/// Parts that a path may not have, and how that is said of the last of them.
constexpr std::array<std::string_view, 5> kBadParts = {"//", "/./", "/../", "%2f", "%2F"};
constexpr std::array<std::string_view, 2> kBadEnds = {"/..", "/."};

void check_path_text(const Value& entry, const std::string& field, Causes& causes) {
  const std::string type = text_at(entry, "pathType"), path = text_at(entry, "path"), at = field + ".path";
  if (type != "Exact" && type != "Prefix") return;
  if (!path.starts_with('/')) causes.invalid(at, go_quoted(path), "must be an absolute path");
  if (path.empty()) return;
  for (std::string_view part : kBadParts) {
    if (path.contains(part)) causes.invalid(at, go_quoted(path), "must not contain '" + std::string(part) + "'");
  }
  for (std::string_view end : kBadEnds) {
    if (path.ends_with(end)) causes.invalid(at, go_quoted(path), "cannot end with '" + std::string(end) + "'");
  }
}

void check_backend(const Value& backend, const std::string& field, Causes& causes) {
  const Value* service = backend.find("service");
  const bool has_resource = backend.find("resource") != nullptr;
  if (service && has_resource) return causes.invalid(field, "\"\"", "cannot set both resource and service backends");
  if (!service && !has_resource) return causes.invalid(field, "\"\"", "resource or service backend is required");
  if (!service) return;
  const std::string name = text_at(*service, "name");
  if (name.empty()) causes.required(field + ".service.name");
  else if (!api::is_dns_label(name)) causes.invalid(field + ".service.name", go_quoted(name), kLabelRule);
  const bool has_name = !text_at(*service, "port.name").empty(), has_number = number_at(*service, "port.number") != 0;
  const Value* port = service->find("port");
  const bool is_zero = port && port->find("number");  // out of its range, which is said elsewhere
  if (has_name && has_number) causes.invalid(field, "\"\"", "cannot set both port name & port number");
  else if (!has_name && !is_zero) causes.required(field, "port name or number is required");
}

void check_host(const std::string& host, const std::string& field, Causes& causes) {
  constexpr const char* kWildcardRule =
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case "
      "alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for "
      "validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  if (host.empty()) return;
  if (api::is_ip_address(host)) return causes.invalid(field, go_quoted(host), "must be a DNS name, not an IP address");
  if (host.contains('*')) {
    if (!host.starts_with("*.") || !api::is_dns_subdomain(host.substr(2))) causes.invalid(field, go_quoted(host), kWildcardRule);
  } else if (host.size() > 253) {
    causes.invalid(field, go_quoted(host), "must be no more than 253 characters");
  } else if (!api::is_dns_subdomain(host)) {
    causes.invalid(field, go_quoted(host), kSubdomainRule);
  }
}

void check_ingress(const Value& ingress, Causes& causes) {
  const Value* spec = ingress.find("spec");
  const bool has_rules = size_at(ingress, "spec.rules") > 0, has_default = spec && spec->find("defaultBackend");
  if (!has_rules && !has_default) causes.invalid("spec", "null", "either `defaultBackend` or `rules` must be specified");
  if (has_default) check_backend(*spec->find("defaultBackend"), "spec.defaultBackend", causes);
  each_item(ingress, "spec.rules", "spec.rules", [&](const Value& rule, const std::string& field) {
    check_host(text_at(rule, "host"), field + ".host", causes);
    each_item(rule, "http.paths", field + ".http.paths", [&](const Value& entry, const std::string& at) {
      check_path_text(entry, at, causes);
      if (const Value* backend = entry.find("backend")) check_backend(*backend, at + ".backend", causes);
    });
  });
  each_item(ingress, "spec.tls", "spec.tls", [&](const Value& tls, const std::string& field) {
    each_item(tls, "hosts", field + ".hosts", [&](const Value& host, const std::string& at) {
      if (host.as_string()) check_host(*host.as_string(), at, causes);
    });
  });
}

}  // namespace

void check_service_rules(const Value& document, const std::string& kind, Causes& causes) {
  if (kind == "Service") check_service(document, causes);
  else check_ingress(document, causes);
}

}  // namespace graylane::apiserver
