#include "cli/line_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace graylane::cli {

namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

}  // namespace

Result<std::optional<LineReader::Line>> LineReader::next() {
  for (size_t searched = begin_;;) {
    const size_t end = buffer_.find('\n', searched);
    if (end != buffer_.npos || (ended_ && begin_ < buffer_.size())) {
      const size_t length = std::min(end, buffer_.size()) - begin_;
      const std::string_view text = std::string_view(buffer_).substr(begin_, std::min(length, bytes_max_));
      begin_ = std::min(begin_ + length + 1, buffer_.size());
      return Line{text, length > bytes_max_};
    }
    if (ended_) return std::nullopt;
    if (buffer_.size() - begin_ > bytes_max_) return skip_long_line();
    searched = buffer_.size() - begin_;  // fill() moves the rest to the front
    if (auto filled = fill(); !filled) return std::unexpected(std::move(filled.error()));
  }
}

Result<bool> LineReader::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = buffer_.size();
  buffer_.resize(kept + kReadBytes);
  ssize_t got = 0;
  do {
    got = ::read(fd_, buffer_.data() + kept, kReadBytes);
  } while (got < 0 && errno == EINTR);
  const int error = errno;
  buffer_.resize(kept + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return fail(ErrorCode::kUnavailable, "cannot be read: " + std::generic_category().message(error), {file_, {}});
  ended_ = got == 0;
  return !ended_;
}

Result<LineReader::Line> LineReader::skip_long_line() {
  for (;;) {
    const size_t end = buffer_.find('\n', begin_);
    begin_ = end == buffer_.npos ? buffer_.size() : end + 1;
    if (end != buffer_.npos) return Line{{}, true};
    auto filled = fill();
    if (!filled) return std::unexpected(std::move(filled.error()));
    if (!*filled) return Line{{}, true};
  }
}

}  // namespace graylane::cli
