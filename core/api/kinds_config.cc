#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kConfigTypes = R"(
package io.k8s.api.core.v1

ConfigMap root
  immutable   bool @4*
  data        {string} @2
  binaryData  {bytes} @3

Secret root
  immutable   bool @5*
  data        {bytes} @2
  stringData  {string} @4
  type        string @3 =Opaque

Namespace root
  spec    NamespaceSpec @2
  status  NamespaceStatus @3 ={}

NamespaceSpec
  finalizers  [string] @1

NamespaceStatus
  phase       string @1 =Active
  conditions  [Condition] @2 keys=type
)";

}  // namespace graylane::api
