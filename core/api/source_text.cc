#include "api/source_text.h"

#include <algorithm>
#include <tuple>

namespace graylane::api {
namespace {

constexpr size_t kEditedLineMax = 4096;  // an edit holds its line: many problems on one long line would be many copies of it

std::vector<size_t> starts_of(std::string_view text) {
  std::vector<size_t> starts = {0};
  for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) starts.push_back(at + 1);
  if (starts.back() == text.size() && starts.size() > 1) starts.pop_back();
  return starts;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("+-._~:").contains(c);
}

/// What may stand after a scalar that ends on this line.
bool ends_scalar(std::string_view rest) {
  size_t next = rest.find_first_not_of(" \t\r");
  return next == rest.npos || std::string_view(",]}").contains(rest[next]) || (next > 0 && rest[next] == '#');
}

}  // namespace

uint32_t SourceText::line_count() const {
  if (line_starts_.empty()) line_starts_ = starts_of(text_);
  return static_cast<uint32_t>(line_starts_.size());
}

std::string_view SourceText::whole_line(uint32_t number) const {
  if (number == 0 || number > line_count()) return {};
  size_t begin = line_starts_[number - 1];
  size_t end = number < line_starts_.size() ? line_starts_[number] : text_.size();
  return text_.substr(begin, end - begin);
}

std::string_view SourceText::line(uint32_t number) const {
  std::string_view text = whole_line(number);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

TextEdit SourceText::replace(Position at, size_t length, std::string_view replacement) const {
  std::string text(whole_line(at.line));
  text.replace(at.column - 1, length, replacement);
  return {at.line, at.line + 1, std::move(text)};
}

std::optional<TextEdit> SourceText::quote(Position at) const {
  std::string_view text = line(at.line);
  if (at.column == 0 || at.column > text.size() || text.size() > kEditedLineMax) return std::nullopt;
  text.remove_prefix(at.column - 1);
  size_t length = static_cast<size_t>(std::ranges::find_if_not(text, is_word) - text.begin());
  if (length == 0 || !ends_scalar(text.substr(length))) return std::nullopt;
  return replace(at, length, "\"" + std::string(text.substr(0, length)) + "\"");
}

std::optional<TextEdit> SourceText::unquote(Position at) const {
  std::string_view text = line(at.line);
  if (at.column == 0 || at.column > text.size() || text.size() > kEditedLineMax) return std::nullopt;
  text.remove_prefix(at.column - 1);
  char mark = text.front();
  size_t end = text.find(mark, 1);
  if ((mark != '"' && mark != '\'') || end == text.npos || !ends_scalar(text.substr(end + 1))) return std::nullopt;
  std::string_view inner = text.substr(1, end - 1);
  // A leading zero would make it octal.
  if (inner.empty() || inner.front() == '0' || inner.find_first_not_of("0123456789") != inner.npos) return std::nullopt;
  return replace(at, end + 1, inner);
}

std::string apply_edits(std::string_view text, std::vector<TextEdit> edits) {
  std::ranges::stable_sort(edits, {}, [](const TextEdit& e) { return std::tuple(e.first_line, e.end_line); });
  SourceText source(text, SourceText::Syntax::kYaml);
  std::string result;
  uint32_t next = 1;  // the first line that is not written yet
  const TextEdit* last = nullptr;
  for (const TextEdit& edit : edits) {
    bool repeated = last && last->first_line == edit.first_line && last->end_line == edit.end_line;
    if (edit.first_line < next || repeated) continue;
    for (; next < edit.first_line; ++next) result += source.whole_line(next);
    result += edit.text;
    next = std::max(next, edit.end_line);
    last = &edit;
  }
  for (; next <= source.line_count(); ++next) result += source.whole_line(next);
  return result;
}

}  // namespace graylane::api
