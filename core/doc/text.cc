#include "doc/text.h"

#include <array>

namespace graylane::doc {
namespace {

constexpr const char* kEncoding = "text-encoding";

size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool allowed_in_yaml(uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c != 0x7F && (c < 0x80 || c == 0x85 || c >= 0xA0) && c != 0xFFFE && c != 0xFFFF;
}

std::string hex(uint32_t value, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789ABCDEF"[(value >> shift) & 0xF];
  return text;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

CodePoint decode_utf8(std::string_view text, size_t offset) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  const size_t length = length_by_lead(byte(0));
  if (length <= 1 || offset + length > text.size()) return {byte(0), length == 1 ? size_t{1} : size_t{0}};
  constexpr std::array<uint32_t, 5> kLeadMask = {0, 0, 0x1F, 0x0F, 0x07};
  constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t value = byte(0) & kLeadMask[length];
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  if (value < kSmallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

void TextCursor::forward() {
  const auto lead = static_cast<unsigned char>(text_[offset_]);
  const size_t length = length_by_lead(lead);
  offset_ += length == 0 ? 1 : length;
  ++character_;
  if (lead != '\n') return;
  ++line_;
  line_begin_ = offset_;
}

void TextCursor::rewind() { *this = TextCursor(text_); }

Position TextCursor::at_character(size_t index) {
  if (index < character_) rewind();
  while (character_ < index && offset_ < text_.size()) forward();
  return position();
}

Position TextCursor::at_offset(size_t offset) {
  if (offset < offset_) rewind();
  while (offset_ < offset && offset_ < text_.size()) forward();
  return position();
}

std::optional<size_t> find_bad_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = decode_utf8(text, i).length;
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

BadText not_utf8(std::string_view text, size_t offset) {
  const auto byte = static_cast<unsigned char>(text[offset]);
  return {offset, kEncoding, "byte 0x" + hex(byte, 2) + " is not UTF-8", "save the file as UTF-8"};
}

std::optional<BadText> find_bad_text(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7F) {
      ++i;
      continue;
    }
    const CodePoint c = decode_utf8(text, i);
    if (c.length == 0) {
      return not_utf8(text, i);
    }
    if (!allowed_in_yaml(c.value)) {
      return BadText{i, kEncoding, "control character U+" + hex(c.value, 4) + " is not allowed",
                     "remove it, or write it as an escape in double quotes"};
    }
    i += c.length;
  }
  return std::nullopt;
}

std::optional<BadText> find_unreadable(std::string_view text, size_t bytes_max) {
  using namespace std::string_view_literals;
  if (text.size() > bytes_max) {
    return BadText{0, "document-too-large", "the file has more than " + std::to_string(bytes_max) + " bytes", "split the file"};
  }
  const bool marked = text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv);
  const bool looks = text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0');
  if (!marked && !looks) return std::nullopt;
  return BadText{0, kEncoding, "the file is UTF-16 or UTF-32", "save the file as UTF-8"};
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  size_t digits = 0;
  size_t padding = 0;
  for (char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padding > 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    ++digits;
    // Each digit after the first of a group of four completes one byte.
    if (digits % 4 != 1) bytes += static_cast<char>(bits >> (6 - 2 * ((digits - 1) % 4)));
  }
  const bool whole = (digits + padding) % 4 == 0 && padding <= 2 && digits % 4 != 1;
  return whole ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace graylane::doc
