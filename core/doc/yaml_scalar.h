// What Kubernetes makes of a YAML scalar: the rules of sigs.k8s.io/yaml (YAML 1.1 with its exceptions). Pure functions.
#pragma once

#include <string_view>

#include "base/error.h"
#include "doc/value.h"

namespace graylane::doc {

/// A plain scalar without a tag. Not-a-number and infinities come back as doubles; the caller refuses them.
Value resolve_plain(std::string_view text, Position at = {});

/// A scalar with an explicit tag, in its long form ("tag:yaml.org,2002:int"). Unknown tags give the text.
/// The error's `what` says why the text is not of that type; its location is empty.
Result<Value> resolve_tagged(std::string_view tag, std::string_view text, Position at = {});

}  // namespace graylane::doc
