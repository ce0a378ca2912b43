#include "api/ingress.h"

#include "api/view_fields.h"

namespace graylane::api {

namespace {

// The two shapes of a backend: v1 nests Service and port, both v1beta1 groups keep them flat.
enum class Shape { kV1, kBeta };

Shape shape_of(const Object& object) { return object.gvk.version == "v1" ? Shape::kV1 : Shape::kBeta; }

/// Null unless the member is a string. The views below look at each member once.
const doc::Value* text_value(const doc::Value* parent, std::string_view member) {
  const doc::Value* value = fields::find(parent, member);
  return value != nullptr && value->is_string() ? value : nullptr;
}

std::string text_of(const doc::Value* value) { return value != nullptr ? *value->as_string() : std::string(); }

// A number beats a name when the manifest gives both, as in ingress-nginx.
ServicePortRef read_v1_port(const doc::Value* service) {
  const doc::Value* port = fields::find_object(service, "port");
  const int32_t number = fields::number(port, "number");
  if (number != 0) return {number, {}};
  return {0, fields::text(port, "name")};
}

IngressBackend read_backend(const doc::Value& backend, Shape shape) {
  const bool v1 = shape == Shape::kV1;
  const doc::Value* service = v1 ? fields::find_object(&backend, "service") : &backend;
  const doc::Value* name = text_value(service, v1 ? "name" : "serviceName");
  return {text_of(name), v1 ? read_v1_port(service) : fields::int_or_name(service, "servicePort"),
          fields::position(name, backend)};
}

PathType read_path_type(const doc::Value& path) {
  const std::string* type = fields::find_text(&path, "pathType");
  if (type == nullptr) return PathType::kMissing;
  if (*type == "Exact") return PathType::kExact;
  if (*type == "Prefix") return PathType::kPrefix;
  return *type == "ImplementationSpecific" ? PathType::kImplementationSpecific : PathType::kMissing;
}

IngressPath read_path(const doc::Value& path, Shape shape) {
  const doc::Value* text = text_value(&path, "path");
  const Position at = fields::position(text, path);
  const doc::Value* backend = fields::find_object(&path, "backend");
  return {.path = text_of(text),
          .type = read_path_type(path),
          .backend = backend != nullptr ? read_backend(*backend, shape) : IngressBackend{.service = {}, .port = {}, .at = at},
          .at = at};
}

IngressRule read_rule(const doc::Value& rule, Shape shape) {
  const doc::Value* http = fields::find_object(&rule, "http");
  const doc::Value* host = text_value(&rule, "host");
  IngressRule result{.host = text_of(host), .has_http = http != nullptr, .paths = {}, .at = fields::position(host, rule)};
  const doc::Array& paths = fields::items(http, "paths");
  result.paths.reserve(paths.size());
  for (const doc::Value& path : paths) {
    if (path.is_object()) result.paths.push_back(read_path(path, shape));
  }
  return result;
}

IngressTls read_tls(const doc::Value& tls) {
  IngressTls result{.hosts = {}, .secret_name = fields::text(&tls, "secretName"), .at = tls.at()};
  for (const doc::Value& host : fields::items(&tls, "hosts")) {
    if (const std::string* text = host.as_string()) result.hosts.push_back(*text);
  }
  return result;
}

}  // namespace

std::string ServicePortRef::to_string() const { return name.empty() && number != 0 ? std::to_string(number) : name; }

Ingress read_ingress(const Object& object) {
  Ingress ingress;
  const Shape shape = shape_of(object);
  const doc::Value* spec = fields::find_object(&object.content, "spec");
  if (const doc::Value* name = text_value(spec, "ingressClassName")) {
    ingress.class_name = *name->as_string();
    ingress.class_at = name->at();
  }
  if (const doc::Value* backend = fields::find_object(spec, shape == Shape::kV1 ? "defaultBackend" : "backend")) {
    ingress.default_backend = read_backend(*backend, shape);
  }
  const doc::Array& rules = fields::items(spec, "rules");
  ingress.rules.reserve(rules.size());
  for (const doc::Value& rule : rules) {
    if (rule.is_object()) ingress.rules.push_back(read_rule(rule, shape));
  }
  for (const doc::Value& tls : fields::items(spec, "tls")) {
    if (tls.is_object()) ingress.tls.push_back(read_tls(tls));
  }
  return ingress;
}

}  // namespace graylane::api
