#include "telemetry/access_entry.h"

#include <cctype>

namespace graylane::telemetry {

namespace {

constexpr std::string_view kBasic = "basic ";

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool is_basic(std::string_view value) {
  if (value.size() < kBasic.size()) return false;
  for (size_t i = 0; i < kBasic.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(value[i])) != kBasic[i]) return false;
  }
  return true;
}

}  // namespace

std::string basic_auth_user(std::string_view authorization) {
  if (!is_basic(authorization)) return {};
  std::string user;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : authorization.substr(kBasic.size())) {
    const int value = base64_value(c);
    if (value < 0) return {};  // it ended, or is damaged, before the colon
    bits = (bits << 6U) | static_cast<uint32_t>(value);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    const char decoded = static_cast<char>(bits >> bit_count);
    if (decoded == ':') return user;
    user += decoded;
  }
  return {};
}

}  // namespace graylane::telemetry
