// LogFile: what a container prints, in at most two files: when the file is full it becomes FILE.1 and a new one begins. A
// full disk loses output, and never stops the program that prints; when there is room again, what comes then is kept. One thread.
//
// Beside each file is one with its times (FILE.times, FILE.1.times): LogTime after LogTime, as they are in memory. What was printed
// from an offset on, up to that of the next entry, was read at that time; of what stands before the first one no time is known.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/fd.h"

namespace graylane::local {

struct LogTime {
  uint64_t offset = 0;
  int64_t unix_nanoseconds = 0;
};
static_assert(sizeof(LogTime) == 16);

inline constexpr uint64_t kLogTimesMin = 64;  // entries that a file may have at least; else a quarter of its bytes

class LogFile {
 public:
  using Time = std::chrono::sys_time<std::chrono::nanoseconds>;

  /// `bytes_max`: of both files together, without their times. An existing file is continued. An empty path keeps nothing.
  LogFile(std::string path, uint64_t bytes_max);
  void append(std::string_view text, Time now);

 private:
  bool open();
  bool rotate();
  void note(Time now);
  bool has_room_for_times() const;

  const std::string path_;
  const uint64_t file_bytes_max_;
  net::Fd file_, times_;
  uint64_t size_ = 0;
  uint64_t times_size_ = 0;
};

std::string times_path(const std::string& log_path);

/// The last bytes of a file, at most so many, none before `from` unless the file is shorter than that (it was rotated since);
/// empty when there is none.
std::string tail_of(const std::string& path, size_t bytes_max, uint64_t from = 0);
uint64_t size_of(const std::string& path);

}  // namespace graylane::local
