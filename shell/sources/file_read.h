// Reading one file whole, and telling without reading whether it changed. Functions of the file system; any thread.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.h"

namespace graylane::sources {

/// What changes when a file does. Two stamps that are equal mean the same content, if the file was settled at the first.
struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t modified_ns = 0;  // since 1970
  int64_t changed_ns = 0;   // of the inode: catches tools that put the old modification time back
  bool operator==(const FileStamp&) const = default;

  static FileStamp of(const struct stat& status);
  /// Whether the last change was at least `settle` before `now`. If not, the next change may fall into the same tick of
  /// the file system's clock and leave the stamp as it is.
  bool settled(std::chrono::system_clock::time_point now, std::chrono::milliseconds settle) const;
};

struct FileText {
  std::string text;
  FileStamp stamp;
};

/// Errors, all with the file as location: kNotFound, kUnavailable (cannot be read, or changed while it was read: half an
/// edit is never taken for the whole), kLimit (over bytes_max). With `waits` a pipe is read until its writer closes it;
/// without, opening never blocks.
Result<FileText> read_file(const std::string& path, size_t bytes_max, bool waits = false);

/// The system's words for an errno value.
std::string errno_text(int error);

}  // namespace graylane::sources
