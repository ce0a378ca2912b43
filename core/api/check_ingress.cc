// The rules of Ingresses between fields. What ingress-nginx serves although the API server would refuse it is a warning.
#include <string>

#include "api/fields.h"
#include "api/kinds_tables.h"
#include "api/text_rules.h"

namespace graylane::api {
namespace {

class IngressCheck {
 public:
  IngressCheck(bool is_v1, Report& report) : is_v1_(is_v1), report_(report) {}

  void spec(const doc::Value& spec, const Path& path);

 private:
  void rule(const doc::Value& rule, const Path& path);
  void host(const doc::Value& host, const Path& path);
  void http(const doc::Value& http, const Path& path);
  void path_entry(const doc::Value& entry, const Path& path);
  void path_text(const doc::Value& entry, const Path& path);
  void backend(const doc::Value& backend, const Path& path);
  void backend_v1(const doc::Value& backend, const Path& path);
  void backend_beta(const doc::Value& backend, const Path& path);
  void tls(const doc::Value& tls, const Path& path);

  bool is_v1_;
  Report& report_;
};

const doc::Array* array_in(const doc::Value& value, std::string_view member) {
  const doc::Value* found = value.find(member);
  return found ? found->as_array() : nullptr;
}

void IngressCheck::spec(const doc::Value& spec, const Path& path) {
  const char* default_member = is_v1_ ? "defaultBackend" : "backend";
  const doc::Value* default_backend = spec.find(default_member);
  const doc::Array* rules = array_in(spec, "rules");
  if (default_backend) backend(*default_backend, Path(&path, default_member));
  if (!default_backend && (!rules || rules->empty()))
    report_.warning("no-rules", path, spec.at(),
                    std::string("has neither rules nor ") + default_member + ": it routes nothing, and Kubernetes refuses it",
                    "add rules");
  Path rules_path(&path, "rules");
  for (size_t i = 0; rules && i < rules->size(); ++i) rule((*rules)[i], Path(&rules_path, i));
  const doc::Array* entries = array_in(spec, "tls");
  Path tls_path(&path, "tls");
  for (size_t i = 0; entries && i < entries->size(); ++i) tls((*entries)[i], Path(&tls_path, i));
}

void IngressCheck::rule(const doc::Value& rule, const Path& path) {
  if (!rule.is_object()) return;
  const doc::Value* host_value = rule.find("host");
  if (host_value) host(*host_value, Path(&path, "host"));
  const doc::Value* http_value = rule.find("http");
  if (http_value) return http(*http_value, Path(&path, "http"));
  report_.warning("rule-without-http", path, rule.at(), "has no http section, so no path leads to a Service",
                  "add http.paths, or remove the rule");
}

void IngressCheck::host(const doc::Value& host, const Path& path) {
  const std::string* text = host.as_string();
  if (!text || text->empty() || (is_host_pattern(*text) && !is_ip_address(*text))) return;
  std::string shown = quoted(*text);
  if (is_ip_address(*text))
    report_.warning("invalid-host", path, host.at(),
                    "must be a DNS name, not the IP address " + shown + "; Kubernetes refuses it");
  else
    report_.warning("invalid-host", path, host.at(),
                    "must be a DNS name in lower-case letters, or one after '*.', not " + shown + "; Kubernetes refuses it");
}

void IngressCheck::http(const doc::Value& http, const Path& path) {
  if (!http.is_object()) return;
  const doc::Array* entries = array_in(http, "paths");
  if (!http.find("paths") || (entries && entries->empty()))
    report_.warning("no-paths", path, http.at(), "has no paths, so nothing leads to a Service; Kubernetes refuses it",
                    "add paths");
  Path paths(&path, "paths");
  for (size_t i = 0; entries && i < entries->size(); ++i) path_entry((*entries)[i], Path(&paths, i));
}

void IngressCheck::path_entry(const doc::Value& entry, const Path& path) {
  if (!entry.is_object()) return;
  if (is_v1_ && !entry.find("pathType"))
    report_.warning("no-path-type", Path(&path, "pathType"), entry.at(),
                    "is missing, which Kubernetes refuses in networking.k8s.io/v1; it counts as ImplementationSpecific",
                    "add pathType: Prefix, Exact or ImplementationSpecific");
  path_text(entry, path);
  if (const doc::Value* value = entry.find("backend")) backend(*value, Path(&path, "backend"));
}

void IngressCheck::path_text(const doc::Value& entry, const Path& path) {
  const doc::Value* value = entry.find("path");
  const std::string* type = entry.find("pathType") ? entry.find("pathType")->as_string() : nullptr;
  bool needs_path = type && *type != "ImplementationSpecific";
  Position at = value ? value->at() : entry.at();
  if (value && !value->is_string()) return;
  const std::string text = value ? *value->as_string() : "";
  Path member(&path, "path");
  if (text.empty() && needs_path)
    report_.warning("bad-path", member, at, "is empty, which Kubernetes refuses with pathType " + *type + "; it counts as \"/\"",
                    "write path: /");
  else if (text.empty() && value) report_.warning("bad-path", member, at, "is empty; it counts as \"/\"", "write path: /");
  else if (!text.empty() && text.front() != '/')
    report_.warning("bad-path", member, at, "must begin with '/', or Kubernetes refuses it", "begin it with '/'");
  if (!needs_path) return;
  for (const char* part : {"//", "/./", "/../", "%2f", "%2F"}) {
    if (text.contains(part))
      report_.warning("bad-path", member, at,
                      std::string("contains \"") + part + "\", which Kubernetes refuses with pathType " + *type);
  }
}

void IngressCheck::backend(const doc::Value& backend, const Path& path) {
  if (!backend.is_object()) return;
  const char* member = is_v1_ ? "service" : "serviceName";
  bool has_service = backend.find(member);
  bool has_resource = backend.find("resource");
  if (has_service && has_resource)
    report_.error("invalid-value", path, backend.at(), std::string("has both ") + member + " and resource", "keep one of them");
  if (!has_service && !has_resource) {
    const char* fix = is_v1_ ? "add service with name and port" : "add serviceName and servicePort";
    report_.error("missing-field", Path(&path, member), backend.at(), "is required and missing", fix);
  }
  if (has_service) is_v1_ ? backend_v1(backend, path) : backend_beta(backend, path);
}

void IngressCheck::backend_v1(const doc::Value& backend, const Path& path) {
  const doc::Value& service = *backend.find("service");
  if (!service.is_object()) return;
  Path service_path(&path, "service");
  Path port_path(&service_path, "port");
  const doc::Value* port = service.find("port");
  bool by_number = port && port->find("number");
  bool by_name = port && port->find("name");
  if (port && !port->is_object()) return;
  Position at = port ? port->at() : service.at();
  if (by_number && by_name) report_.error("invalid-value", port_path, at, "has both number and name", "keep one of them");
  if (!by_number && !by_name)
    report_.error("missing-field", port_path, at, "needs a number or a name", "add port with number or name");
}

void IngressCheck::backend_beta(const doc::Value& backend, const Path& path) {
  if (!backend.find("servicePort"))
    report_.error("missing-field", Path(&path, "servicePort"), backend.at(), "is required and missing", "add servicePort");
}

void IngressCheck::tls(const doc::Value& tls, const Path& path) {
  const doc::Array* hosts = array_in(tls, "hosts");
  Path hosts_path(&path, "hosts");
  for (size_t i = 0; hosts && i < hosts->size(); ++i) host((*hosts)[i], Path(&hosts_path, i));
}

}  // namespace

void check_ingress(const doc::Object& ingress, Report& report) {
  const doc::Value* spec = ingress.find("spec");
  Path path(nullptr, "spec");
  const std::string* api_version = find_text(ingress, "apiVersion");
  if (spec && !spec->is_object()) return;
  const doc::Value absent(doc::Object(), ingress.empty() ? Position{} : ingress.begin()->key_at);
  IngressCheck(api_version && *api_version == "networking.k8s.io/v1", report).spec(spec ? *spec : absent, path);
}

}  // namespace graylane::api
