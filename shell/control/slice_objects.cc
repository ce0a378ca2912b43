#include "control/slice_objects.h"

#include <set>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"
#include "control/content_hash.h"
#include "control/object_parts.h"

namespace graylane::control {

namespace {

using api::make_object;
using doc::Value;

constexpr const char* kServiceLabel = "kubernetes.io/service-name";
constexpr const char* kHeadlessLabel = "service.kubernetes.io/headless";
constexpr const char* kManagerLabel = "endpointslice.kubernetes.io/managed-by";

std::string slice_name(const api::Object& service, const Value& ports, size_t part) {
  std::string name = service.key.name + "-" + content_hash(ports);
  return part == 0 ? name : name + "-" + std::to_string(part);
}

bool is_of(const SliceManagers& managers, const api::Object& object) {
  const bool older = object.key.kind == "Endpoints";
  const Value* labels = api::fields::find_object(api::fields::find_object(&object.content, "metadata"), "labels");
  const std::string manager = api::fields::text(labels, older ? kEndpointsManagerLabel : kManagerLabel);
  return !manager.empty() && manager == (older ? managers.of_endpoints : managers.of_slices);
}

/// The same for the same Service.
std::string derived_uid(const api::Object& service, const api::ObjectKey& key) {
  uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : uid_of(service) + "/" + key.kind + "/" + key.name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3U;
  route::Rng random(hash);
  return random_uid(random);
}

/// What is wanted in the place of what is there; a slice counts how often that was something else.
api::Object next_of(api::Object wanted, const api::Object& present) {
  const Value* generation = api::fields::find(metadata_of(present), "generation");
  if (!generation || !generation->is_int()) return wanted;
  metadata_of(wanted).set("generation", *generation);
  if (wanted.content != present.content) metadata_of(wanted).set("generation", Value(*generation->as_int() + 1));
  return wanted;
}

}  // namespace

Value metadata_for(const api::Object& service, const api::ObjectKey& key, const api::Labels& own) {
  api::Labels labels = api::fields::labels(metadata_of(service), "labels");
  for (const char* reserved : {kServiceLabel, kManagerLabel, kEndpointsManagerLabel}) labels.erase(reserved);
  if (api::fields::text(api::fields::find_object(&service.content, "spec"), "clusterIP") == "None") labels[kHeadlessLabel] = "";
  for (const auto& [name, value] : own) labels[name] = value;
  Value metadata =
      make_object({{"name", Value(key.name)}, {"namespace", Value(key.ns)}, {"uid", Value(derived_uid(service, key))}});
  const Value* of_service = metadata_of(service);
  const Value* created = of_service ? of_service->find("creationTimestamp") : nullptr;
  if (created) metadata.as_object()->set("creationTimestamp", *created);
  metadata.as_object()->set("labels", api::make_labels(labels));
  if (key.kind == "Endpoints") return metadata;
  metadata.as_object()->set("generation", Value(int64_t{1}));
  metadata.as_object()->set("ownerReferences", Value(doc::Array{controller_reference(service)}));
  return metadata;
}

api::Object make_slice(const api::Object& service, SliceContent content, size_t part) {
  api::Object slice;
  slice.gvk = {kEndpointSliceGroup, "v1", "EndpointSlice"};
  slice.key = {kEndpointSliceGroup, "EndpointSlice", service.key.ns, slice_name(service, content.ports, part)};
  slice.content = make_object(
      {{"apiVersion", Value("discovery.k8s.io/v1")},
       {"kind", Value("EndpointSlice")},
       {"metadata", metadata_for(service, slice.key, {{kServiceLabel, service.key.name}, {kManagerLabel, content.manager}})},
       {"addressType", Value(content.address_type)},
       {"endpoints", Value(std::move(content.endpoints))},
       {"ports", std::move(content.ports)}});
  return slice;
}

std::vector<Change> changes_to(const SliceManagers& managers, const Slices& wanted, const std::vector<api::ObjectPtr>& stored) {
  std::vector<Change> changes;
  std::set<api::ObjectKey> present;
  for (const api::ObjectPtr& object : stored) {
    const auto found = wanted.find(object->key);
    if (found != wanted.end()) present.insert(object->key);
    if (!is_of(managers, *object)) continue;
    if (found == wanted.end()) {
      changes.push_back(Change::remove(object->key, object->revision));
      continue;
    }
    api::Object next = next_of(found->second, *object);
    if (next.content != object->content) changes.push_back(Change::apply(std::move(next)));
  }
  for (const auto& [key, object] : wanted) {
    if (!present.contains(key)) changes.push_back(Change::apply(object));
  }
  return changes;
}

Result<bool> write_slices(Client& client, const char* manager, const Slices& wanted, const std::vector<api::ObjectPtr>& stored) {
  std::vector<Change> changes = changes_to({manager, manager}, wanted, stored);
  if (changes.empty()) return false;
  const auto written = client.write(std::move(changes));
  if (written) return true;
  const ErrorCode code = written.error().code;
  if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound) return true;  // somebody was faster: look again
  return std::unexpected(written.error());
}

}  // namespace graylane::control
