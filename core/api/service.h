// Service, Endpoints and EndpointSlice: typed views of the objects that say where a Service leads. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/ingress.h"
#include "api/labels.h"
#include "api/object.h"

namespace graylane::api {

struct ServicePort {
  std::string name;  // may be empty when the Service has one port
  int32_t number = 0;
  ServicePortRef target;  // targetPort; both parts empty when the manifest gives none
  std::string protocol = "TCP";
  std::string app_protocol;
  Position at;
};

struct Service {
  std::string type = "ClusterIP";
  std::string cluster_ip;     // "None" for a headless Service; empty when none is assigned
  std::string external_name;  // matters for type ExternalName only
  Labels selector;
  std::vector<ServicePort> ports;

  bool is_external() const { return type == "ExternalName"; }
  /// The port of that number, else of that name; TCP before other protocols. Null when there is none.
  const ServicePort* find_port(const ServicePortRef& port) const;
  /// The first port with that targetPort; null when there is none.
  const ServicePort* find_target(const ServicePortRef& target) const;
};

struct EndpointPort {
  std::string name;  // may be empty
  int32_t number = 0;
  std::string protocol = "TCP";
};

/// Addresses that are ready and serve the same ports.
struct EndpointSubset {
  std::vector<std::string> addresses;
  std::vector<EndpointPort> ports;
};

struct Endpoints {
  std::vector<EndpointSubset> subsets;  // without notReadyAddresses
};

/// Value of the label endpointslice.kubernetes.io/managed-by of slices that say what an ExternalName Service's name resolves to.
inline constexpr const char* kNameSlices = "names.graylane.dev";

struct EndpointSlice {
  std::string service;   // label kubernetes.io/service-name; empty when it belongs to no Service
  EndpointSubset ready;  // endpoints whose condition `ready` is true or missing; none of a slice of DNS names
  bool of_name = false;  // kNameSlices: addresses for every port of an ExternalName Service
};

// These never fail: parts of a wrong type (which decoding has reported) count as absent.
Service read_service(const Object& object);
Endpoints read_endpoints(const Object& object);
EndpointSlice read_endpoint_slice(const Object& object);

}  // namespace graylane::api
