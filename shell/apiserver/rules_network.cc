// The rules of network policies, and of who answers for a Service.
#include <algorithm>
#include <array>
#include <set>

#include "api/text_rules.h"
#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kAddressesMax = 100, kPortsMax = 20'000, kEndpointsMax = 1'000, kHintsMax = 8;

bool is_protocol(const std::string& protocol) { return protocol == "TCP" || protocol == "UDP" || protocol == "SCTP"; }

// ---- NetworkPolicy

void check_numbered_port(const Value& port, int64_t number, const std::string& field, Causes& causes) {
  check_port_number(number, field + ".port", causes);
  const Value* end = port.find("endPort");
  if (!end || !end->as_int()) return;
  if (*end->as_int() < number)
    causes.invalid(field + ".endPort", std::to_string(number), "must be greater than or equal to `port`");
  check_port_number(*end->as_int(), field + ".endPort", causes);
}

void check_policy_port(const Value& port, const std::string& field, Causes& causes) {
  const std::string protocol = text_at(port, "protocol");
  if (!protocol.empty() && !is_protocol(protocol))
    causes.unsupported(field + ".protocol", go_quoted(protocol), {"TCP", "UDP", "SCTP"});
  const Value* number = port.find("port");
  const Value* end = port.find("endPort");
  if (number && number->as_int()) return check_numbered_port(port, *number->as_int(), field, causes);
  if (end)
    causes.invalid(
        field + ".endPort", end,
        number ? "may not be specified when `port` is non-numeric" : "may not be specified when `port` is not specified");
  if (number && number->as_string()) check_port_name(*number->as_string(), field + ".port", causes);
}

bool contains(const AddressRange& outer, const AddressRange& inner) {
  if (outer.bytes.size() != inner.bytes.size() || outer.prefix >= inner.prefix) return false;
  for (size_t bit = 0; bit < outer.prefix; ++bit) {
    const int shift = static_cast<int>(7 - bit % 8);
    if (((outer.bytes[bit / 8] ^ inner.bytes[bit / 8]) >> shift & 1) != 0) return false;
  }
  return true;
}

void check_block(const Value& block, const std::string& field, Causes& causes) {
  const std::string text = text_at(block, "cidr");
  if (text.empty()) return causes.required(field + ".cidr");
  const auto outer = check_range(text, field + ".cidr", causes);
  if (!outer) return;
  each_item(block, "except", field + ".except", [&](const Value& item, const std::string& at) {
    const std::string except = item.as_string() ? *item.as_string() : "";
    const auto inner = check_range(except, at, causes);
    if (inner && !contains(*outer, *inner)) causes.invalid(at, go_quoted(except), "must be a strict subset of `cidr`");
  });
}

void check_peer(const Value& peer, const std::string& field, Causes& causes) {
  size_t peers = 0;
  for (const char* member : {"podSelector", "namespaceSelector"}) {
    const Value* selector = peer.find(member);
    if (selector) ++peers;
    check_label_selector(selector, field + "." + member, causes);
  }
  const Value* block = peer.find("ipBlock");
  if (block) check_block(*block, field + ".ipBlock", causes);
  if (peers == 0 && !block) causes.required(field, "must specify a peer");
  else if (peers > 0 && block) causes.forbidden(field, "may not specify both ipBlock and another peer");
}

void check_direction(const Value& policy, const std::string& direction, const char* peers, Causes& causes) {
  const std::string path = "spec." + direction;
  each_item(policy, path.c_str(), path, [&](const Value& rule, const std::string& field) {
    each_item(rule, "ports", field + ".ports",
              [&](const Value& port, const std::string& at) { check_policy_port(port, at, causes); });
    each_item(rule, peers, field + "." + peers, [&](const Value& peer, const std::string& at) { check_peer(peer, at, causes); });
  });
}

void check_policy(const Value& policy, Causes& causes) {
  check_label_selector(find_path(policy, "spec.podSelector"), "spec.podSelector", causes);
  check_direction(policy, "ingress", "from", causes);
  check_direction(policy, "egress", "to", causes);
  if (size_at(policy, "spec.policyTypes") > 2)
    return causes.invalid("spec.policyTypes", find_path(policy, "spec.policyTypes"), "may not specify more than two policyTypes");
  each_item(policy, "spec.policyTypes", "spec.policyTypes", [&](const Value& type, const std::string& field) {
    if (type != Value("Ingress") && type != Value("Egress")) causes.unsupported(field, doc::to_json(type), {"Ingress", "Egress"});
  });
}

// ---- Endpoints

void check_old_address(const Value& address, const std::string& field, Causes& causes) {
  const std::string ip = text_at(address, "ip"), host = text_at(address, "hostname");
  check_address(ip, field + ".ip", causes);
  if (!host.empty()) check_label_text(host, field + ".hostname", causes);
  if (const Value* node = address.find("nodeName"); node && node->as_string())
    check_subdomain_text(*node->as_string(), field + ".nodeName", causes);
  check_endpoint_address(ip, field + ".ip", causes);
}

void check_old_port(const Value& port, bool needs_name, const std::string& field, Causes& causes) {
  const std::string name = text_at(port, "name"), protocol = text_at(port, "protocol");
  if (needs_name && name.empty()) causes.required(field + ".name");
  else if (!name.empty()) check_label_text(name, field + ".name", causes);
  check_port_number(number_at(port, "port"), field + ".port", causes);
  if (!protocol.empty() && !is_protocol(protocol))
    causes.unsupported(field + ".protocol", go_quoted(protocol), {"SCTP", "TCP", "UDP"});
  if (const Value* app = port.find("appProtocol"); app && app->as_string())
    check_qualified(*app->as_string(), field + ".appProtocol", causes);
}

