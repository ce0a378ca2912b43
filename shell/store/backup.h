// Copies of a DurableStore's file. Any thread; they block for about a second per 100 MB.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace graylane::store {

/// What a copy holds.
struct Copied {
  size_t objects = 0;
  uint64_t revision = 0;
};

/// Copies a store's file, in use or not, to a new file, for its owner only: one state, as of some moment of the call. It
/// appears under its name when it is complete. kAlreadyExists; kNotFound: there is no store; kUnsupported: another format; kInvalid: it is damaged, or changes
/// that were acknowledged are missing (of one that is not in use, call check_write_ahead_log() too). `vfs` as in DurableStoreOptions.
Result<Copied> backup(const std::string& path, const std::string& to, const std::string& vfs = {});

/// A backup all of which is good.
class Backup {
 public:
  /// Reads and checks all of it, and changes nothing, also beside it. kNotFound: there is none; kUnsupported: it is something else, or
  /// of another format; kInvalid: it is damaged, or a copy of a store's file alone, whose log is missing.
  static Result<Backup> check(const std::string& path);

  const Copied& content() const { return content_; }

 private:
  friend Result<std::string> restore(const Backup& backup, const std::string& path);
  Backup(std::string path, Copied content, uint64_t end) : path_(std::move(path)), content_(content), end_(end) {}

  std::string path_;
  Copied content_;
  uint64_t end_;  // the revision behind which its store went on
};

/// Makes a store's file of a backup. What was at `path` is kept beside it, under the name that is
/// returned (empty: there was nothing). No store may be open there: hold the lock of the state folder. Revisions continue
/// far beyond those of the backup and of what was there, so that clients that saw later ones list again instead of missing changes.
Result<std::string> restore(const Backup& backup, const std::string& path);

}  // namespace graylane::store
