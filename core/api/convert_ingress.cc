// Ingresses of v1beta1 <-> networking.k8s.io/v1, and EndpointSlices of v1beta1 <-> v1.
#include <algorithm>
#include <charconv>

#include "api/build.h"
#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

/// "80" in quotes is a number, as its author meant it.
doc::Value port_of(const doc::Value& service_port) {
  const std::string* text = service_port.as_string();
  if (!text) return make_object({{"number", service_port}});
  int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (!text->empty() && read.ec == std::errc() && read.ptr == end) return make_object({{"number", make_number(number)}});
  return make_object({{"name", service_port}});
}

void backend_to_v1(doc::Object& backend) {
  const doc::Value* name = backend.find("serviceName");
  const doc::Value* port = backend.find("servicePort");
  if (!name && !port) return;
  doc::Object service;
  if (name) service.append("name", *name, {});
  if (port) service.append("port", port_of(*port), {});
  backend.erase("serviceName");
  backend.erase("servicePort");
  backend.set("service", doc::Value(std::move(service)));
}

void backend_to_beta(doc::Object& backend) {
  const doc::Object* service = find_object(backend, "service");
  if (!service) return;
  const doc::Value* name = service->find("name");
  const doc::Object* port = find_object(*service, "port");
  const doc::Value* number = port ? port->find("number") : nullptr;
  const doc::Value* port_name = port ? port->find("name") : nullptr;
  doc::Object flat;
  if (name) flat.append("serviceName", *name, {});
  if (number || port_name) flat.append("servicePort", number ? *number : *port_name, {});
  backend.erase("service");
  for (const doc::Member& member : flat) backend.set(member.key, member.value);
}

template <class Visit>
void for_each_backend(doc::Object& spec, Visit visit) {
  for_each_object(spec, "rules", [&](doc::Object& rule, Position) {
    doc::Object* http = find_object(rule, "http");
    if (!http) return;
    for_each_object(*http, "paths", [&](doc::Object& path, Position) {
      if (doc::Object* backend = find_object(path, "backend")) visit(*backend);
    });
  });
}

void rename(doc::Object& object, const char* from, const char* to) {
  for (doc::Member& member : object) {
    if (member.key == from) member.key = to;
  }
}

constexpr const char* kHostname = "kubernetes.io/hostname";
constexpr const char* kZone = "topology.kubernetes.io/zone";

}  // namespace

void ingress_to_storage(doc::Object& ingress) {
  doc::Object* spec = find_object(ingress, "spec");
  if (!spec) return;
  rename(*spec, "backend", "defaultBackend");
  if (doc::Object* backend = find_object(*spec, "defaultBackend")) backend_to_v1(*backend);
  for_each_backend(*spec, backend_to_v1);
}

void ingress_from_storage(doc::Object& ingress) {
  doc::Object* spec = find_object(ingress, "spec");
  if (!spec) return;
  if (doc::Object* backend = find_object(*spec, "defaultBackend")) backend_to_beta(*backend);
  rename(*spec, "defaultBackend", "backend");
  for_each_backend(*spec, backend_to_beta);
}

void endpoint_slice_to_storage(doc::Object& slice) {
  for_each_object(slice, "endpoints", [](doc::Object& endpoint, Position at) {
    doc::Object* topology = find_object(endpoint, "topology");
    if (!topology) return;
    doc::Object rest = *topology;
    endpoint.erase("topology");
    if (const doc::Value* node = rest.find(kHostname)) fill_in(endpoint, "nodeName", *node, at);
    if (const doc::Value* zone = rest.find(kZone)) fill_in(endpoint, "zone", *zone, at);
    rest.erase(kHostname);
    rest.erase(kZone);
    if (!rest.empty()) endpoint.set("deprecatedTopology", doc::Value(std::move(rest)));
  });
}

void endpoint_slice_from_storage(doc::Object& slice) {
  for_each_object(slice, "endpoints", [](doc::Object& endpoint, Position) {
    const doc::Object* kept = find_object(endpoint, "deprecatedTopology");
    doc::Object topology = kept ? *kept : doc::Object();
    if (const doc::Value* node = endpoint.find("nodeName")) topology.set(kHostname, *node);
    if (const doc::Value* zone = endpoint.find("zone")) topology.set(kZone, *zone);
    endpoint.erase("deprecatedTopology");
    endpoint.erase("zone");
    if (!topology.empty()) endpoint.set("topology", doc::Value(std::move(topology)));
  });
}

}  // namespace graylane::api
