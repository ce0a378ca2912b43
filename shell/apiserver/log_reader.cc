#include "apiserver/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "api/text_rules.h"

namespace graylane::apiserver {
namespace {

constexpr size_t kBlock = 64 * 1024;

off_t size_of(const net::Fd& file) {
  struct stat info{};
  return ::fstat(file.get(), &info) == 0 ? info.st_size : 0;
}

/// Where the last `lines` of the file begin, of which `lines` is reduced by those that are there; nothing before `first` counts.
off_t tail_of(const net::Fd& file, off_t first, int64_t& lines, bool is_last) {
  std::array<char, kBlock> block;
  off_t end = size_of(file);
  const off_t last = end - 1;
  while (end > first) {
    const off_t begin = std::max<off_t>(first, end - static_cast<off_t>(kBlock));
    const ssize_t size = ::pread(file.get(), block.data(), static_cast<size_t>(end - begin), begin);
    for (off_t at = begin + size - 1; at >= begin; --at) {
      const bool ends_line = block[static_cast<size_t>(at - begin)] == '\n' && !(is_last && at == last);
      if (ends_line && --lines == 0) return at + 1;
    }
    if (size <= 0) return first;
    end = begin;
  }
  return first;
}

/// The beginning of the first line that begins there or later; the end of the file when there is none.
off_t line_begin(const net::Fd& file, off_t at) {
  std::array<char, kBlock> block;
  while (at > 0) {
    const ssize_t size = ::pread(file.get(), block.data(), block.size(), at - 1);
    if (size <= 0) return size_of(file);
    const char* const end = block.data() + size;
    const char* const found = std::find<const char*>(block.data(), end, '\n');
    if (found != end) return at + (found - block.data());
    at += size;
  }
  return 0;
}

std::string time_text(int64_t unix_nanoseconds) {
  constexpr int64_t kSecond = 1'000'000'000;
  std::string text = api::format_time(unix_nanoseconds / kSecond);
  text.pop_back();  // its Z
  std::string fraction = std::to_string(unix_nanoseconds % kSecond);
  return text + "." + std::string(9 - fraction.size(), '0') + fraction + "Z ";
}

}  // namespace

void LogReader::File::read_times() {
  if (!times) return;
  Time entry;
  while (::pread(times.get(), &entry, sizeof entry, static_cast<off_t>(known.size() * sizeof entry)) == sizeof entry)
    known.push_back(entry);
}

int64_t LogReader::File::time_at(uint64_t offset) const {
  const auto after = std::ranges::upper_bound(known, offset, {}, &Time::offset);
  return after == known.begin() ? 0 : std::max<int64_t>(0, std::prev(after)->unix_nanoseconds);
}

std::optional<LogReader> LogReader::open(const std::string& path) {
  LogReader reader(path);
  reader.take(path + ".1");
  if (!reader.take(path) && reader.files_.empty()) return std::nullopt;
  return reader;
}

bool LogReader::take(const std::string& path) {
  net::Fd text(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!text) return false;
  files_.push_back({std::move(text), net::Fd(::open((path + ".times").c_str(), O_RDONLY | O_CLOEXEC))});
  files_.back().read_times();
  return true;
}

void LogReader::skip_to_time(int64_t unix_nanoseconds) {
  while (!files_.empty()) {
    File& file = files_.front();
    if (file.known.empty() || file.known.front().unix_nanoseconds >= unix_nanoseconds) return;
    const auto first =
        std::ranges::find_if(file.known, [&](const Time& time) { return time.unix_nanoseconds >= unix_nanoseconds; });
    offset_ = first == file.known.end() ? size_of(file.text) : line_begin(file.text, static_cast<off_t>(first->offset));
    if (first != file.known.end() || files_.size() == 1) return;
    files_.pop_front();
    offset_ = 0;
  }
}

void LogReader::skip_to_tail(int64_t lines) {
  if (lines <= 0) {
    offset_ = size_of(files_.back().text);
    files_.erase(files_.begin(), files_.end() - 1);
    return;
  }
  const off_t first = offset_;
  for (size_t i = files_.size(); i-- > 0;) {
    offset_ = tail_of(files_[i].text, i == 0 ? first : 0, lines, i + 1 == files_.size());
    if (lines > 0) continue;
    files_.erase(files_.begin(), files_.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

std::string LogReader::next(size_t bytes_max) {
  std::string text(std::min(bytes_max, kBlock), '\0');
  while (!files_.empty()) {
    const ssize_t size = ::pread(files_.front().text.get(), text.data(), text.size(), offset_);
    if (size > 0) {
      text.resize(static_cast<size_t>(size));
      if (shows_times_) text = with_times(text);
      offset_ += size;
      return text;
    }
    if (files_.size() == 1 && !(is_rotated() && take(path_))) break;
    files_.pop_front();
    offset_ = 0;
  }
  return {};
}

std::string LogReader::with_times(const std::string& text) {
  File& file = files_.front();
  file.read_times();
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (at_line_begin_) result += time_text(file.time_at(static_cast<uint64_t>(offset_) + at));
    result.append(text, at, end - at);
    at_line_begin_ = result.back() == '\n';
    at = end;
  }
  return result;
}

bool LogReader::is_rotated() const {
  struct stat known{};
  struct stat named{};
  return ::fstat(files_.back().text.get(), &known) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         (known.st_ino != named.st_ino || known.st_dev != named.st_dev);
}

}  // namespace graylane::apiserver
