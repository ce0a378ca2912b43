#include "doc/json_syntax.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace graylane::doc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool is_word(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '+' || c == '-' || c == '.';
}

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  std::optional<BadText> check() {
    while (!mistake_) {
      skip_space();
      if (expected_ == Expected::kEnd && at_end()) return std::nullopt;
      step();
    }
    return mistake_;
  }

 private:
  enum class Expected { kValue, kValueOrClose, kKey, kKeyOrClose, kColon, kCommaOrClose, kEnd };

  bool at_end() const { return next_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[next_]; }
  bool in_object() const { return !open_.empty() && open_.back() == '{'; }

  void step() {
    const char c = peek();
    if (c == '/' || c == '#') return wrong("JSON has no comments", "remove the comment, or name the file .yaml");
    switch (expected_) {
      case Expected::kValue:
      case Expected::kValueOrClose: return value(c);
      case Expected::kKey:
      case Expected::kKeyOrClose: return key(c);
      case Expected::kColon: return c == ':' ? advance(Expected::kValue) : wrong("':' is missing after the key", "add it");
      case Expected::kCommaOrClose: return comma_or_close(c);
      case Expected::kEnd: return wrong("content after the end of the value", "keep one value in a JSON file");
    }
  }

  void value(char c) {
    if (at_end()) return open_.empty() ? wrong("the file has no value", "") : not_closed();
    if (c == '{' || c == '[') return open(c);
    if (c == '"') return string(after_value());
    if (c == ']' && expected_ == Expected::kValueOrClose) return close(c);
    if ((c == ']' || c == '}') && comma_at_) return trailing_comma();
    if (c == '\'') return wrong("text must be in double quotes", "write \" instead of '");
    if (is_word(c)) return word();
    wrong("a value is missing here", "write the value, or null");
  }

  void key(char c) {
    if (at_end()) return not_closed();
    if (c == '"') return string(Expected::kColon);
    if (c == '}' && expected_ == Expected::kKeyOrClose) return close(c);
    if (c == '}' && comma_at_) return trailing_comma();
    wrong("a key in double quotes is missing here", c == '\'' ? "write \" instead of '" : "put the key in double quotes");
  }

  void comma_or_close(char c) {
    if (at_end()) return not_closed();
    if (c == ',') {
      comma_at_ = next_;
      return advance(in_object() ? Expected::kKey : Expected::kValue);
    }
    if (c == (in_object() ? '}' : ']')) return close(c);
    wrong(in_object() ? "',' or '}' is missing here" : "',' or ']' is missing here", "add it");
  }

  void open(char bracket) {
    open_ += bracket;
    opened_at_.push_back(next_);
    advance(bracket == '{' ? Expected::kKeyOrClose : Expected::kValueOrClose);
  }

  void close(char) {
    open_.pop_back();
    opened_at_.pop_back();
    advance(after_value());
  }

  Expected after_value() const { return open_.empty() ? Expected::kEnd : Expected::kCommaOrClose; }

  void string(Expected then) {
    const size_t begin = next_++;
    while (peek() != '"' || at_end()) {
      if (at_end()) return wrong_at(begin, "the text that begins here is not closed", "add the closing '\"'");
      if (static_cast<unsigned char>(peek()) < 0x20)
        return wrong("a line end or control character inside a text", "write it as an escape such as \\n");
      if (peek() == '\\' && !escape()) return;
      ++next_;
    }
    advance(then);
  }

  /// Moves to the last character of the escape.
  bool escape() {
    const size_t begin = next_++;
    if (!at_end() && std::string_view("\"\\/bfnrt").find(peek()) != std::string_view::npos) return true;
    const std::optional<uint32_t> unit = unicode_escape(begin);
    if (!unit) {
      wrong_at(begin, "unknown escape", "write \\\\ for a backslash");
      return false;
    }
    next_ = begin + 5;
    if (*unit < 0xD800 || *unit > 0xDFFF) return true;
    const std::optional<uint32_t> low = unicode_escape(begin + 6);
    next_ = begin + 11;
    if (*unit < 0xDC00 && low && *low >= 0xDC00 && *low <= 0xDFFF) return true;
    wrong_at(begin, "half of a surrogate pair", "write both halves, or the character itself");
    return false;
  }

  std::optional<uint32_t> unicode_escape(size_t begin) const {
    const std::string_view escape = text_.substr(std::min(begin, text_.size()), 6);
    if (escape.size() < 6 || !escape.starts_with("\\u") || !std::ranges::all_of(escape.substr(2), is_hex)) return std::nullopt;
    uint32_t unit = 0;
    std::from_chars(escape.data() + 2, escape.data() + 6, unit, 16);
    return unit;
  }

  void word() {
    const size_t begin = next_;
    while (is_word(peek())) ++next_;
    const std::string_view word = text_.substr(begin, next_ - begin);
    expected_ = after_value();
    comma_at_.reset();
    if (word == "true" || word == "false" || word == "null" || is_json_number(word)) return;
    const bool number = is_digit(word.front()) || word.front() == '-' || word.front() == '+' || word.front() == '.';
    if (number)
      return wrong_at(begin, "\"" + std::string(word) + "\" is no number as JSON writes it",
                      "write digits without a leading 0 or +");
    wrong_at(begin, "\"" + std::string(word.substr(0, 40)) + "\" is no JSON value", "put text in double quotes");
  }

  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++next_;
  }
  void advance(Expected then) {
    if (peek() != ',') comma_at_.reset();
    ++next_;
    expected_ = then;
  }

  void trailing_comma() { wrong_at(*comma_at_, "a ',' before the closing bracket", "remove it"); }
  void not_closed() {
    const bool object = open_.back() == '{';
    wrong_at(opened_at_.back(), object ? "the object that begins here is not closed" : "the list that begins here is not closed",
             object ? "add '}'" : "add ']'");
  }
  void wrong(std::string message, std::string fix) { wrong_at(next_, std::move(message), std::move(fix)); }
  void wrong_at(size_t offset, std::string message, std::string fix) {
    mistake_ = BadText{offset, "json-syntax", std::move(message), std::move(fix)};
  }

  std::string_view text_;
  size_t next_ = 0;
  Expected expected_ = Expected::kValue;
  std::string open_;                // brackets
  std::vector<size_t> opened_at_;   // and where they are
  std::optional<size_t> comma_at_;  // when it is the last token
  std::optional<BadText> mistake_;
};

}  // namespace

std::optional<BadText> find_json_mistake(std::string_view text) { return Checker(text).check(); }

bool is_json_number(std::string_view text) {
  const auto skip_digits = [&] {
    const size_t count = static_cast<size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) text.remove_prefix(1);
  else if (skip_digits() == 0) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

}  // namespace graylane::doc
