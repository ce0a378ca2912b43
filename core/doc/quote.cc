#include "doc/quote.h"

#include <cstdint>
#include <cstring>

#include "doc/text.h"

namespace graylane::doc {
namespace {

void append_unicode_escape(std::string& out, uint32_t value) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 0xF];
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) append_unicode_escape(out, static_cast<unsigned char>(c));
  else out += c;
}

/// Code points that YAML forbids, takes for a line end or drops.
bool must_be_escaped(uint32_t c) {
  return (c >= 0x80 && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

/// Whether a byte stays as it is, whatever stands beside it.
bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

/// Whether all of eight bytes do, without a look at each: bit tricks on bytes below 0x80, where nothing is carried over.
bool are_plain(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101U, kHigh = 0x8080808080808080U;
  const auto has_zero = [](uint64_t x) { return (x - kOnes) & ~x & kHigh; };
  const uint64_t too_large = (bytes | (bytes + kOnes)) & kHigh;        // from 0x7F
  const uint64_t too_small = (bytes - kOnes * 0x20) & ~bytes & kHigh;  // below 0x20
  return !(too_large | too_small | has_zero(bytes ^ kOnes * '"') | has_zero(bytes ^ kOnes * '\\'));
}

constexpr size_t kBlock = 32;

/// The same of a block; without branches, so that the compiler makes vector code of it.
bool is_plain_block(const char* block) {
  uint8_t special = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const auto c = static_cast<uint8_t>(block[i]);
    const auto above = static_cast<uint8_t>(c - 0x20);  // below 0x20 it is large too
    special |= static_cast<uint8_t>(above >= 0x7F - 0x20) | static_cast<uint8_t>(c == '"') | static_cast<uint8_t>(c == '\\');
  }
  return special == 0;
}

/// How many bytes at the front stay as they are.
size_t plain_bytes(std::string_view text) {
  size_t size = 0;
  while (size + kBlock <= text.size() && is_plain_block(text.data() + size)) size += kBlock;
  for (uint64_t eight = 0; size + sizeof eight <= text.size(); size += sizeof eight) {
    std::memcpy(&eight, text.data() + size, sizeof eight);
    if (!are_plain(eight)) break;
  }
  while (size < text.size() && is_plain(text[size])) ++size;
  return size;
}

/// In one step, since most text is plain and short.
void append_plain(std::string& out, std::string_view text) {
  const size_t begin = out.size(), end = begin + text.size() + 2;
  out.resize_and_overwrite(end, [&](char* bytes, size_t) {
    bytes[begin] = '"';
    text.copy(bytes + begin + 1, text.size());
    bytes[end - 1] = '"';
    return end;
  });
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  if (plain_bytes(text) == text.size()) return append_plain(out, text);
  out += '"';
  for (size_t i = 0; i < text.size();) {
    if (const size_t plain = plain_bytes(text.substr(i)); plain != 0) {  // most text is nothing else
      out += text.substr(i, plain);
      i += plain;
      continue;
    }
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      append_ascii(out, text[i++]);
      continue;
    }
    const CodePoint c = decode_utf8(text, i);
    if (c.length == 0) out += "\xEF\xBF\xBD";
    else if (must_be_escaped(c.value)) append_unicode_escape(out, c.value);
    else out += text.substr(i, c.length);
    i += c.length == 0 ? 1 : c.length;
  }
  out += '"';
}

}  // namespace graylane::doc
