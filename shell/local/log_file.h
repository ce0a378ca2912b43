// LogFile: what a container prints, in at most two files: when the file is full it becomes FILE.1 and a new one begins. A
// full disk loses output, and never stops the program that prints; when there is room again, what comes then is kept. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/fd.h"

namespace graylane::local {

class LogFile {
 public:
  /// `bytes_max`: of both files together. An existing file is continued. An empty path keeps nothing.
  LogFile(std::string path, uint64_t bytes_max);
  void append(std::string_view text);

 private:
  bool open();
  bool rotate();

  const std::string path_;
  const uint64_t file_bytes_max_;
  net::Fd file_;
  uint64_t size_ = 0;
};

/// The last bytes of a file, at most so many, none before `from` unless the file is shorter than that (it was rotated since);
/// empty when there is none.
std::string tail_of(const std::string& path, size_t bytes_max, uint64_t from = 0);
uint64_t size_of(const std::string& path);

}  // namespace graylane::local
