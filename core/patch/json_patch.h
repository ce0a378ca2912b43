// JSON patch (RFC 6902) and merge patch (RFC 7386). Pure functions. Both take the object by value: what is refused leaves no
// half-patched object behind. As Kubernetes does, array indices may be negative (-1: the last), and a test for null holds
// where nothing is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "doc/value.h"
#include "patch/failure.h"

namespace graylane::patch {

struct JsonPatchLimits {
  size_t operations_max = 10'000;
  size_t copied_bytes_max = size_t{3} << 20;  // of all copy operations together, about as JSON
  size_t visits_max = 100'000'000;            // members and items looked at or moved along, of all operations together
  uint32_t depth_max = 100;                   // of the result; what doc::ParseLimits reads back
};

/// A patch that does not fit the object (a failed test, an absent path, an unknown operation) is kInvalid with the message of
/// Kubernetes, which says nothing, and a cause that says which operation and why.
Outcome<doc::Value> apply_json_patch(doc::Value object, const doc::Value& patch, const JsonPatchLimits& limits = {});

/// The patch must be an object.
Outcome<doc::Value> apply_merge_patch(doc::Value object, doc::Value patch);

}  // namespace graylane::patch
