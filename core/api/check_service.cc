// The rules of Services, Endpoints and EndpointSlices between fields.
#include <set>
#include <string>

#include "api/fields.h"
#include "api/kinds_tables.h"
#include "api/text_rules.h"

namespace graylane::api {
namespace {

bool is_headless(const doc::Object& spec) {
  const std::string* ip = find_text(spec, "clusterIP");
  return ip && *ip == "None";
}

void check_port_names(const doc::Array& ports, const Path& path, Report& report) {
  std::set<std::string> seen;
  for (size_t i = 0; i < ports.size(); ++i) {
    const doc::Object* port = ports[i].as_object();
    const std::string* name = port ? find_text(*port, "name") : nullptr;
    Path item(&path, i);
    if (!port) continue;
    if (!name || name->empty())
      // Routing by number needs no name, so the Service is served as it is.
      report.warning("missing-field", Path(&item, "name"), ports[i].at(),
                     "is missing: Kubernetes refuses a Service with several ports unless all have names", "add name");
    else if (!seen.insert(*name).second)
      report.error("duplicate-entry", Path(&item, "name"), port->find("name")->at(), "is the name of a port before it",
                   "choose another name");
  }
}

void check_ports(const doc::Object& spec, const std::string& type, Position at, const Path& path, Report& report) {
  const doc::Array* ports = find_array(spec, "ports");
  Path ports_path(&path, "ports");
  bool may_be_empty = type == "ExternalName" || is_headless(spec);
  if ((!ports || ports->empty()) && !may_be_empty && !(spec.find("ports") && !ports))
    report.error("missing-field", ports_path, at, "is required and missing", "add ports");
  if (ports && ports->size() > 1) check_port_names(*ports, ports_path, report);
}

void check_addresses_of_type(const doc::Object& spec, const std::string& type, Position at, const Path& path, Report& report) {
  const doc::Value* name = spec.find("externalName");
  const std::string* text = name ? name->as_string() : nullptr;
  Path name_path(&path, "externalName");
  if (type == "ExternalName" && (!name || (text && text->empty())))
    report.error("missing-field", name_path, at, "is required for type ExternalName", "add externalName");
  std::string_view host = text ? std::string_view(*text) : std::string_view();
  if (host.ends_with('.')) host.remove_suffix(1);
  if (type == "ExternalName" && !host.empty() && !is_dns_subdomain(host))
    report.error("invalid-value", name_path, name->at(), "must be a DNS name in lower-case letters");
  const doc::Value* ip = spec.find("clusterIP");
  const std::string* ip_text = ip ? ip->as_string() : nullptr;
  if (ip_text && !ip_text->empty() && *ip_text != "None" && !is_ip_address(*ip_text))
    report.error("invalid-value", Path(&path, "clusterIP"), ip->at(), "must be an IP address, None or empty");
}

/// Why Kubernetes accepts no endpoint of that address; null when it does.
const char* special_address(std::string_view address) {
  if (address.starts_with("127.") || address == "::1") return "a loopback address";
  if (address == "0.0.0.0" || address == "::") return "the unspecified address";
  if (address.starts_with("169.254.") || address.starts_with("fe80:")) return "a link-local address";
  if (address.starts_with("224.0.0.")) return "a multicast address";
  return nullptr;
}

void check_address(const doc::Value& value, const Path& path, Report& report) {
  const std::string* address = value.as_string();
  const char* special = address ? special_address(*address) : nullptr;
  if (!special) return;
  bool loopback = address->starts_with("127.") || *address == "::1";
  report.warning(loopback ? "loopback-endpoint" : "special-endpoint", path, value.at(),
                 "is " + *address + ", " + special + ", which Kubernetes refuses as an endpoint; it is used here");
}

void check_subset(const doc::Value& subset, const Path& path, Report& report) {
  const doc::Object* object = subset.as_object();
  if (!object) return;
  for (const char* list : {"addresses", "notReadyAddresses"}) {
    const doc::Array* addresses = find_array(*object, list);
    Path list_path(&path, list);
    for (size_t i = 0; addresses && i < addresses->size(); ++i) {
      Path item(&list_path, i);
      if (const doc::Value* ip = (*addresses)[i].find("ip")) check_address(*ip, Path(&item, "ip"), report);
    }
  }
}

bool matches_type(std::string_view address, std::string_view type) {
  if (type == "IPv4") return is_ipv4(address);
  if (type == "IPv6") return is_ipv6(address);
  return type != "FQDN" || is_dns_subdomain(address);
}

void check_slice_endpoint(const doc::Value& endpoint, const std::string& type, const Path& path, Report& report) {
  const doc::Value* value = endpoint.find("addresses");
  const doc::Array* addresses = value ? value->as_array() : nullptr;
  Path list(&path, "addresses");
  if (addresses && addresses->empty())
    report.error("missing-field", list, value->at(), "needs at least one address", "add an address");
  for (size_t i = 0; addresses && i < addresses->size(); ++i) {
    const doc::Value& address = (*addresses)[i];
    if (address.is_string() && !matches_type(*address.as_string(), type))
      report.error("invalid-value", Path(&list, i), address.at(), "must be an address of the slice's addressType " + type);
    else check_address(address, Path(&list, i), report);
  }
}

}  // namespace

void check_service(const doc::Object& service, Report& report) {
  const doc::Object* spec = find_object(service, "spec");
  const std::string* type = spec ? find_text(*spec, "type") : nullptr;
  if (!type) return;
  Path path(nullptr, "spec");
  Position at = service.find("spec")->at();
  check_ports(*spec, *type, at, path, report);
  check_addresses_of_type(*spec, *type, at, path, report);
}

void check_endpoints(const doc::Object& endpoints, Report& report) {
  const doc::Array* subsets = find_array(endpoints, "subsets");
  Path path(nullptr, "subsets");
  for (size_t i = 0; subsets && i < subsets->size(); ++i) check_subset((*subsets)[i], Path(&path, i), report);
}

void check_endpoint_slice(const doc::Object& slice, Report& report) {
  const doc::Array* endpoints = find_array(slice, "endpoints");
  const std::string* type = find_text(slice, "addressType");
  Path path(nullptr, "endpoints");
  for (size_t i = 0; endpoints && type && i < endpoints->size(); ++i)
    check_slice_endpoint((*endpoints)[i], *type, Path(&path, i), report);
}

}  // namespace graylane::api
