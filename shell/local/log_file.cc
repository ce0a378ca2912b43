#include "local/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace graylane::local {

LogFile::LogFile(std::string path, uint64_t bytes_max)
    : path_(std::move(path)), file_bytes_max_(std::max<uint64_t>(bytes_max / 2, 1)) {
  if (!path_.empty()) open();
}

bool LogFile::open() {
  const auto open_end = [](const std::string& path, uint64_t& size) {
    net::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
    struct stat info{};
    size = file && ::fstat(file.get(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
    return file;
  };
  file_ = open_end(path_, size_);
  times_ = open_end(times_path(path_), times_size_);
  return static_cast<bool>(file_);
}

/// When it fails, the next append() tries again. The times go first: without them a file is read all the same.
bool LogFile::rotate() {
  const std::string old = path_ + ".1";
  if (::rename(times_path(path_).c_str(), times_path(old).c_str()) != 0) ::unlink(times_path(old).c_str());
  if (::rename(path_.c_str(), old.c_str()) != 0 && errno != ENOENT) return false;
  return open();
}

bool LogFile::has_room_for_times() const { return times_size_ < std::max(file_bytes_max_ / 4, kLogTimesMin * sizeof(LogTime)); }

/// Before what it is about, so that nobody reads a line without its time.
void LogFile::note(Time now) {
  const LogTime entry{size_, now.time_since_epoch().count()};
  if (!times_ || !has_room_for_times()) return;
  const ssize_t written = ::write(times_.get(), &entry, sizeof entry);
  if (written == static_cast<ssize_t>(sizeof entry)) times_size_ += sizeof entry;
  else if (written > 0 && ::ftruncate(times_.get(), static_cast<off_t>(times_size_)) != 0) times_.reset();
}

void LogFile::append(std::string_view text, Time now) {
  if (path_.empty() || (!file_ && !open())) return;
  const bool full = size_ + text.size() > file_bytes_max_ || !has_room_for_times();
  if (size_ > 0 && full && !rotate()) return;
  note(now);
  while (!text.empty()) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written <= 0) return;
    size_ += static_cast<uint64_t>(written);
    text.remove_prefix(static_cast<size_t>(written));
  }
}

std::string times_path(const std::string& log_path) { return log_path + ".times"; }

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
