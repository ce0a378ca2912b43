// Base64 with the standard alphabet, as Secrets hold it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace graylane::local {

/// Line ends are skipped. Nothing when it is not base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace graylane::local
