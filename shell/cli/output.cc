#include "cli/output.h"

#include <unistd.h>

#include <cerrno>

#include "cli/columns.h"

namespace graylane::cli {

namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;

}  // namespace

void Output::write(std::string_view text) {
  if (closed()) return;
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  if (text_ != nullptr) *text_ += buffer_;
  std::string_view rest = buffer_;
  while (!rest.empty() && !closed() && text_ == nullptr) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

int Output::failure() const { return error_ == EPIPE ? 0 : error_; }

void Io::talk(std::string_view text) {
  out.flush();
  err.line(wrapped(text, err_width));
  err.flush();
}

}  // namespace graylane::cli
