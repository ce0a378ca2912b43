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
constexpr const char* kManagerLabel = "endpointslice.kubernetes.io/managed-by";

std::string slice_name(const api::Object& service, const Value& ports, size_t part) {
  std::string name = service.key.name + "-" + content_hash(ports);
  return part == 0 ? name : name + "-" + std::to_string(part);
}

bool is_of(const char* manager, const api::Object& object) {
  const Value* labels = api::fields::find_object(api::fields::find_object(&object.content, "metadata"), "labels");
  return api::fields::text(labels, object.key.kind == "Endpoints" ? kEndpointsManagerLabel : kManagerLabel) == manager;
}

std::vector<Change> changes_to(const char* manager, const Slices& wanted, const std::vector<api::ObjectPtr>& stored) {
  std::vector<Change> changes;
  std::set<api::ObjectKey> present;
  for (const api::ObjectPtr& object : stored) {
    const auto found = wanted.find(object->key);
    if (found != wanted.end()) present.insert(object->key);
    if (!is_of(manager, *object)) continue;
    if (found == wanted.end()) changes.push_back(Change::remove(object->key, object->revision));
    else if (found->second.content != object->content) changes.push_back(Change::apply(found->second));
  }
  for (const auto& [key, object] : wanted) {
    if (!present.contains(key)) changes.push_back(Change::apply(object));
  }
  return changes;
}

}  // namespace

Value owner_of(const api::Object& service) {
  return make_object({{"apiVersion", Value("v1")},
                      {"kind", Value("Service")},
                      {"name", Value(service.key.name)},
                      {"uid", Value(uid_of(service))},
                      {"controller", Value(true)},
                      {"blockOwnerDeletion", Value(true)}});
}

Value metadata_for(const api::Object& service, const api::ObjectKey& key, Value labels) {
  Value metadata = make_object({{"name", Value(key.name)},
                                {"namespace", Value(key.ns)},
                                {"labels", std::move(labels)},
                                {"ownerReferences", Value(doc::Array{owner_of(service)})}});
  const Value* of_service = metadata_of(service);
  const Value* created = of_service ? of_service->find("creationTimestamp") : nullptr;
  if (created) metadata.as_object()->set("creationTimestamp", *created);
  return metadata;
}

api::Object make_slice(const api::Object& service, SliceContent content, size_t part) {
  api::Object slice;
  slice.gvk = {kEndpointSliceGroup, "v1", "EndpointSlice"};
  slice.key = {kEndpointSliceGroup, "EndpointSlice", service.key.ns, slice_name(service, content.ports, part)};
  slice.content = make_object(
      {{"apiVersion", Value("discovery.k8s.io/v1")},
       {"kind", Value("EndpointSlice")},
       {"metadata", metadata_for(service, slice.key,
                                 api::make_labels({{kServiceLabel, service.key.name}, {kManagerLabel, content.manager}}))},
       {"addressType", Value(content.address_type)},
       {"endpoints", Value(std::move(content.endpoints))},
       {"ports", std::move(content.ports)}});
  return slice;
}

Result<bool> write_slices(Client& client, const char* manager, const Slices& wanted, const std::vector<api::ObjectPtr>& stored) {
  std::vector<Change> changes = changes_to(manager, wanted, stored);
  if (changes.empty()) return false;
  const auto written = client.write(std::move(changes));
  if (written) return true;
  const ErrorCode code = written.error().code;
  if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound) return true;  // somebody was faster: look again
  return std::unexpected(written.error());
}

}  // namespace graylane::control
