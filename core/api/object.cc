#include "api/object.h"

namespace graylane::api {

std::string GroupVersionKind::api_version() const { return group.empty() ? version : group + "/" + version; }

std::string ObjectKey::to_string() const { return kind + " " + (ns.empty() ? name : ns + "/" + name); }

const doc::Value* Object::annotation(std::string_view name) const {
  const doc::Value* metadata = content.find("metadata");
  const doc::Value* annotations = metadata ? metadata->find("annotations") : nullptr;
  return annotations ? annotations->find(name) : nullptr;
}

}  // namespace graylane::api
