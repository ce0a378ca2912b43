// Checking: a document becomes an object as it is stored (defaults filled in, unknown fields taken away), or the answer why not,
// with a cause for each finding. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"
#include "apiserver/status.h"

namespace graylane::apiserver {

struct Checked {
  api::Object object;
  std::vector<std::string> unknown;  // `unknown field "spec.foo"`
};

/// 400 when a value has another type than its field, 422 when one is not allowed.
Outcome<Checked> check_object(doc::Value document, const api::Kind& kind, const api::Kinds& kinds);

/// 422 when it changes what may not change, adds a finalizer to what is being deleted, or brings back what was deleted.
Outcome<void> check_change(const api::Object& live, const api::Object& next, const api::Kind& kind);

/// The causes of names, labels, annotations, owners and finalizers that are not allowed, in Kubernetes' words.
std::vector<patch::Cause> check_metadata(const doc::Value& document, const api::Kind& kind);

/// What Go's decoder says of the first value with a wrong type; empty: none.
std::string find_wrong_type(const doc::Value& document, const api::Kind& kind);

}  // namespace graylane::apiserver
