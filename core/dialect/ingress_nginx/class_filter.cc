#include "dialect/ingress_nginx/class_filter.h"

#include <algorithm>

namespace graylane::ingress_nginx {

namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) { return std::ranges::find(list, item) != list.end(); }

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& item : list) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

void ClassFilter::put(const api::Object& ingress_class) {
  classes_[ingress_class.key.name] = api::read_ingress_class(ingress_class);
}

std::optional<std::string> ClassFilter::why_not_class(const std::string& name) const {
  const bool named = contains(selector_.names, name);
  const auto found = classes_.find(name);
  if (found == classes_.end()) {
    if (named) return std::nullopt;
    return "its class " + name + " is none of " + joined(selector_.names) + ", and no IngressClass of that name is ours";
  }
  if (contains(selector_.controllers, found->second.controller) || (selector_.by_name && named)) return std::nullopt;
  return "the IngressClass " + name + " belongs to the controller " + found->second.controller;
}

std::optional<std::string> ClassFilter::why_not_ours(const api::Object& object, const api::Ingress& ingress) const {
  if (ingress.class_name) return why_not_class(*ingress.class_name);
  if (const doc::Value* annotation = object.annotation("kubernetes.io/ingress.class")) {
    const std::string* name = annotation->as_string();
    if (name != nullptr && contains(selector_.names, *name)) return std::nullopt;
    return "its annotation kubernetes.io/ingress.class is none of " + joined(selector_.names);
  }
  for (const auto& [name, ingress_class] : classes_) {
    if (ingress_class.is_default) return why_not_class(name);  // what the API server would have written into the object
  }
  if (selector_.without_class) return std::nullopt;
  return "it has no class, and there is no default class";
}

}  // namespace graylane::ingress_nginx
