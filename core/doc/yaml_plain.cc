#include "doc/yaml_plain.h"

#include <algorithm>

#include "doc/text.h"
#include "doc/yaml_scalar.h"

namespace graylane::doc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Timestamps and numbers to base 60 are text for Kubernetes, but not for every reader.
bool is_number_elsewhere(std::string_view text) {
  const bool date = text.size() > 4 && text[4] == '-' && std::ranges::all_of(text.substr(0, 4), is_digit);
  const bool has_colon = text.find(':') != std::string_view::npos;
  return date || (has_colon && text.find_first_not_of("0123456789:._+-") == std::string_view::npos);
}

bool begins_plain(std::string_view text) {
  constexpr std::string_view kIndicators = "?:,[]{}#&*!|>'\"%@`=<";
  if (kIndicators.find(text.front()) != std::string_view::npos) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  return text.front() != '-' || (text.size() > 1 && text[1] != ' ');
}

bool is_line_end_to_yaml(uint32_t c) { return c == 0x85 || c == 0x2028 || c == 0x2029; }

/// Printable, and none of the characters that YAML drops or takes for a line end.
bool is_printable(std::string_view text) {
  if (find_bad_text(text)) return false;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    if (is_line_end_to_yaml(c.value) || c.value == 0xFEFF || c.value == '\r') return false;
    i += c.length;
  }
  return true;
}

}  // namespace

bool reads_back_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (text.find_first_of("\n\t") != std::string_view::npos) return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  return begins_plain(text) && is_printable(text) && !is_number_elsewhere(text) && resolve_plain(text).is_string();
}

bool fits_literal_block(std::string_view text) {
  const size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos || line_end == 0) return false;
  // The first line sets the block's indentation, so that it must not begin with a space.
  if (text.front() == ' ' || text.front() == '\t') return false;
  return is_printable(text);
}

}  // namespace graylane::doc
