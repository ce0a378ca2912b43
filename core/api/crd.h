// CustomResourceDefinitions: kinds that come as objects (apiextensions.k8s.io/v1). Pure functions; safe from any thread.
//
// A definition is checked like any object when it is decoded. Its schemas must be structural, as Kubernetes demands; rules of CEL
// (x-kubernetes-validations) and conversion by webhooks are kept and not run, which conditions of its status say.
#pragma once

#include <string>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"
#include "base/error.h"

namespace graylane::api {

inline constexpr const char* kCrdGroup = "apiextensions.k8s.io";
inline constexpr const char* kCrdKind = "CustomResourceDefinition";
/// Keeps a definition that is being deleted until its objects are gone.
inline constexpr const char* kCrdCleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

bool is_crd(const GroupVersionKind& gvk);

/// A kind for each version that is served, the definition being one that was decoded. kInvalid: it was not, and cannot be used.
Result<std::vector<Kind>> kinds_of_crd(const Object& crd);

/// Fills the status of a definition: its conditions, the names that are accepted, the versions that objects are stored in. `kinds`:
/// what is served beside it; names of other kinds in its group are refused. `time`: RFC 3339, of conditions that change.
void establish_crd(doc::Value& crd, const Kinds& kinds, const std::string& time);

/// Sets a condition of the status; its time changes with its value only.
void set_condition(doc::Value& object, const std::string& type, bool status, const std::string& reason,
                   const std::string& message, const std::string& time);

/// Whether the condition is there and true.
bool has_condition(const doc::Value& object, std::string_view type);

}  // namespace graylane::api
