// What a value takes, and whether a store can keep it. Pure functions.
#pragma once

#include <cstddef>

#include "api/object.h"
#include "base/error.h"

namespace graylane::store {

inline constexpr uint32_t kDepthMax = 100;  // arrays and objects inside one another, as the parsers have it

/// Bytes of memory, about.
size_t footprint(const api::Object& object);

/// kInvalid: text that is not UTF-8, a number that is not finite, or nesting over kDepthMax; `what` names the field.
Result<void> check_storable(const api::Object& object);

}  // namespace graylane::store
