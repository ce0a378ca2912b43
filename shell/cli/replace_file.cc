#include "cli/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace graylane::cli {

namespace {

/// A file beside the one to be replaced; gone again unless it took that one's place.
class Temporary {
 public:
  explicit Temporary(const std::string& target) : path_(target + ".XXXXXX"), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  ~Temporary() {
    if (fd_ >= 0) ::close(fd_);
    if (fd_ >= 0 && !kept_) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  // False: errno says why.
  bool is_open() const { return fd_ >= 0; }
  bool set_like(const struct stat& old) const {
    // Another owner's file can be replaced only with our owner; that needs no privileges, and is no reason to fail.
    if (::fchown(fd_, old.st_uid, old.st_gid) != 0 && errno != EPERM) return false;
    return ::fchmod(fd_, old.st_mode & 07777) == 0;
  }
  bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno != EINTR) return false;
      if (written > 0) text.remove_prefix(static_cast<size_t>(written));
    }
    return ::fsync(fd_) == 0;
  }
  bool rename_to(const std::string& target) { return kept_ = ::rename(path_.c_str(), target.c_str()) == 0; }

 private:
  std::string path_;
  int fd_;
  bool kept_ = false;
};

void sync_folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const int fd = ::open(slash == path.npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view text) {
  const auto failed = [&] {
    return fail(ErrorCode::kUnavailable, "cannot be changed: " + std::generic_category().message(errno),
                {std::make_shared<const std::string>(path), {}},
                "check the permissions of the file and its folder, and the room on the disk");
  };
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (!real) return failed();
  const std::string target = real.get();
  struct stat old = {};
  if (::stat(target.c_str(), &old) != 0) return failed();
  Temporary temporary(target);
  if (!temporary.is_open() || !temporary.set_like(old) || !temporary.write(text) || !temporary.rename_to(target)) return failed();
  sync_folder_of(target);
  return {};
}

}  // namespace graylane::cli
