#include "daemon/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <memory>
#include <system_error>

namespace graylane::daemon {

namespace {

constexpr const char* kLockFile = "lock";

std::unexpected<Error> failed(const std::string& path, const std::string& doing) {
  return fail(ErrorCode::kUnavailable, doing + ": " + std::generic_category().message(errno),
              {std::make_shared<const std::string>(path), {}}, "name a folder that you may write to with --state");
}

int read_pid(int fd) {
  std::array<char, 16> text;
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  int pid = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, pid);
  return pid;
}

}  // namespace

Result<StateFolder> StateFolder::take(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path, "the state folder cannot be made");
  net::Fd folder(::open(path.c_str(), O_DIRECTORY | O_CLOEXEC | O_RDONLY));
  if (!folder) return failed(path, "the state folder cannot be opened");
  net::Fd lock(::openat(folder.get(), kLockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return failed(path, "the state folder cannot be written to");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kConflict, "the state folder is in use by pid " + std::to_string(read_pid(lock.get())),
                {std::make_shared<const std::string>(path), {}}, "stop that process, or name another folder with --state");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0)
    return failed(path, "the state folder cannot be written to");
  return StateFolder(std::filesystem::absolute(path).lexically_normal(), std::move(folder), std::move(lock));
}

int holder_of(const std::string& path) {
  const net::Fd lock(::open((path + "/" + kLockFile).c_str(), O_RDWR | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return 0;
  return read_pid(lock.get());
}

}  // namespace graylane::daemon
