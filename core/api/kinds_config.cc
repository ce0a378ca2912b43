#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kConfigTypes = R"(
ConfigMap root
  immutable   bool
  data        {string}
  binaryData  {bytes}

Secret root
  immutable   bool
  data        {bytes}
  stringData  {string}
  type        string =Opaque

Namespace root
  spec    NamespaceSpec
  status  NamespaceStatus ={}

NamespaceSpec
  finalizers  [string]

NamespaceStatus
  phase       string =Active
  conditions  [Condition] keys=type
)";

}  // namespace graylane::api
