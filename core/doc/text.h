// Helpers over untrusted text: byte offsets to lines and columns, UTF-8 checks, base64. For the parsers of this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/location.h"

namespace graylane::doc {

/// Walks over valid UTF-8 text and turns character indices or byte offsets into positions. Cheap when asked in
/// ascending order. Only line feeds count as line ends, as in editors (libyaml counts U+2028 too). Keeps a view of the text.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}
  Position at_character(size_t index);
  Position at_offset(size_t offset);
  /// Of the place last asked for.
  size_t offset() const { return offset_; }
  size_t line_begin() const { return line_begin_; }

 private:
  void forward();
  void rewind();
  Position position() const { return {line_, static_cast<uint32_t>(offset_ - line_begin_ + 1)}; }

  std::string_view text_;
  size_t character_ = 0;
  size_t offset_ = 0;
  size_t line_begin_ = 0;
  uint32_t line_ = 1;
};

inline constexpr std::string_view kUtf8Bom = "\xEF\xBB\xBF";

struct BadText {
  size_t offset = 0;
  std::string id = "text-encoding";  // of the diagnostic
  std::string message;               // one line, no full stop
  std::string fix;
};

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // in bytes; 0: not UTF-8
};
CodePoint decode_utf8(std::string_view text, size_t offset);

/// The first place that is not UTF-8.
std::optional<size_t> find_bad_utf8(std::string_view text);
/// What to say about it.
BadText not_utf8(std::string_view text, size_t offset);
/// The first place that YAML does not allow: not UTF-8, or a control character other than tab and line ends.
std::optional<BadText> find_bad_text(std::string_view text);
/// Why no parser should begin with this text: it is over `bytes_max`, or UTF-16.
std::optional<BadText> find_unreadable(std::string_view text, size_t bytes_max);

/// Standard alphabet, padding required, line breaks ignored.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace graylane::doc
