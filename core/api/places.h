// Places: where in a document the parts of an object were written. Pure.
#pragma once

#include "api/object.h"
#include "api/schema.h"

namespace graylane::api {

/// Every part of `object` gets the place of the equal part of `known`, a document or the object's state before; parts that are not
/// there, or have another value there, get none. The object's file is that of `known`. `schema` (may be null) tells list items apart.
void take_places(Object& object, const Object& known, const Schema* schema);

}  // namespace graylane::api
