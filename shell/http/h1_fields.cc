#include "http/h1_fields.h"

namespace graylane::http {

bool FieldReader::refuse(std::string_view why) {
  why_ = why;
  return false;
}

bool FieldReader::read_empty_line() {
  at_ += 2;
  return at_ == bytes_.size() ? false : refuse("bytes behind the empty line");
}

/// Names may hold more than letters, digits and '-'.
size_t FieldReader::find_name_end() const {
  size_t at = at_;
  while (is_char(bytes_[at], kTokenChar)) ++at;
  return at;
}

bool FieldReader::refuse_name(size_t end) {
  const char c = bytes_[end];
  if (end == at_ && is_blank(c)) return refuse("a field line is folded, or begins with a blank");
  if (end == at_) return refuse("a field has no name");
  if (is_blank(c)) return refuse("a blank stands before the colon of a field");
  if (c == '\r' || c == '\n') return refuse("a field line has no colon");
  return refuse("a field's name holds a character that names cannot have");
}

}  // namespace graylane::http
