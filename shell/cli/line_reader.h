// LineReader: the lines of a file or pipe, one at a time, in constant memory. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::cli {

class LineReader {
 public:
  struct Line {
    std::string_view text;  // without its end; until the next call
    bool too_long = false;  // more than bytes_max: the text is cut
  };

  /// Does not own the descriptor. `file` names it in errors.
  LineReader(int fd, FileName file, size_t bytes_max) : fd_(fd), file_(std::move(file)), bytes_max_(bytes_max) {}

  /// Nothing at the end of the file.
  Result<std::optional<Line>> next();

 private:
  Result<bool> fill();
  Result<Line> skip_long_line();

  int fd_;
  FileName file_;
  size_t bytes_max_;
  std::string buffer_;
  size_t begin_ = 0;
  bool ended_ = false;
};

}  // namespace graylane::cli
