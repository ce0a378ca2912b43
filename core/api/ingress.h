// Ingress: a typed view of an Ingress object of networking.k8s.io/v1, networking.k8s.io/v1beta1 or extensions/v1beta1.
// What a dialect makes of it is the dialect's business; nothing is judged here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/location.h"

namespace graylane::api {

enum class PathType { kMissing, kExact, kPrefix, kImplementationSpecific };

/// A port of a Service, by number or by name (exactly one is set; both empty if the manifest gives none).
struct ServicePortRef {
  int32_t number = 0;
  std::string name;
  bool operator==(const ServicePortRef&) const = default;
  /// "80" or "http".
  std::string to_string() const;
};

struct IngressBackend {
  std::string service;  // empty when it is a resource backend
  ServicePortRef port;
  Position at;  // of the service's name, or of the backend
};

struct IngressPath {
  std::string path;  // as written; may be empty
  PathType type = PathType::kMissing;
  IngressBackend backend;
  Position at;  // of the path's text, or of the entry when it has none
};

struct IngressRule {
  std::string host;  // as written; empty: every host
  bool has_http = false;
  std::vector<IngressPath> paths;
  Position at;  // of the host's text, or of the rule when it has none
};

struct IngressTls {
  std::vector<std::string> hosts;
  std::string secret_name;
  Position at;
};

struct Ingress {
  std::optional<std::string> class_name;  // spec.ingressClassName
  Position class_at;
  std::optional<IngressBackend> default_backend;  // spec.defaultBackend, spec.backend in v1beta1
  std::vector<IngressRule> rules;
  std::vector<IngressTls> tls;
};

/// Reads an object of kind Ingress. Never fails: parts of a wrong type (which decoding has reported) count as absent.
Ingress read_ingress(const Object& object);

}  // namespace graylane::api
