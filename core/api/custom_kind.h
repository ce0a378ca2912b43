// CustomKind: what a CustomResourceDefinition says of one version of its kind, beside names and schema. A plain value; immutable
// once it is shared, then safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/json_path.h"

namespace graylane::api {

/// A column of `kubectl get`.
struct PrinterColumn {
  std::string name;
  std::string type;  // "string", "integer", "number", "boolean", "date"
  std::string format;
  std::string description;
  int32_t priority = 0;
  JsonPath path;
};

struct CustomKind {
  std::string definition;  // the definition's name: "widgets.example.com"
  std::string list_kind;
  std::vector<PrinterColumn> columns;          // after the name
  std::vector<std::string> selectable_fields;  // "spec.mode"
  // Of the subresource /scale, as written: ".spec.replicas". Empty: there is none.
  std::string replicas_path;
  std::string status_replicas_path;
  std::string selector_path;
  bool terminating = false;  // its definition is being deleted: nothing new is accepted
};

}  // namespace graylane::api
