#include "api/ingress_class.h"

#include "api/view_fields.h"

namespace graylane::api {

IngressClass read_ingress_class(const Object& object) {
  const doc::Value* spec = fields::find_object(&object.content, "spec");
  const doc::Value* annotation = object.annotation("ingressclass.kubernetes.io/is-default-class");
  const std::string* is_default = annotation ? annotation->as_string() : nullptr;
  return {.name = object.key.name,
          .controller = fields::text(spec, "controller"),
          .is_default = is_default && *is_default == "true",
          .at = fields::position(fields::find_text(spec, "controller") ? spec->find("controller") : nullptr, object.content)};
}

}  // namespace graylane::api
