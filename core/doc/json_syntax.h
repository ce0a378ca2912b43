// Finds the first mistake in a JSON text, exactly and in words. simdjson, which reads the values, only says that there is one.
#pragma once

#include <optional>
#include <string_view>

#include "doc/text.h"

namespace graylane::doc {

/// The text must be UTF-8. Nothing when it is one JSON value of whatever depth.
std::optional<BadText> find_json_mistake(std::string_view text);

/// Whether the text is exactly a number as JSON writes it.
bool is_json_number(std::string_view text);

}  // namespace graylane::doc
