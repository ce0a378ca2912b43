// Which characters may stand where in an HTTP/1 head, as one table. Inside this folder only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace graylane::http {

enum CharClass : uint8_t {
  kTokenChar = 1,      // RFC 9110 tchar
  kControlChar = 2,    // below space but not TAB, and DEL
  kRegNameChar = 4,    // RFC 3986 reg-name, '%' apart; and no ',', in which some see two hosts
  kNotTargetChar = 8,  // controls, TAB, space, DEL
  kAlnumChar = 16
};

constexpr std::array<uint8_t, 256> make_char_classes() {
  std::array<uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || ((c | 0x20U) >= 'a' && (c | 0x20U) <= 'z');
    if (alnum) classes[c] = kTokenChar | kRegNameChar | kAlnumChar;
    if ((c < ' ' && c != '\t') || c == 0x7f) classes[c] |= kControlChar;
    if (c <= ' ' || c == 0x7f) classes[c] |= kNotTargetChar;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) classes[static_cast<uint8_t>(c)] |= kTokenChar;
  for (const char c : std::string_view("-._~!$&'()*+;=")) classes[static_cast<uint8_t>(c)] |= kRegNameChar;
  return classes;
}

inline constexpr std::array<uint8_t, 256> kCharClasses = make_char_classes();

inline bool is_char(char c, CharClass kind) { return (kCharClasses[static_cast<uint8_t>(c)] & kind) != 0; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace graylane::http
