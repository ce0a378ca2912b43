// Bytes as text. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace graylane::identity {

/// The standard alphabet, padded.
std::string encode_base64(std::string_view bytes);
/// The alphabet for URLs, without padding.
std::string encode_base64url(std::span<const uint8_t> bytes);
/// Lower case.
std::string encode_hex(std::span<const uint8_t> bytes);

}  // namespace graylane::identity
