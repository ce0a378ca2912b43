// Differences: what an object does not have as its document says, since somebody else changed it. Pure.
#pragma once

#include <optional>

#include "base/diagnostic.h"
#include "sources/document.h"

namespace graylane::sources {

/// A warning `overridden`, at the first field; nothing when the object is as the document says.
std::optional<Diagnostic> find_differences(const Document& document, const api::Object& live);

/// A warning `override-ended`, at the first field: what others changed of the object, and lose when the document is applied now.
std::optional<Diagnostic> find_regained(const Document& document, const api::Object& live);

}  // namespace graylane::sources
