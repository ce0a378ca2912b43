// IngressClass: a typed view of an IngressClass object of networking.k8s.io/v1 or v1beta1. A plain value.
#pragma once

#include <string>

#include "api/object.h"

namespace graylane::api {

struct IngressClass {
  std::string name;
  std::string controller;   // "k8s.io/ingress-nginx"
  bool is_default = false;  // annotation ingressclass.kubernetes.io/is-default-class: "true"
  Position at;              // of the controller's text, or of the object when it has none
};

/// Reads an object of kind IngressClass. Never fails: parts of a wrong type count as absent.
IngressClass read_ingress_class(const Object& object);

}  // namespace graylane::api
