// LogReader: the log of one container, which is a file that grows and is rotated: FILE holds the newest lines, FILE.1 those before.
// Beside each is one with its times (FILE.times, FILE.1.times): offset after offset, each with the time at which what follows it was
// printed. Never waits. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "net/fd.h"

namespace graylane::apiserver {

class LogReader {
 public:
  /// From the first line that is kept. Nothing: there is no such file.
  static std::optional<LogReader> open(const std::string& path);

  /// Leaves out what was printed before; lines without a known time stay. Before skip_to_tail().
  void skip_to_time(int64_t unix_nanoseconds);
  /// From the last `lines` on, of what is not left out; also half of a line counts when it is the last one.
  void skip_to_tail(int64_t lines);
  /// Each line begins with its time, "2026-01-31T12:00:00.000000000Z "; where none is known, the beginning of 1970.
  void show_times() { shows_times_ = true; }

  /// What follows: of the files at most so many bytes; empty: nothing yet. Looks for a rotation when the end is reached.
  std::string next(size_t bytes_max);

 private:
  /// As they are in the file of times.
  struct Time {
    uint64_t offset = 0;
    int64_t unix_nanoseconds = 0;
  };
  struct File {
    net::Fd text;
    net::Fd times;
    std::vector<Time> known = {};

    void read_times();
    int64_t time_at(uint64_t offset) const;
  };

  explicit LogReader(std::string path) : path_(std::move(path)) {}
  bool take(const std::string& path);
  bool is_rotated() const;
  std::string with_times(const std::string& text);

  std::string path_;
  std::deque<File> files_;  // the oldest first; the last one grows
  off_t offset_ = 0;        // in the first one
  bool shows_times_ = false;
  bool at_line_begin_ = true;
};

}  // namespace graylane::apiserver
