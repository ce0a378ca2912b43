#include "control/endpoints_controller.h"

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <utility>

#include "api/build.h"
#include "api/service.h"
#include "api/view_fields.h"
#include "control/deployment_controller.h"
#include "control/pod_objects.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr const char* kServiceLabel = "kubernetes.io/service-name";
constexpr const char* kManagerLabel = "endpointslice.kubernetes.io/managed-by";
constexpr size_t kEndpointsMax = 1'000;  // of one slice, as the API server allows

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

Value to_endpoint(const api::Pod& pod, bool publish_not_ready) {
  const bool ready = (pod.ready || publish_not_ready) && !pod.terminating;
  return make_object(
      {{"addresses", Value(doc::Array{Value(pod.ip)})},
       {"conditions", make_object({{"ready", Value(ready)},
                                   {"serving", Value(pod.ready || publish_not_ready)},
                                   {"terminating", Value(pod.terminating)}})},
       {"targetRef",
        make_object(
            {{"kind", Value("Pod")}, {"namespace", Value(pod.ns)}, {"name", Value(pod.name)}, {"uid", Value(pod.uid)}})}});
}

bool is_endpoint(const api::Service& service, const api::ObjectKey& key, const api::Pod& pod) {
  return pod.ns == key.ns && !pod.ip.empty() && !pod.ended() && api::selects(service.selector, pod.pod.labels);
}

Value owner_of(const api::Object& service) {
  return make_object({{"apiVersion", Value("v1")},
                      {"kind", Value("Service")},
                      {"name", Value(service.key.name)},
                      {"uid", Value(uid_of(service))},
                      {"controller", Value(true)},
                      {"blockOwnerDeletion", Value(true)}});
}

/// The name follows from the ports, so that a slice stays the same object while Pods come and go; `part` counts from 0.
std::string slice_name(const api::Object& service, const Value& ports, size_t part) {
  std::string name = service.key.name + "-" + template_hash(ports);
  return part == 0 ? name : name + "-" + std::to_string(part);
}

api::Object make_slice(const api::Object& service, const SlicePorts& ports, doc::Array endpoints, size_t part) {
  const Value port_list = to_value(ports);
  api::Object slice;
  slice.gvk = {"discovery.k8s.io", "v1", "EndpointSlice"};
  slice.key = {"discovery.k8s.io", "EndpointSlice", service.key.ns, slice_name(service, port_list, part)};
  slice.content = make_object(
      {{"apiVersion", Value("discovery.k8s.io/v1")},
       {"kind", Value("EndpointSlice")},
       {"metadata",
        make_object({{"name", Value(slice.key.name)},
                     {"namespace", Value(slice.key.ns)},
                     {"labels", api::make_labels({{kServiceLabel, service.key.name}, {kManagerLabel, kSliceManager}})},
                     {"ownerReferences", Value(doc::Array{owner_of(service)})}})},
       {"addressType", Value("IPv4")},
       {"endpoints", Value(std::move(endpoints))},
       {"ports", port_list}});
  return slice;
}

bool is_ours(const api::Object& slice) {
  const Value* labels = fields::find_object(fields::find_object(&slice.content, "metadata"), "labels");
  return fields::text(labels, kManagerLabel) == kSliceManager;
}

bool has_own_endpoints(const api::Service& service) { return !service.is_external() && !service.selector.empty(); }

/// What is stored of ours becomes what is wanted.
std::vector<Change> changes_to(const std::map<api::ObjectKey, api::Object>& wanted, const std::vector<api::ObjectPtr>& stored) {
  std::vector<Change> changes;
  std::set<api::ObjectKey> present;
  for (const api::ObjectPtr& slice : stored) {
    if (!is_ours(*slice)) continue;
    const auto found = wanted.find(slice->key);
    if (found == wanted.end()) {
      changes.push_back(Change::remove(slice->key, slice->revision));
      continue;
    }
    present.insert(slice->key);
    if (found->second.content != slice->content) changes.push_back(Change::apply(found->second));
  }
  for (const auto& [key, slice] : wanted) {
    if (!present.contains(key)) changes.push_back(Change::apply(slice));
  }
  return changes;
}

}  // namespace

std::vector<api::Object> slices_of(const api::Object& service, const std::vector<api::Pod>& pods) {
  const api::Service view = api::read_service(service);
  const Value* publish = fields::find(fields::find_object(&service.content, "spec"), "publishNotReadyAddresses");
  const bool publish_not_ready = publish && publish->as_bool() && *publish->as_bool();
  std::map<SlicePorts, std::vector<const api::Pod*>> groups;
  for (const api::Pod& pod : pods) {
    if (is_endpoint(view, service.key, pod)) groups[ports_of(view, pod)].push_back(&pod);
  }
  if (groups.empty()) groups[ports_of(view, {})];
  std::map<std::string, api::Object> slices;
  for (auto& [ports, members] : groups) {
    std::ranges::sort(members, {}, &api::Pod::name);
    for (size_t first = 0; first == 0 || first < members.size(); first += kEndpointsMax) {
      doc::Array endpoints;
      for (size_t i = first; i < std::min(first + kEndpointsMax, members.size()); ++i)
        endpoints.push_back(to_endpoint(*members[i], publish_not_ready));
      api::Object slice = make_slice(service, ports, std::move(endpoints), first / kEndpointsMax);
      slices.emplace(slice.key.name, std::move(slice));
    }
  }
  std::vector<api::Object> result;
  for (auto& [name, slice] : slices) result.push_back(std::move(slice));
  return result;
}

Result<bool> EndpointsController::step() {
  std::map<api::ObjectKey, api::Object> wanted;
  auto services = client_.list({"", "Service", {}});
  if (!services) return std::unexpected(std::move(services.error()));
  auto pods = client_.list({"", "Pod", {}});
  if (!pods) return std::unexpected(std::move(pods.error()));
  auto slices = client_.list({"discovery.k8s.io", "EndpointSlice", {}});
  if (!slices) return std::unexpected(std::move(slices.error()));
  std::map<std::string, std::vector<api::Pod>> pods_by_namespace;
  for (const api::ObjectPtr& pod : pods->items) pods_by_namespace[pod->key.ns].push_back(api::read_pod(*pod));
  for (const api::ObjectPtr& service : services->items) {
    if (!has_own_endpoints(api::read_service(*service))) continue;
    for (api::Object& slice : slices_of(*service, pods_by_namespace[service->key.ns]))
      wanted.emplace(slice.key, std::move(slice));
  }
  std::vector<Change> changes = changes_to(wanted, slices->items);
  if (changes.empty()) return false;
  const auto written = client_.write(std::move(changes));
  if (written) return true;
  const ErrorCode code = written.error().code;
  if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound) return true;  // somebody was faster: look again
  return std::unexpected(written.error());
}

}  // namespace graylane::control
