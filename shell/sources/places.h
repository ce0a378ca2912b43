// Places: where in a document the parts of an object were written. Pure.
#pragma once

#include <string_view>

#include "api/object.h"
#include "api/schema.h"

namespace graylane::sources {

/// Every part of `object` gets the place of the equal part of `document`; parts that the document does not have, or that have
/// another value there, get none. The object's file is that of the document. `schema` (may be null) tells list items apart.
void take_places(api::Object& object, const api::Object& document, const api::Schema* schema);

/// Of objects with equal content.
bool has_same_places(const api::Object& a, const api::Object& b);

/// The place of "spec.ports[1].name" or of the nearest thing around it that is there.
Location place_of(const api::Object& document, std::string_view field);

}  // namespace graylane::sources
