// Text in double quotes. Pure.
#pragma once

#include <string>
#include <string_view>

namespace graylane::doc {

/// Appends the text as a JSON string, which YAML reads the same way. Bytes that are not UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

}  // namespace graylane::doc
