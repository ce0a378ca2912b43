#include "store/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace graylane::store {

namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// A file or a folder.
Result<void> sync(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  Result<void> result;
  if (!synced) result = fail_errno("cannot sync " + path);
  if (file >= 0) ::close(file);
  return result;
}

}  // namespace

Result<void> sync_folder_of(const std::string& path) { return sync(folder_of(path)); }

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::unexpected<Error> fail_errno(const std::string& what) {
  return fail(ErrorCode::kUnavailable, what + ": " + std::strerror(errno), {},
              "check the path, its permissions and the room there");
}

NewFile::NewFile(const std::string& name) : name_(name), path_(name + ".XXXXXX") {
  const int file = ::mkostemp(path_.data(), O_CLOEXEC);
  if (file >= 0) ::close(file);
  else error_ = errno;
}

NewFile::~NewFile() {
  if (error_ != 0) return;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + suffix).c_str());
}

Result<void> NewFile::made() const {
  if (error_ == 0) return {};
  errno = error_;
  return fail_errno("cannot create " + name_);
}

Result<void> NewFile::take_name() const {
  if (auto synced = sync(path_); !synced) return synced;
  // Some file systems know no hard links; elsewhere a link, unlike a new name, never replaces anything.
  const bool named = ::link(path_.c_str(), name_.c_str()) == 0 ||
                     (errno != EEXIST && !file_exists(name_) && std::rename(path_.c_str(), name_.c_str()) == 0);
  if (named) return sync_folder_of(name_);
  if (errno == EEXIST) return fail(ErrorCode::kAlreadyExists, name_ + " exists already", {}, "choose another name");
  return fail_errno("cannot create " + name_);
}

}  // namespace graylane::store
