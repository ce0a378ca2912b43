#include "local/base64.h"

#include <cstdint>

#include "api/text_rules.h"

namespace graylane::local {

std::optional<std::string> decode_base64(std::string_view text) {
  if (!api::is_base64(text)) return std::nullopt;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) continue;  // padding or a line end
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result += static_cast<char>(bits >> count & 0xff);
  }
  return result;
}

}  // namespace graylane::local
