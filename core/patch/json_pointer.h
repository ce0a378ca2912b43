// JSON pointers (RFC 6901), and the places in a value that they name. Internal to core/patch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "doc/value.h"

namespace graylane::patch {

using Tokens = std::vector<std::string>;

/// The unescaped tokens; an error says what is wrong with the text.
std::expected<Tokens, std::string> parse_pointer(std::string_view text);

/// The item that a token names, of `size` ones: digits, or negative from the end. Nothing when it is none of them.
std::expected<size_t, std::string> parse_index(std::string_view token, size_t size);

}  // namespace graylane::patch
