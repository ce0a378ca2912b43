// LogFile: where log lines go: a file that is appended to, or standard output. One thread. A reader that does not read holds
// up only the caller of write(), and not for longer than it wants.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::telemetry {

/// Which file it is, whatever it is called.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

class LogFile {
 public:
  /// "-": standard output, which is not closed.
  static Result<LogFile> open(const std::string& path);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();

  /// Takes what was written off `bytes`. While nobody reads it asks `give_up`, ten times a second.
  Result<void> write(std::string_view& bytes, const std::function<bool()>& give_up);
  /// Whether the path names another file by now, or none: somebody renamed or deleted ours. Never so for what is no plain file.
  bool is_gone() const;

 private:
  enum class Kind : uint8_t { kFile, kPipe, kSocket };
  LogFile(int fd, bool owned, std::string path);
  bool wait_until_writable(const std::function<bool()>& give_up) const;
  ssize_t write_some(std::string_view bytes) const;

  int fd_;
  bool owned_;
  Kind kind_;
  std::string path_;
  FileIdentity identity_;
};

}  // namespace graylane::telemetry
