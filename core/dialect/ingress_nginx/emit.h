// Emitting: a Model becomes hosts and backends of the route table.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dialect/ingress_nginx/model.h"
#include "route/table.h"

namespace graylane::ingress_nginx {

/// A host of the table and the name it is found under.
struct PublishedHost {
  enum class Kind : uint8_t { kExact, kOneLabel, kAnySuffix, kRegex, kFallback };
  Kind kind = Kind::kExact;
  std::string name;  // ".example" for wildcards; the expression for kRegex
  std::shared_ptr<const route::Regex> regex;
  route::HostPtr host;
};

struct PublishedBackend {
  route::BackendId id = route::kNoIndex;
  route::Backend backend;
};

struct Emitted {
  std::vector<PublishedHost> hosts;
  std::vector<std::shared_ptr<route::Host>> unindexed;  // the same hosts, for route::build_indexes()
  std::map<std::string, PublishedBackend> backends;     // by upstream key
};

struct EmitInput {
  const Model& model;
  const api::ServiceIndex& services;
  const Options& options;
  const ControllerConfig& config;
  /// Takes the id of an upstream key: the same one for the same key, as long as anybody uses it. Asked once for each key.
  std::function<route::BackendId(const std::string&)> backend_id;
};

Emitted emit(const EmitInput& input, Reporter& reporter);

route::Backend make_backend(const Upstream& upstream);

/// The fallback of a table whose manifests name none.
route::HostPtr built_in_fallback();

/// Reports values that would make nginx refuse its whole configuration; true: the Ingress must be left out.
bool would_freeze(const Entry& entry, Reporter& reporter);

/// The key that ingress-nginx's affinity cookie carries for an upstream: md5hex(md5hex(key) + key).
std::string affinity_key(std::string_view nginx_name);

}  // namespace graylane::ingress_nginx