void check_subset(const Value& subset, const std::string& field, Causes& causes) {
  if (size_at(subset, "addresses") == 0 && size_at(subset, "notReadyAddresses") == 0)
    causes.required(field, "must specify `addresses` or `notReadyAddresses`");
  for (const char* list : {"addresses", "notReadyAddresses"})
    each_item(subset, list, field + "." + list,
              [&](const Value& address, const std::string& at) { check_old_address(address, at, causes); });
  const bool several = size_at(subset, "ports") > 1;
  each_item(subset, "ports", field + ".ports",
            [&](const Value& port, const std::string& at) { check_old_port(port, several, at, causes); });
}

// ---- EndpointSlice

void check_slice_ports(const Value& slice, Causes& causes) {
  const auto count = static_cast<size_t>(size_at(slice, "ports"));
  if (count > kPortsMax) return causes.too_many("ports", count, kPortsMax);
  std::set<std::string> names;
  each_item(slice, "ports", "ports", [&](const Value& port, const std::string& field) {
    const std::string name = text_at(port, "name"), protocol = text_at(port, "protocol");
    if (!name.empty()) check_label_text(name, field + ".name", causes);
    if (!names.insert(name).second) causes.duplicate(field + ".name", go_quoted(name));
    if (!protocol.empty() && !is_protocol(protocol))
      causes.unsupported(field + ".protocol", go_quoted(protocol), {"SCTP", "TCP", "UDP"});
    if (const Value* app = port.find("appProtocol"); app && app->as_string())
      check_qualified(*app->as_string(), field + ".appProtocol", causes);
  });
}

void check_domain(std::string name, const std::string& field, Causes& causes) {
  if (name.empty()) return causes.required(field);
  if (name.ends_with('.')) name.pop_back();
  if (!api::is_dns_subdomain(name)) return causes.invalid(field, go_quoted(name), kSubdomainRule);
  if (!name.contains('.'))
    causes.invalid(field, go_quoted(name), "should be a domain with at least two segments separated by dots");
}

void check_slice_address(const std::string& text, const std::string& type, const std::string& list, const std::string& field,
                         Causes& causes) {
  if (type == "FQDN") return check_domain(text, field, causes);
  if (type != "IPv4" && type != "IPv6") return;
  if (!api::is_ip_address(text)) return check_address(text, field, causes);
  const bool fits = type == "IPv4" ? api::is_ipv4(text) : api::is_ipv6(text);
  if (!fits) causes.invalid(list, go_quoted(text), "must be an " + type + " address");
  check_endpoint_address(text, field, causes);
}

void check_hints(const Value& endpoint, const char* member, const std::string& field, Causes& causes) {
  const std::string path = std::string("hints.") + member, at = field + "." + path;
  const auto count = static_cast<size_t>(size_at(endpoint, path));
  if (count > kHintsMax) return causes.too_many(at, count, kHintsMax);
  std::set<std::string> names;
  each_item(endpoint, path.c_str(), at, [&](const Value& hint, const std::string& item) {
    const std::string name = text_at(hint, "name");
    if (!names.insert(name).second) causes.duplicate(item + ".name", go_quoted(name));
    if (std::string_view(member) == "forNodes") return check_subdomain_text(name, item + ".name", causes);
    if (const std::string problem = label_value_problem(name); !problem.empty())
      causes.invalid(item + ".name", go_quoted(name), problem);
  });
}

void check_endpoint(const Value& endpoint, const std::string& type, const std::string& field, Causes& causes) {
  const std::string list = field + ".addresses";
  const auto count = static_cast<size_t>(size_at(endpoint, "addresses"));
  if (count == 0) causes.required(list, "must contain at least 1 address");
  else if (count > kAddressesMax) causes.too_many(list, count, kAddressesMax);
  each_item(endpoint, "addresses", list, [&](const Value& address, const std::string& at) {
    if (address.as_string()) check_slice_address(*address.as_string(), type, list, at, causes);
  });
  if (const Value* node = endpoint.find("nodeName"); node && node->as_string())
    check_subdomain_text(*node->as_string(), field + ".nodeName", causes);
  check_label_map(endpoint, "deprecatedTopology", causes, field + ".deprecatedTopology");
  if (const Value* host = endpoint.find("hostname"); host && host->as_string())
    check_label_text(*host->as_string(), field + ".hostname", causes);
  check_hints(endpoint, "forZones", field, causes);
  check_hints(endpoint, "forNodes", field, causes);
}

void check_slice(const RuleCall& call, Causes& causes) {
  const Value& slice = call.document;
  check_slice_ports(slice, causes);
  if (call.live && text_at(*call.live, "addressType") != text_at(slice, "addressType")) return;  // which stays as it is
  const auto count = static_cast<size_t>(size_at(slice, "endpoints"));
  if (count > kEndpointsMax) return causes.too_many("endpoints", count, kEndpointsMax);
  const std::string type = text_at(slice, "addressType");
  each_item(slice, "endpoints", "endpoints",
            [&](const Value& endpoint, const std::string& field) { check_endpoint(endpoint, type, field, causes); });
}

}  // namespace

void check_network_rules(const RuleCall& call, Causes& causes) {
  if (call.kind == "NetworkPolicy") check_policy(call.document, causes);
  else if (call.kind == "EndpointSlice") check_slice(call, causes);
  else if (call.kind == "Endpoints")
    each_item(call.document, "subsets", "subsets",
              [&](const Value& subset, const std::string& field) { check_subset(subset, field, causes); });
}

}  // namespace graylane::apiserver
