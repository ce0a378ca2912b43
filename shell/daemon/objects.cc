#include "daemon/objects.h"

#include <algorithm>

#include "control/endpoints_controller.h"

namespace graylane::daemon {

namespace {

/// Null when one of the members is absent.
const doc::Value* find_in(const api::Object& object, std::initializer_list<std::string_view> members) {
  const doc::Value* at = &object.content;
  for (const std::string_view member : members) {
    if (at == nullptr) return nullptr;
    at = at->find(member);
  }
  return at;
}

bool has_controller(const api::Object& object) {
  const doc::Value* owners = find_in(object, {"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array()) return false;
  return std::ranges::any_of(*owners->as_array(), [](const doc::Value& owner) {
    const doc::Value* controller = owner.find("controller");
    return controller != nullptr && controller->as_bool() != nullptr && *controller->as_bool();
  });
}

bool is_made_of_pods(const api::Object& object) {
  const bool older = object.key.kind == "Endpoints";
  const std::string_view label = older ? "endpoints.kubernetes.io/managed-by" : "endpointslice.kubernetes.io/managed-by";
  const doc::Value* manager = find_in(object, {"metadata", "labels", label});
  return manager && *manager == doc::Value(older ? control::kEndpointsManager : control::kSliceManager);
}

}  // namespace

std::string objects_path(const std::string& state_folder) { return state_folder + "/objects.db"; }

bool is_volatile(const api::Object& object) {
  if (object.key.kind == "Event" || (object.key.kind == "Lease" && object.key.ns == "kube-node-lease")) return true;
  return object.key.kind == "Pod" ? has_controller(object) : is_made_of_pods(object);
}

Result<std::unique_ptr<store::DurableStore>> open_objects(const std::string& state_folder) {
  store::DurableStoreOptions options;
  options.is_volatile = is_volatile;
  return store::DurableStore::open(objects_path(state_folder), std::move(options));
}

}  // namespace graylane::daemon
