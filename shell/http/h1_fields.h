// Field lines, of heads and of trailers: the strict reading of one after another. Inside this folder only.
#pragma once

#include <string_view>

#include "http/h1_chars.h"
#include "http/h1_head.h"
#include "http/h1_marks.h"

namespace graylane::http {

class FieldReader {
 public:
  /// `bytes`: field lines and the empty line, and nothing behind it.
  explicit FieldReader(std::string_view bytes) : bytes_(bytes), marked_(bytes) {
    if (!bytes.ends_with("\r\n")) at_ = bytes.size();  // every search below stops at that CRLF at the latest
  }

  /// False behind the last field, or when something is refused: see why().
  bool next(HeaderField& field);
  /// Empty: not refused.
  std::string_view why() const { return why_; }
  /// All names so far are of letters, digits and '-' only.
  bool plain_names() const { return plain_names_; }

 private:
  bool is_line_end(size_t at) const { return bytes_[at] == '\r' && bytes_[at + 1] == '\n'; }
  bool read_empty_line();
  size_t find_name_end() const;
  bool refuse(std::string_view why);
  bool refuse_name(size_t end);

  std::string_view bytes_;
  MarkedBytes marked_;
  size_t at_ = 0;
  bool plain_names_ = true;
  std::string_view why_;
};

[[gnu::always_inline]] inline bool FieldReader::next(HeaderField& field) {
  if (at_ == bytes_.size()) [[unlikely]]
    return refuse("the head ends without an empty line");
  size_t colon = marked_.find_not_plain(at_);
  if (bytes_[colon] != ':') [[unlikely]] {
    if (colon == at_ && is_line_end(at_)) return read_empty_line();
    colon = find_name_end();
    plain_names_ = false;
  }
  if (colon == at_ || bytes_[colon] != ':') [[unlikely]]
    return refuse_name(colon);
  size_t value = colon + 1;
  if (bytes_[value] == ' ') ++value;
  while (is_blank(bytes_[value])) ++value;
  const size_t line_end = marked_.find_control(value);
  if (!is_line_end(line_end)) [[unlikely]]
    return refuse("a field's value holds a control character, or its line does not end with CRLF");
  size_t value_end = line_end;
  while (value_end != value && is_blank(bytes_[value_end - 1])) --value_end;
  field.name = {bytes_.data() + at_, colon - at_};
  field.value = {bytes_.data() + value, value_end - value};
  at_ = line_end + 2;
  return true;
}

}  // namespace graylane::http
