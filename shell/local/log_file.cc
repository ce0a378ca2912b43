#include "local/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace graylane::local {

LogFile::LogFile(std::string path, uint64_t bytes_max)
    : path_(std::move(path)), file_bytes_max_(std::max<uint64_t>(bytes_max / 2, 1)) {
  if (!path_.empty()) open();
}

bool LogFile::open() {
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  struct stat info{};
  size_ = file_ && ::fstat(file_.get(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
  return static_cast<bool>(file_);
}

/// When it fails, the next append() tries again.
bool LogFile::rotate() {
  if (::rename(path_.c_str(), (path_ + ".1").c_str()) != 0 && errno != ENOENT) return false;
  return open();
}

void LogFile::append(std::string_view text) {
  if (path_.empty() || (!file_ && !open())) return;
  if (size_ > 0 && size_ + text.size() > file_bytes_max_ && !rotate()) return;
  while (!text.empty()) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written <= 0) return;
    size_ += static_cast<uint64_t>(written);
    text.remove_prefix(static_cast<size_t>(written));
  }
}

std::string tail_of(const std::string& path, size_t bytes_max, uint64_t from) {
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return {};
  const auto size_now = static_cast<uint64_t>(info.st_size);
  const uint64_t wanted = from <= size_now ? size_now - from : size_now;
  std::string text(std::min<uint64_t>(bytes_max, wanted), '\0');
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), info.st_size - static_cast<off_t>(text.size()));
  text.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  return text;
}

uint64_t size_of(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

}  // namespace graylane::local
