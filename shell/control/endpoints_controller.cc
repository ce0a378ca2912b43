#include "control/endpoints_controller.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "api/build.h"
#include "api/service.h"
#include "api/view_fields.h"
#include "control/slice_objects.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr size_t kEndpointsMax = 1'000;  // of one object, as the API server allows

struct SlicePort {
  std::string name;
  std::string protocol;
  int32_t number = 0;
  std::string app_protocol;
  auto operator<=>(const SlicePort&) const = default;
};
using SlicePorts = std::vector<SlicePort>;

/// Where the program of this Pod serves a port of the Service; 0: nowhere, as it has no port of that name.
int32_t real_target(const api::ServicePort& port, const api::Pod& pod) {
  if (!port.target.name.empty()) {
    const api::ContainerPort* named = pod.pod.find_port(port.target.name, port.protocol);
    return named ? pod.real_port(named->number) : 0;
  }
  return pod.real_port(port.target.number != 0 ? port.target.number : port.number);
}

SlicePorts ports_of(const api::Service& service, const api::Pod& pod) {
  SlicePorts ports;
  for (const api::ServicePort& port : service.ports) {
    const int32_t number = real_target(port, pod);
    if (number > 0) ports.push_back({port.name, port.protocol, number, port.app_protocol});
  }
  return ports;
}

Value to_value(const SlicePorts& ports) {
  doc::Array array;
  for (const SlicePort& port : ports) {
    Value value =
        make_object({{"name", Value(port.name)}, {"protocol", Value(port.protocol)}, {"port", Value(int64_t{port.number})}});
    if (!port.app_protocol.empty()) value.as_object()->set("appProtocol", Value(port.app_protocol));
    array.push_back(std::move(value));
  }
  return Value(std::move(array));
}

bool is_ready(const api::Pod& pod, bool publish_not_ready) { return (pod.ready || publish_not_ready) && !pod.terminating; }

Value target_of(const api::Pod& pod) {
  return make_object({{"kind", Value("Pod")}, {"namespace", Value(pod.ns)}, {"name", Value(pod.name)}, {"uid", Value(pod.uid)}});
}

Value to_endpoint(const EndpointPod& pod, bool publish_not_ready) {
  Value endpoint = make_object({{"addresses", Value(doc::Array{Value(pod.ip)})},
                                {"conditions", make_object({{"ready", Value(is_ready(pod, publish_not_ready))},
                                                            {"serving", Value(pod.ready || publish_not_ready)},
                                                            {"terminating", Value(pod.terminating)}})},
                                {"targetRef", target_of(pod)}});
  if (!pod.node.empty()) endpoint.as_object()->set("nodeName", Value(pod.node));
  return endpoint;
}

bool is_endpoint(const api::Service& service, const api::ObjectKey& key, const api::Pod& pod) {
  return pod.ns == key.ns && !pod.ip.empty() && !pod.ended() && api::selects(service.selector, pod.pod.labels);
}

bool has_own_endpoints(const api::Object& service) {
  const api::Service view = api::read_service(service);
  return !view.is_external() && !view.selector.empty();
}

bool nothing(const api::Object&) { return true; }

using Groups = std::map<SlicePorts, std::vector<const EndpointPod*>>;

/// The Pods behind a Service by the ports on which they serve it, in order of name.
Groups group_pods(const api::Object& service, const std::vector<EndpointPod>& pods) {
  const api::Service view = api::read_service(service);
  Groups groups;
  for (const EndpointPod& pod : pods) {
    if (is_endpoint(view, service.key, pod)) groups[ports_of(view, pod)].push_back(&pod);
  }
  for (auto& [ports, members] : groups) std::ranges::sort(members, {}, &EndpointPod::name);
  return groups;
}

bool publishes_not_ready(const api::Object& service) {
  const Value* publish = fields::find(fields::find_object(&service.content, "spec"), "publishNotReadyAddresses");
  return publish && publish->as_bool() && *publish->as_bool();
}

Value to_address(const EndpointPod& pod) {
  Value address = make_object({{"ip", Value(pod.ip)}, {"targetRef", target_of(pod)}});
  if (!pod.node.empty()) address.as_object()->set("nodeName", Value(pod.node));
  return address;
}

/// Where a slice has an empty name, the older kind has none.
Value without_empty_names(Value ports) {
  for (Value& port : *ports.as_array()) {
    if (fields::text(&port, "name").empty()) port.as_object()->erase("name");
  }
  return ports;
}

