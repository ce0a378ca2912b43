// StateFolder: the folder in which one running instance keeps its state. Held by at most one process: a lock on the file `lock`
// in it, which the kernel lifts when the process ends, however it ends. Any thread.
#pragma once

#include <string>

#include "base/error.h"
#include "net/fd.h"

namespace graylane::daemon {

inline constexpr const char* kDefaultStateFolder = ".graylane";

class StateFolder {
 public:
  /// Creates the folder (for its owner only) where there is none. kConflict: another process holds it; the error says which.
  static Result<StateFolder> take(const std::string& path);

  /// Absolute.
  const std::string& path() const { return path_; }
  /// The folder itself, for names relative to it.
  int fd() const { return folder_.get(); }

 private:
  StateFolder(std::string path, net::Fd folder, net::Fd lock)
      : path_(std::move(path)), folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::string path_;
  net::Fd folder_;
  net::Fd lock_;
};

/// The process that holds a state folder; 0: none, or there is no such folder.
int holder_of(const std::string& path);

}  // namespace graylane::daemon
