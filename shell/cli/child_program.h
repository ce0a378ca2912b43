// ChildProgram: this program, started once more with other arguments, away from the signals of the terminal; its stderr is read
// line by line. It ends with the thread that started it. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/fd.h"

namespace graylane::cli {

class ChildProgram {
 public:
  static Result<ChildProgram> start(const std::vector<std::string>& arguments);
  ChildProgram(ChildProgram&& other) noexcept;
  ChildProgram& operator=(ChildProgram&&) = delete;
  ~ChildProgram();  // SIGKILL, if it still runs

  /// The next line; nothing when `timeout` passes first, or when the program has ended.
  std::optional<std::string> next_line(std::chrono::milliseconds timeout);
  bool ended() const { return ended_; }  // its stderr is closed
  /// SIGTERM; waits for the end. The exit code, 128 + the signal that ended it.
  int terminate();

 private:
  ChildProgram(pid_t pid, net::Fd lines) : pid_(pid), lines_(std::move(lines)) {}

  pid_t pid_;
  net::Fd lines_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace graylane::cli
