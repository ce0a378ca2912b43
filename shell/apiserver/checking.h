// Checking: a document becomes an object as it is stored (defaults filled in, unknown fields taken away), or the answer why not,
// with a cause for each finding. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"
#include "apiserver/body.h"
#include "apiserver/status.h"

namespace graylane::apiserver {

struct Checked {
  api::Object object;
  std::vector<std::string> unknown;  // of a custom resource: `unknown field "spec.foo"`
};

/// The answer to a document (of `is_patch`: what a patch made) that Go's decoder would not read.
ApiError unreadable(const doc::Value& document, const api::Kind& kind, const std::string& problem, bool is_patch);

/// 400 (of what a patch made 422) when a value has another type than its field; else the fields that a built-in kind does not have.
Outcome<std::vector<Finding>> check_types(const doc::Value& document, const api::Kind& kind, bool is_patch);

/// 422 when a value is not allowed. Types have been checked. `with_rules`: those of rules.h too. `live`: the object as it was, or
/// null; then also when it changes what may not change, or adds a finalizer to what is being deleted.
Outcome<Checked> check_object(const doc::Value& document, const api::Kind& kind, const api::Kinds& kinds, bool with_rules,
                              const doc::Value* live);

/// The causes of names, labels, annotations, owners and finalizers that are not allowed, in Kubernetes' words.
std::vector<patch::Cause> check_metadata(const doc::Value& document, const api::Kind& kind);

}  // namespace graylane::apiserver
