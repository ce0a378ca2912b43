// The rules of Ingresses.
#include <algorithm>
#include <array>

#include "api/text_rules.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

/// Parts that a path may not have, and how that is said of the last of them.
constexpr std::array<std::string_view, 5> kBadParts = {"//", "/./", "/../", "%2f", "%2F"};
constexpr std::array<std::string_view, 2> kBadEnds = {"/..", "/."};

void check_path_text(const Value& entry, const std::string& field, Causes& causes) {
  const std::string type = text_at(entry, "pathType"), path = text_at(entry, "path"), at = field + ".path";
  const bool is_split = type == "Exact" || type == "Prefix";  // else what it means is for the controller to say
  if ((is_split || !path.empty()) && !path.starts_with('/')) causes.invalid(at, go_quoted(path), "must be an absolute path");
  if (!is_split || path.empty()) return;
  for (std::string_view part : kBadParts) {
    if (path.contains(part)) causes.invalid(at, go_quoted(path), "must not contain '" + std::string(part) + "'");
  }
  for (std::string_view end : kBadEnds) {
    if (path.ends_with(end)) causes.invalid(at, go_quoted(path), "cannot end with '" + std::string(end) + "'");
  }
}

void check_reference(const Value& reference, const std::string& field, Causes& causes) {
  if (const Value* group = reference.find("apiGroup"); group && group->as_string())
    check_subdomain_text(*group->as_string(), field + ".apiGroup", causes);
  for (const char* member : {"kind", "name"}) {
    const std::string text = text_at(reference, member), at = field + "." + member;
    if (text.empty()) causes.required(at);
    else check_path_segment(text, at, causes);
  }
}

void check_port(const Value& service, const std::string& field, Causes& causes) {
  const std::string name = text_at(service, "port.name");
  const int64_t number = number_at(service, "port.number");
  if (!name.empty() && number != 0) causes.invalid(field, "\"\"", "cannot set both port name & port number");
  else if (!name.empty()) check_port_name(name, field + ".service.port.name", causes);
  else if (number != 0) check_port_number(number, field + ".service.port.number", causes);
  else causes.required(field, "port name or number is required");
}

void check_backend(const Value& backend, const std::string& field, Causes& causes) {
  const Value* service = backend.find("service");
  const Value* resource = backend.find("resource");
  if (service && resource) return causes.invalid(field, "\"\"", "cannot set both resource and service backends");
  if (!service && !resource) return causes.invalid(field, "\"\"", "resource or service backend is required");
  if (resource) return check_reference(*resource, field + ".resource", causes);
  const std::string name = text_at(*service, "name");
  if (name.empty()) causes.required(field + ".service.name");
  else check_label_text(name, field + ".service.name", causes);
  check_port(*service, field, causes);
}

constexpr const char* kWildcardRule =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case "
    "alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for "
    "validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

void check_host(const std::string& host, const std::string& field, Causes& causes) {
  if (!host.contains('*')) return check_subdomain_text(host, field, causes);
  if (!host.starts_with("*.") || !api::is_dns_subdomain(host.substr(2))) causes.invalid(field, go_quoted(host), kWildcardRule);
}

void check_rule(const Value& rule, const std::string& field, Causes& causes) {
  const std::string host = text_at(rule, "host");
  if (api::is_ip_address(host)) causes.invalid(field + ".host", go_quoted(host), "must be a DNS name, not an IP address");
  if (!host.empty()) check_host(host, field + ".host", causes);
  if (rule.find("http") && size_at(rule, "http.paths") == 0) causes.required(field + ".http.paths");
  each_item(rule, "http.paths", field + ".http.paths", [&](const Value& entry, const std::string& at) {
    if (text_at(entry, "pathType").empty()) return causes.required(at + ".pathType", "pathType must be specified");
    check_path_text(entry, at, causes);
    if (const Value* backend = entry.find("backend")) check_backend(*backend, at + ".backend", causes);
  });
}

void check_ingress(const Value& ingress, Causes& causes) {
  const Value* spec = ingress.find("spec");
  const bool has_rules = size_at(ingress, "spec.rules") > 0, has_default = spec && spec->find("defaultBackend");
  if (!has_rules && !has_default) causes.invalid("spec", "null", "either `defaultBackend` or `rules` must be specified");
  if (has_default) check_backend(*spec->find("defaultBackend"), "spec.defaultBackend", causes);
  each_item(ingress, "spec.rules", "spec.rules",
            [&](const Value& rule, const std::string& field) { check_rule(rule, field, causes); });
  each_item(ingress, "spec.tls", "spec.tls", [&](const Value& tls, const std::string& field) {
    each_item(tls, "hosts", field + ".hosts", [&](const Value& host, const std::string& at) {
      if (host.as_string()) check_host(*host.as_string(), at, causes);
    });
    if (const std::string secret = text_at(tls, "secretName"); !secret.empty())
      check_subdomain_text(secret, field + ".secretName", causes);
  });
  if (const Value* name = find_path(ingress, "spec.ingressClassName"); name && name->as_string())
    check_subdomain_text(*name->as_string(), "spec.ingressClassName", causes);
}

/// The name of the class stood in an annotation once.
void check_class_annotation(const Value& ingress, Causes& causes) {
  const Value* annotations = find_path(ingress, "metadata.annotations");
  const Value* old = annotations && annotations->is_object() ? annotations->find("kubernetes.io/ingress.class") : nullptr;
  const Value* name = find_path(ingress, "spec.ingressClassName");
  if (old && name && *old != *name)
    causes.invalid("annotations.kubernetes.io/ingress.class", old, "must match `ingressClassName` when both are specified");
}

}  // namespace

void check_ingress_rules(const RuleCall& call, Causes& causes) {
  check_ingress(call.document, causes);
  if (!call.live) check_class_annotation(call.document, causes);
}

}  // namespace graylane::apiserver
