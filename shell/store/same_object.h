// Whether a write would change an object. Pure functions.
#pragma once

#include "api/object.h"

namespace graylane::store {

/// Equal in all that a reader can see: version, content, age and, for objects from a file, the file and the place of every
/// part (what explains a decision names lines, so an object that moved in its file is another one). Keys and revisions are
/// not compared.
bool same_object(const api::Object& a, const api::Object& b);

}  // namespace graylane::store
