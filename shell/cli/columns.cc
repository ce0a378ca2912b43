#include "cli/columns.h"

#include <algorithm>
#include <cstdint>

#include "doc/text.h"

namespace graylane::cli {

namespace {

constexpr size_t kLastColumnMin = 24;

bool is_wide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

/// Every line after the first begins with `hanging` blanks.
void append_wrapped(std::string& out, std::string_view line, size_t width, size_t hanging) {
  if (width == 0 || display_width(line) <= width || width < hanging + kLastColumnMin) {
    out += line;
    return;
  }
  size_t used = 0;
  bool has_word = false;  // in this line
  while (!line.empty()) {
    const size_t word_begins = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view word = line.substr(0, line.find(' ', word_begins));  // with the blanks before it
    const size_t word_width = display_width(word);
    if (has_word && used + word_width > width) {
      out += '\n';
      out.append(hanging, ' ');
      out += word.substr(word_begins);
      used = hanging + word_width - word_begins;
    } else {
      out += word;
      used += word_width;
    }
    has_word = true;
    line.remove_prefix(word.size());
  }
}

/// Where a line goes on: `indent` deeper; of an indented word with its description, where the description began.
size_t hanging_of(std::string_view line, size_t indent) {
  const size_t begins = std::min(line.find_first_not_of(' '), line.size());
  const size_t run = line.find("  ", begins);
  if (begins == 0 || run == line.npos) return begins + indent;
  return display_width(line.substr(0, std::min(line.find_first_not_of(' ', run), line.size())));
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\x1b') {  // a colour takes no room
      i = std::min(text.find('m', i), text.size() - 1) + 1;
      continue;
    }
    const doc::CodePoint point = doc::decode_utf8(text, i);
    width += is_wide(point.value) ? 2 : 1;
    i += std::max<size_t>(point.length, 1);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    // C1 control characters are C2 80..9F in UTF-8.
    const bool is_c1 = c == 0xc2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0;
    if (is_c1) out[i] = out[i + 1] = '?';
    if (c < ' ' || c == 0x7f) out[i] = '?';
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out += printable(line);
    text.remove_prefix(line.size());
    if (!text.empty()) out += '\n', text.remove_prefix(1);
  }
  return out;
}

std::string wrapped(std::string_view text, size_t width, size_t indent) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    append_wrapped(out, line, width, hanging_of(line, indent));
    if (!text.empty()) out += '\n', text.remove_prefix(1);
  }
  return out;
}

std::vector<size_t> Columns::widths(size_t width_max) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t width = display_width(row[i]);
      if (width <= width_max) widths[i] = std::max(widths[i], width);
    }
  }
  return widths;
}

std::string Columns::text(size_t gap, size_t width_max, size_t line_width) const {
  const std::vector<size_t> columns = widths(width_max);
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    size_t begins = 0;  // of the next column
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      line += row[i];
      const size_t width = display_width(row[i]);
      line.append((width < columns[i] ? columns[i] - width : 0) + gap, ' ');
      begins += columns[i] + gap;
    }
    const bool breaks = begins + kLastColumnMin <= line_width;
    if (breaks && display_width(line) > begins) {  // the last cell begins where it does in the other rows
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(begins, ' ');
    }
    if (!row.empty()) line += row.back();
    line.erase(line.find_last_not_of(' ') + 1);
    append_wrapped(out, line, breaks ? line_width : SIZE_MAX, begins);
    out += '\n';
  }
  return out;
}

}  // namespace graylane::cli
