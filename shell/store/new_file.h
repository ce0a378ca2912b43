// Files that appear under their name when they are complete. Any thread.
#pragma once

#include <string>

#include "base/error.h"

namespace graylane::store {

bool file_exists(const std::string& path);

/// Lets a new name in the folder of a file survive a power cut.
Result<void> sync_folder_of(const std::string& path);

/// What the system said last, about `what`.
std::unexpected<Error> fail_errno(const std::string& what);

/// A new empty file, for its owner only, beside the one that it will become; goes away with this object unless it took its
/// name, and so do the files that SQLite makes beside it.
class NewFile {
 public:
  explicit NewFile(const std::string& name);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  /// Whether it could be made.
  Result<void> made() const;
  const std::string& path() const { return path_; }
  /// Syncs it and gives it its name. kAlreadyExists.
  Result<void> take_name() const;

 private:
  std::string name_;
  std::string path_;
  int error_ = 0;
};

}  // namespace graylane::store
