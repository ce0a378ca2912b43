#include "sources/others.h"

#include <algorithm>

#include "api/view_fields.h"
#include "sources/document.h"

namespace graylane::sources {

using api::Object;
using api::ObjectKey;

namespace {

namespace fields = api::fields;

const doc::Value* metadata_of(const Object& object) { return fields::find_object(&object.content, "metadata"); }

bool has_controller(const Object& object) {
  return std::ranges::any_of(fields::items(metadata_of(object), "ownerReferences"), [](const doc::Value& owner) {
    const doc::Value* controls = fields::find(&owner, "controller");
    return controls && controls->as_bool() && *controls->as_bool();
  });
}

/// They have no owner, for the sake of old clients.
bool is_endpoints_of_a_service(const Object& object) {
  if (object.key.kind != "Endpoints") return false;
  const doc::Value* labels = fields::find_object(metadata_of(object), "labels");
  return !fields::text(labels, "endpoints.kubernetes.io/managed-by").empty();
}

bool is_of_every_namespace(const ObjectKey& key) {
  if (!key.group.empty()) return false;
  return (key.kind == "ServiceAccount" && key.name == "default") || (key.kind == "ConfigMap" && key.name == "kube-root-ca.crt");
}

}  // namespace

bool is_nobodys_loss(const Object& object) {
  const ObjectKey& key = object.key;
  const bool is_told = key.kind == "Event" && (key.group.empty() || key.group == "events.k8s.io");
  const bool is_lease = key.kind == "Lease" && key.group == "coordination.k8s.io";
  return is_told || is_lease || has_controller(object) || is_endpoints_of_a_service(object) || is_of_every_namespace(key) ||
         is_being_deleted(object);
}

}  // namespace graylane::sources
