// The mark beside a store's file says how far the store went, outside of the write-ahead log: a log that is gone, or is shorter
// than it was, looks like one that never had more. Why it refuses no store that is whole: docs/design/store.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "store/file.h"

namespace graylane::store {

/// How far a store goes. Both only grow while a file lives.
struct Extent {
  uint64_t stored = 0;    // the newest revision of a row, also of one that was dropped since
  uint64_t revision = 0;  // the next one is greater
};

/// What is there of a mark.
struct Marked {
  bool is_waived = false;             // it was emptied: its operator goes on with what is there
  std::optional<Extent> extent = {};  // absent: there is no mark, or none that is whole
};

/// Of the store at `path`.
Marked read_mark(const std::string& path);

/// kInvalid: what was acknowledged is missing. `is_in_use`: nobody closed the file.
Result<void> check_extent(const std::string& path, const Marked& marked, const Extent& found, bool is_in_use);

/// kInvalid: there is no file at `path`, or an empty one, but what belongs to one. SQLite would remove the log of an empty file.
Result<void> check_absence(const std::string& path);

/// Beside a copy of the file. What fails leaves the copy without one.
void copy_mark(const std::string& from, const std::string& to);

/// Of a store in use. One thread at a time.
class Mark {
 public:
  /// Makes it, if it is not there, and sees to it that it is there after a power cut.
  static Result<Mark> open(const std::string& path, const Extent& extent);

  /// Before the store answers. It is there after kill -9, and costs no sync: after a power cut it may be an older one. What fails
  /// leaves an older one, too.
  bool set(const Extent& extent) const;

 private:
  explicit Mark(File file) : file_(std::move(file)) {}

  File file_;
};

}  // namespace graylane::store
