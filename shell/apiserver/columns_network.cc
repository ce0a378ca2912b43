#include "apiserver/columns_table.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kShown = 3;  // of addresses, ports and hosts

std::vector<std::string> balancer_addresses(const Value& o) {
  std::vector<std::string> words;
  for (const Value& entry : items_at(o, "status.loadBalancer.ingress")) {
    const std::string ip = text_at(entry, "ip");
    words.push_back(ip.empty() ? text_at(entry, "hostname") : ip);
  }
  return words;
}

std::string external_ip_text(const Value& service) {
  const std::string type = text_at(service, "spec.type");
  if (type == "ExternalName") return text_at(service, "spec.externalName");
  std::vector<std::string> addresses;
  if (type == "LoadBalancer") addresses = balancer_addresses(service);
  for (const Value& ip : items_at(service, "spec.externalIPs")) addresses.push_back(shown(&ip, ""));
  if (type == "LoadBalancer" && addresses.empty()) return "<pending>";
  return or_none(joined(addresses));
}

std::string service_ports_text(const Value& service) {
  std::vector<std::string> words;
  for (const Value& port : items_at(service, "spec.ports")) {
    const int64_t node_port = number_at(port, "nodePort");
    words.push_back(std::to_string(number_at(port, "port")) + (node_port ? ":" + std::to_string(node_port) : "") + "/" +
                    text_at(port, "protocol"));
  }
  return or_none(joined(words));
}

Cells service(const Value& o, int64_t now) {
  return {name_cell(o),
          text_cell(o, "spec.type"),
          none_cell(o, "spec.clusterIP"),
          Value(external_ip_text(o)),
          Value(service_ports_text(o)),
          age_cell(o, now),
          Value(labels_text(find_path(o, "spec.selector")))};
}

Cells ingress(const Value& o, int64_t now) {
  std::vector<std::string> hosts;
  for (const Value& rule : items_at(o, "spec.rules")) {
    if (std::string host = text_at(rule, "host"); !host.empty()) hosts.push_back(std::move(host));
  }
  return {name_cell(o),
          none_cell(o, "spec.ingressClassName"),
          Value(hosts.empty() ? "*" : joined(hosts, ",", kShown)),
          Value(joined(balancer_addresses(o))),
          Value(size_at(o, "spec.tls") > 0 ? "80, 443" : "80"),
          age_cell(o, now)};
}

Cells ingress_class(const Value& o, int64_t now) {
  const std::string group = text_at(o, "spec.parameters.apiGroup");
  const std::string kind = text_at(o, "spec.parameters.kind") + (group.empty() ? "" : "." + group);
  const bool has_parameters = find_path(o, "spec.parameters") != nullptr;
  return {name_cell(o), text_cell(o, "spec.controller"),
          Value(has_parameters ? kind + "/" + text_at(o, "spec.parameters.name") : "<none>"), age_cell(o, now)};
}

Cells endpoints(const Value& o, int64_t now) {
  std::vector<std::string> words;
  for (const Value& subset : items_at(o, "subsets")) {
    const doc::Array& ports = items_at(subset, "ports");
    const doc::Array& addresses = items_at(subset, "addresses");
    if (ports.empty()) {
      for (const Value& address : addresses) words.push_back(text_at(address, "ip"));
    }
    for (const Value& port : ports) {
      for (const Value& address : addresses)
        words.push_back(text_at(address, "ip") + ":" + std::to_string(number_at(port, "port")));
    }
  }
  return {name_cell(o), Value(or_none(joined(words, ",", kShown))), age_cell(o, now)};
}

std::string slice_ports_text(const Value& slice) {
  std::vector<std::string> words;
  for (const Value& port : items_at(slice, "ports")) {
    const Value* number = find_path(port, "port");
    words.push_back(shown(number ? number : find_path(port, "name"), "*"));
  }
  return words.empty() ? "<unset>" : joined(words, ",", kShown);
}

Cells endpoint_slice(const Value& o, int64_t now) {
  std::vector<std::string> words;
  for (const Value& endpoint : items_at(o, "endpoints")) {
    for (const Value& address : items_at(endpoint, "addresses")) words.push_back(shown(&address, ""));
  }
  return {name_cell(o), text_cell(o, "addressType"), Value(slice_ports_text(o)),
          Value(words.empty() ? "<unset>" : joined(words, ",", kShown)), age_cell(o, now)};
}

Cells network_policy(const Value& o, int64_t now) {
  return {name_cell(o), Value(selector_text(find_path(o, "spec.podSelector"))), age_cell(o, now)};
}

}  // namespace

std::span<const KindColumns> network_columns() {
  static const std::vector<KindColumns> kRows = {
      {"Service", {kName, {"Type"}, {"Cluster-IP"}, {"External-IP"}, {"Port(s)"}, kAge, kSelector}, service},
      {"Ingress", {kName, {"Class"}, {"Hosts"}, {"Address"}, {"Ports"}, kAge}, ingress},
      {"IngressClass", {kName, {"Controller"}, {"Parameters"}, kAge}, ingress_class},
      {"Endpoints", {kName, {"Endpoints"}, kAge}, endpoints},
      {"EndpointSlice", {kName, {"AddressType"}, {"Ports"}, {"Endpoints"}, kAge}, endpoint_slice},
      {"NetworkPolicy", {kName, {"Pod-Selector"}, kAge}, network_policy},
  };
  return kRows;
}

}  // namespace graylane::apiserver
