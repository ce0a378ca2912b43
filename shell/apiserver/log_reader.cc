#include "apiserver/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace graylane::apiserver {
namespace {

constexpr size_t kBlock = 64 * 1024;

off_t size_of(const net::Fd& file) {
  struct stat info{};
  return ::fstat(file.get(), &info) == 0 ? info.st_size : 0;
}

/// Where the last `lines` of the file begin, of which `lines` is reduced by those that are there.
off_t tail_of(const net::Fd& file, int64_t& lines, bool is_last) {
  std::array<char, kBlock> block;
  off_t end = size_of(file);
  const off_t last = end - 1;
  while (end > 0) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(kBlock));
    const ssize_t size = ::pread(file.get(), block.data(), static_cast<size_t>(end - begin), begin);
    for (off_t at = begin + size - 1; at >= begin; --at) {
      const bool ends_line = block[static_cast<size_t>(at - begin)] == '\n' && !(is_last && at == last);
      if (ends_line && --lines == 0) return at + 1;
    }
    if (size <= 0) return 0;
    end = begin;
  }
  return 0;
}

}  // namespace

std::optional<LogReader> LogReader::open(const std::string& path) {
  LogReader reader(path);
  reader.take(path + ".1");
  if (!reader.take(path) && reader.files_.empty()) return std::nullopt;
  return reader;
}

bool LogReader::take(const std::string& path) {
  net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  files_.push_back(std::move(file));
  return true;
}

void LogReader::skip_to_tail(int64_t lines) {
  if (lines <= 0) {
    offset_ = size_of(files_.back());
    files_.erase(files_.begin(), files_.end() - 1);
    return;
  }
  for (size_t i = files_.size(); i-- > 0;) {
    offset_ = tail_of(files_[i], lines, i + 1 == files_.size());
    if (lines > 0) continue;
    files_.erase(files_.begin(), files_.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

std::string LogReader::next(size_t bytes_max) {
  std::string text(std::min(bytes_max, kBlock), '\0');
  while (!files_.empty()) {
    const ssize_t size = ::pread(files_.front().get(), text.data(), text.size(), offset_);
    if (size > 0) {
      offset_ += size;
      text.resize(static_cast<size_t>(size));
      return text;
    }
    if (files_.size() == 1 && !(is_rotated() && take(path_))) break;
    files_.pop_front();
    offset_ = 0;
  }
  return {};
}

bool LogReader::is_rotated() const {
  struct stat known{};
  struct stat named{};
  return ::fstat(files_.back().get(), &known) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         (known.st_ino != named.st_ino || known.st_dev != named.st_dev);
}

}  // namespace graylane::apiserver