/// `left`: of addresses that the object may still have.
Value to_subset(const SlicePorts& ports, const std::vector<const EndpointPod*>& pods, bool publish_not_ready, size_t& left) {
  Value subset = make_object({});
  for (const bool ready : {true, false}) {
    doc::Array addresses;
    for (const EndpointPod* pod : pods) {
      if (is_ready(*pod, publish_not_ready) != ready || left == 0) continue;
      addresses.push_back(to_address(*pod));
      --left;
    }
    if (!addresses.empty()) subset.as_object()->set(ready ? "addresses" : "notReadyAddresses", Value(std::move(addresses)));
  }
  subset.as_object()->set("ports", without_empty_names(to_value(ports)));
  return subset;
}

}  // namespace

EndpointPod read_endpoint_pod(const api::Object& object) {
  return {api::read_pod(object), fields::text(fields::find_object(&object.content, "spec"), "nodeName")};
}

std::vector<api::Object> slices_of(const api::Object& service, const std::vector<EndpointPod>& pods) {
  const bool publish_not_ready = publishes_not_ready(service);
  Groups groups = group_pods(service, pods);
  if (groups.empty()) groups[ports_of(api::read_service(service), {})];
  std::map<std::string, api::Object> slices;
  for (auto& [ports, members] : groups) {
    for (size_t first = 0; first == 0 || first < members.size(); first += kEndpointsMax) {
      doc::Array endpoints;
      for (size_t i = first; i < std::min(first + kEndpointsMax, members.size()); ++i)
        endpoints.push_back(to_endpoint(*members[i], publish_not_ready));
      api::Object slice =
          make_slice(service, {kSliceManager, "IPv4", std::move(endpoints), to_value(ports)}, first / kEndpointsMax);
      slices.emplace(slice.key.name, std::move(slice));
    }
  }
  std::vector<api::Object> result;
  for (auto& [name, slice] : slices) result.push_back(std::move(slice));
  return result;
}

api::Object endpoints_of(const api::Object& service, const std::vector<EndpointPod>& pods) {
  const bool publish_not_ready = publishes_not_ready(service);
  size_t left = kEndpointsMax;
  doc::Array subsets;
  for (const auto& [ports, members] : group_pods(service, pods))
    subsets.push_back(to_subset(ports, members, publish_not_ready, left));
  api::Object endpoints;
  endpoints.gvk = {"", "v1", "Endpoints"};
  endpoints.key = {"", "Endpoints", service.key.ns, service.key.name};
  endpoints.content =
      make_object({{"apiVersion", Value("v1")},
                   {"kind", Value("Endpoints")},
                   {"metadata", metadata_for(service, endpoints.key, {{kEndpointsManagerLabel, kEndpointsManager}})}});
  if (!subsets.empty()) endpoints.content.as_object()->set("subsets", Value(std::move(subsets)));
  return endpoints;
}

EndpointsController::EndpointsController(Client& client, std::chrono::seconds resync)
    : services_(client, {"", "Service", {}}, &has_own_endpoints, resync),
      pods_(client, {"", "Pod", {}}, &read_endpoint_pod),
      slices_(client, {kEndpointSliceGroup, "EndpointSlice", {}}, &nothing),
      endpoints_(client, {"", "Endpoints", {}}, &nothing),
      queue_(client) {}

Result<void> EndpointsController::catch_up(std::chrono::sys_seconds now) {
  const auto touched = [this](const api::ObjectKey& key) { touched_.insert(key.ns); };
  for (const auto& changed :
       {services_.catch_up(now, touched), pods_.catch_up(touched), slices_.catch_up(touched), endpoints_.catch_up(touched)}) {
    if (!changed) return std::unexpected(changed.error());
  }
  return {};
}

std::vector<Change> EndpointsController::changes_in(const std::string& ns) const {
  std::vector<EndpointPod> pods;
  for (const auto& [key, pod] : in_namespace(pods_.entries(), ns)) pods.push_back(pod.view);
  Slices wanted;
  for (const auto& [key, service] : in_namespace(services_.entries(), ns)) {
    if (!service.view) continue;
    for (api::Object& slice : slices_of(*service.object, pods)) wanted.emplace(slice.key, std::move(slice));
    api::Object older = endpoints_of(*service.object, pods);
    wanted.emplace(older.key, std::move(older));
  }
  std::vector<api::ObjectPtr> stored;
  for (const auto* kind : {&slices_, &endpoints_}) {
    for (const auto& [key, entry] : in_namespace(kind->entries(), ns)) stored.push_back(entry.object);
  }
  return changes_to({kSliceManager, kEndpointsManager}, wanted, stored);
}

Result<bool> EndpointsController::step(std::chrono::sys_seconds now) {
  if (auto known = catch_up(now); !known) return std::unexpected(std::move(known.error()));
  Work work{now};
  for (const std::string& ns : std::exchange(touched_, {})) {
    std::vector<Change> changes = changes_in(ns);
    if (!changes.empty()) touched_.insert(ns);  // until there is nothing to do
    std::ranges::move(changes, std::back_inserter(work.changes));
  }
  return queue_.carry_out(std::move(work));
}

}  // namespace graylane::control
