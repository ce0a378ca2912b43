#include "doc/quote.h"

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

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
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
