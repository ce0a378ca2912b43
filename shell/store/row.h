// Row: an event as it is in the file, in values that SQLite keeps. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/stored.h"

namespace graylane::store {

/// Views are of somebody else's memory.
struct Row {
  int64_t id = 0;
  int64_t revision = 0;
  int64_t event = 0;  // kRowAdded ...
  std::string_view group, kind, ns, name;
  // Of states only (not of deletions):
  std::string_view as_group, as_version, as_kind;  // apiVersion and kind as written
  std::optional<int64_t> created = {};             // seconds since 1970
  int64_t place = 0;                               // among objects without a time of creation
  std::optional<std::string_view> file = {};       // that it was read from
  std::optional<std::string_view> positions = {};  // in that file, of every part
  std::optional<std::string_view> content = {};    // JSON
};

inline constexpr int64_t kRowAdded = 1, kRowModified = 2, kRowDeleted = 3;

/// Over every field. Finds what flipped on the disk.
int64_t checksum(const Row& row);

/// A row that owns its texts.
class WrittenRow {
 public:
  explicit WrittenRow(const Past& past);
  WrittenRow(const WrittenRow&) = delete;
  WrittenRow& operator=(const WrittenRow&) = delete;
  const Row& row() const { return row_; }

 private:
  std::string content_, positions_;
  Row row_;
};

/// File names that objects share.
using FileNames = std::map<std::string, FileName, std::less<>>;

/// The state that the row holds; null when it holds none, or is not as a WrittenRow makes it.
std::shared_ptr<Stored> read_state(const Row& row, FileNames& files);

}  // namespace graylane::store
