// Places: where in a document the parts of an object were written (see also api/places.h). Pure.
#pragma once

#include <string_view>

#include "api/object.h"
#include "api/places.h"

namespace graylane::sources {

/// Of objects with equal content.
bool has_same_places(const api::Object& a, const api::Object& b);

/// The place of "spec.ports[1].name" or of the nearest thing around it that is there.
Location place_of(const api::Object& document, std::string_view field);

}  // namespace graylane::sources
