// Reading UTF-8 strictly: no overlong forms, no surrogates, nothing over U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace graylane::telemetry {

/// The bytes of the character that `text` begins with; 0 when it is none.
size_t utf8_size(std::string_view text);

}  // namespace graylane::telemetry
