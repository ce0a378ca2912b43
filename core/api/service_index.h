// ServiceIndex: which endpoints stand behind a Service's port, derived from Service, Endpoints, EndpointSlice, Deployment
// (and later Pod) objects. A value; not thread-safe; deterministic.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/by_name.h"
#include "api/ingress.h"
#include "api/label_index.h"
#include "api/object.h"
#include "api/service.h"
#include "api/workload.h"

namespace graylane::api {

struct Endpoint {
  std::string address;  // IP literal; the DNS name of an ExternalName Service that nobody has resolved; empty when `planned`
  uint16_t port = 0;
  /// Known only from a Deployment that has replicas and matches the Service's selector; no address yet.
  bool planned = false;
  bool operator==(const Endpoint&) const = default;
};

/// What a port of a Service leads to.
struct ResolvedPort {
  enum class State { kReady, kNoService, kNoPort, kNoEndpoints };
  State state = State::kNoService;
  std::vector<Endpoint> endpoints;  // ready ones only, sorted by address and port; empty unless kReady
  uint16_t number = 0;              // of the Service's port
  std::string protocol = "TCP";
  std::string app_protocol;
  std::string cluster_ip;  // of the Service; empty when it has none ("None")
  std::string external_name;
  Location service_at;  // where the Service is defined
  bool operator==(const ResolvedPort& other) const;
};

class ServiceIndex {
 public:
  /// "namespace/name" of the Services whose answer may differ after this change.
  using Affected = std::set<std::string>;

  /// Kinds that do not matter here are ignored.
  Affected put(const ObjectPtr& object);
  Affected remove(const ObjectKey& key);

  /// As ingress-nginx resolves it: the Service must exist and have the port (by number, by name, or as targetPort); endpoints come from
  /// its EndpointSlices and Endpoints (ready addresses, the port of that name), else from Deployments whose Pod template
  /// matches the selector and that have replicas. An ExternalName Service's come from its slices of addresses (kNameSlices);
  /// where nobody resolves names, it has one endpoint, the name.
  ResolvedPort resolve(std::string_view ns, std::string_view service, const ServicePortRef& port) const;
  bool has_service(std::string_view ns, std::string_view service) const;
  /// For people who mistyped: the Service of the namespace whose name is nearest; empty when none is near.
  std::string nearest_service(std::string_view ns, std::string_view service) const;
  /// "80, 443 (https)"; empty when there is no such Service or it has none.
  std::string ports_text(std::string_view ns, std::string_view service) const;
  /// By number; nothing when the Service does not exist or has no port.
  std::optional<ServicePortRef> first_port(std::string_view ns, std::string_view service) const;

 private:
  struct ServiceEntry {
    Service view;
    Location at;
    LabelIndex::Label indexed_by;  // in services_by_label; only if the selector is not empty
  };

  using SlicesByName = std::map<std::string, EndpointSlice, std::less<>>;

  struct Namespace {
    ByName<ServiceEntry> services;
    ByName<Endpoints> endpoints;  // by the Service's name, which is their own
    ByName<SlicesByName> slices;  // by the Service's name
    ByName<std::string> service_of_slice;
    ByName<Deployment> deployments;
    LabelIndex services_by_label;     // each Service under one label of its selector
    LabelIndex deployments_by_label;  // each Deployment under every label of its Pod template

    void put_service(const Object& object);
    void put_slice(const Object& object);
    void put_deployment(const Object& object);
    void remove_service(const std::string& name);
    void remove_slice(const std::string& name);
    void remove_deployment(const std::string& name);
    bool empty() const;

    bool knows(const ObjectKey& key) const;
    /// The names of the Services that an object of this key, as it is known now, has a say in.
    std::set<std::string> served_by(const ObjectKey& key) const;
    std::set<std::string> selecting(const Labels& labels) const;

    std::vector<Endpoint> endpoints_of(std::string_view service, const ServiceEntry& entry, const ServicePort& port) const;
    std::vector<Endpoint> planned(const Labels& selector, const ServicePort& port) const;
  };

  const Namespace* find_namespace(std::string_view ns) const;
  const ServiceEntry* find_service(std::string_view ns, std::string_view service) const;
  static void add_affected(const ObjectKey& key, const Namespace& space, Affected& affected);
  static void forget(const ObjectKey& key, Namespace& space);

  ByName<Namespace> namespaces_;
};

}  // namespace graylane::api
