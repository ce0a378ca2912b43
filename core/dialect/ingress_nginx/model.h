// Model: upstreams, servers and locations as ingress-nginx's controller builds them from Ingress objects, in its order and with
// its quirks (reference: controller.go of 1.15.1, as observed). Built for one set of connected Ingresses, emitted as hosts of
// the route table, then thrown away.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/ingress.h"
#include "api/service_index.h"
#include "base/diagnostic.h"
#include "dialect/ingress_nginx/annotations.h"
#include "dialect/ingress_nginx/options.h"

namespace graylane::ingress_nginx {

/// What the compiler has made of one component.
struct Compiled;

/// One Ingress, read.
struct Entry {
  api::ObjectPtr object;
  api::Ingress view;
  Annotations annotations;
  Diagnostics diagnostics;  // of reading the annotations
  bool ours = false;
  bool unread = false;  // the object is newer than the rest
  /// Where the compiler and its indexes have it.
  struct Kept {
    std::vector<uint64_t> names;  // of Components
    uint64_t seen_by_walk = 0;    // of Components
    bool dirty = false;
    std::shared_ptr<Compiled> compiled;
  };
  mutable Kept kept;

  const std::string& ns() const { return object->key.ns; }
  /// "Ingress default/shop"
  std::string title() const { return object->key.to_string(); }
  bool is_canary() const { return annotations.canary.enabled; }
  bool has_default_service() const { return view.default_backend && !view.default_backend->service.empty(); }
};

/// Older first: creationTimestamp; objects without one are younger and keep the order of file and document; then by
/// namespace/name descending.
bool is_older(const Entry& a, const Entry& b);

inline constexpr std::string_view kCatchAll = "_";

struct Upstream {
  std::string key;  // "default/shop:80"
  std::string ns;
  std::string service;
  api::ServicePortRef port;
  const Entry* creator = nullptr;      // the first Ingress that names it: its settings hold for all
  bool no_server = false;              // created by a canary
  bool named_by_stable = false;        // some Ingress that is no canary names it
  bool deleted = false;                // a path of its canary matched nothing
  std::string affinity_cookie;         // empty: none
  const Entry* affinity_of = nullptr;  // whose settings the cookie has
  std::vector<std::string> alternatives;
  api::ResolvedPort resolved;
  bool uses_cluster_ip = false;
};

enum class LocationType { kPrefix, kExact };

struct Location {
  std::string path;
  LocationType type = LocationType::kPrefix;
  Upstream* upstream = nullptr;  // null: the built-in 404
  bool is_default = true;
  const Entry* ingress = nullptr;   // whose annotations hold; null: nobody's
  bool is_default_backend = false;  // of an Ingress without rules: its redirects and rewrites have no effect
  bool redirects_apply() const { return !is_default_backend; }
  Position at;
  std::vector<std::string> alternatives;  // unless Compat::shared_service
};

struct Server {
  std::string host;
  std::vector<Location> locations;
  std::unordered_map<std::string, size_t> first_of_path;  // in `locations`; empty while there are few
  std::vector<At<std::string>> aliases;
  const Entry* alias_owner = nullptr;
  const Entry* named_by = nullptr;  // the oldest Ingress with this host
  Position at;                      // where that one names it
  bool has_tls = false;
  const Entry* closed_by = nullptr;  // annotations.host_auth of this one
  const Entry* from_to_www = nullptr;
};

struct Model {
  std::map<std::string, Upstream> upstreams;
  std::map<std::string, Server> servers;
};

struct ModelInput {
  const std::vector<const Entry*>& ingresses;  // oldest first
  const api::ServiceIndex& services;
  const Options& options;
  bool any_stable = true;  // some Ingress of the whole cluster is no canary
};

/// Reports problems through this; position in the Ingress's file.
class Reporter {
 public:
  explicit Reporter(Diagnostics& out) : out_(out) {}
  void add(Severity severity, std::string_view id, const Entry& entry, Position at, std::string field, std::string message,
           std::string fix);

 private:
  Diagnostics& out_;
};

Model build_model(const ModelInput& input, Reporter& reporter);

/// Unlike ingress-nginx's name, it tells the Service b-c of the namespace a from the Service c of the namespace a-b: there the
/// one takes the other's traffic.
std::string upstream_key(std::string_view ns, const api::IngressBackend& backend);
/// ingress-nginx's name, which its affinity cookie is made of: "default-shop-80".
std::string nginx_name(const Upstream& upstream);
/// Paths that follow one another mostly have one upstream: asked before its key is made. `previous` may be null.
bool same_upstream(const api::IngressBackend* previous, const api::IngressBackend& backend);
/// What "" and a missing or implementation-specific type mean.
std::string_view effective_path(const api::IngressPath& path);
LocationType effective_type(const api::IngressPath& path);
/// "*" of a rule without a host.
std::string server_name(const api::IngressRule& rule);

/// The server of hosts that nobody names; it is always there.
Server& catch_all(Model& model);

// the steps of build_model
void create_upstreams(const ModelInput& input, Model& model);
void create_servers(const ModelInput& input, Model& model, Reporter& reporter);
void fill_locations(const ModelInput& input, Model& model, Reporter& reporter);
void report_lone_canaries(const ModelInput& input, Reporter& reporter);
void merge_canaries(const ModelInput& input, Model& model, Reporter& reporter);

}  // namespace graylane::ingress_nginx
