// Refusals: why a document cannot be applied to the object that is there, with the place in the file. All are errors. Pure.
// Ids: immutable-field, refused, and those of api/manifest.h.
#pragma once

#include "api/object.h"
#include "apiserver/status.h"
#include "base/diagnostic.h"

namespace graylane::sources {

Diagnostics refusals(const apiserver::ApiError& error, const api::Object& document);
/// Of the errors that the object has as it would be, its document's fields and others' together.
Diagnostics refusals(const Diagnostics& of_whole, const api::Object& document);

}  // namespace graylane::sources
