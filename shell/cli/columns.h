// Text in aligned columns. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace graylane::cli {

/// Characters of a text that is UTF-8, wide ones (Chinese, Japanese, Korean, emoji) counted twice.
size_t display_width(std::string_view text);

/// The text without what would act on a terminal: control characters become '?'.
std::string printable(std::string_view text);
/// The same for a text of several lines, whose ends stay.
std::string printable_lines(std::string_view text);

/// Lines longer than `width` are broken at blanks and go on `indent` deeper than they began; words are never broken, so that
/// names of files can be copied. An indented word with a description goes on where the description began. Width 0: no terminal, lines stay as they are.
std::string wrapped(std::string_view text, size_t width, size_t indent = 4);

class Columns {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  /// Each row a line; `gap` blanks between columns, none at a line's end. A cell wider than `width_max` does not widen its
  /// column. With a `line_width` the last column is broken into lines of its own, where enough room is left for it.
  std::string text(size_t gap, size_t width_max = SIZE_MAX, size_t line_width = 0) const;

 private:
  std::vector<size_t> widths(size_t width_max) const;

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace graylane::cli
