// LogReader: the log of one container, which is a file that grows and is rotated: FILE holds the newest lines, FILE.1 those before.
// Never waits. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "net/fd.h"

namespace graylane::apiserver {

class LogReader {
 public:
  /// From the first line that is kept. Nothing: there is no such file.
  static std::optional<LogReader> open(const std::string& path);

  /// From the last `lines` on; also half of a line counts when it is the last one.
  void skip_to_tail(int64_t lines);

  /// What follows, at most so many bytes; empty: nothing yet. Looks for a rotation when the end is reached.
  std::string next(size_t bytes_max);

 private:
  explicit LogReader(std::string path) : path_(std::move(path)) {}
  bool take(const std::string& path);
  bool is_rotated() const;

  std::string path_;
  std::deque<net::Fd> files_;  // the oldest first; the last one grows
  off_t offset_ = 0;           // in the first one
};

}  // namespace graylane::apiserver
