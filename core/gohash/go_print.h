// The text that Kubernetes makes of a Go value before it hashes it: every field in its order, types and empty ones too.
#pragma once

#include "doc/value.h"
#include "gohash/fnv.h"
#include "gohash/go_types.h"

namespace graylane::gohash {

/// Adds the text of `value`, which is in its JSON form, to the hash, as a Go value of that type that came from the API server:
/// empty lists and maps are nil, times are in UTC and quantities canonical. What is of another kind counts as absent, fields
/// that the type does not have are passed over. How deep it goes is given by the type, which is not recursive.
void add_go_text(const doc::Value& value, const GoType& type, Fnv32& hash);

}  // namespace graylane::gohash
