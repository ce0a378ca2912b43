#include "api/convert.h"

namespace graylane::api {

doc::Value convert(doc::Value content, const Kind& from, const Kind& to) {
  doc::Object* object = content.as_object();
  if (!object || from.gvk == to.gvk) return content;
  const bool same_form = from.to_storage == to.to_storage;
  if (!same_form && from.to_storage) from.to_storage(*object);
  if (!same_form && to.from_storage) to.from_storage(*object);
  object->set("apiVersion", doc::Value(to.gvk.api_version()));
  return content;
}

Object to_version(Object object, const Kind& wanted, const Kinds& kinds) {
  if (object.gvk == wanted.gvk) return object;
  const Kind* from = kinds.find(object.gvk.api_version(), object.gvk.kind);
  if (!from && !wanted.custom) return object;
  // A version of a custom resource that is no longer served has the same form as the others.
  if (from) object.content = convert(std::move(object.content), *from, wanted);
  else object.content.as_object()->set("apiVersion", doc::Value(wanted.gvk.api_version()));
  object.gvk = wanted.gvk;
  return object;
}

Object to_storage(Object object, const Kinds& kinds) {
  const Kind* from = kinds.find(object.gvk.api_version(), object.gvk.kind);
  return from ? to_version(std::move(object), kinds.storage_of(*from), kinds) : object;
}

}  // namespace graylane::api
