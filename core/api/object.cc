#include "api/object.h"

namespace graylane::api {

std::string GroupVersionKind::api_version() const { return group.empty() ? version : group + "/" + version; }

std::string ObjectKey::to_string() const { return kind + " " + (ns.empty() ? name : ns + "/" + name); }

const doc::Value* Object::annotation(std::string_view name) const { return annotations().find(name); }

const doc::Object& Object::annotations() const {
  static const doc::Object kEmpty;
  const doc::Value* metadata = content.find("metadata");
  const doc::Value* found = metadata ? metadata->find("annotations") : nullptr;
  return found && found->is_object() ? *found->as_object() : kEmpty;
}

namespace {

doc::Value* managed_fields_of(doc::Value& content) {
  doc::Object* members = content.as_object();
  doc::Value* metadata = members ? members->find("metadata") : nullptr;
  return metadata && metadata->is_object() ? metadata->as_object()->find("managedFields") : nullptr;
}

}  // namespace

void pack_managed_fields(doc::Value& content) {
  doc::Value* entries = managed_fields_of(content);
  if (entries && entries->is_array()) *entries = doc::Value::packed(*entries);
}

void unpack_managed_fields(doc::Value& content) {
  doc::Value* entries = managed_fields_of(content);
  if (entries && entries->is_packed()) *entries = entries->unpacked();
}

}  // namespace graylane::api
