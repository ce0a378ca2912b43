#include "identity/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "net/fd.h"

namespace graylane::identity {

namespace {

Location at(const std::string& path) { return {std::make_shared<const std::string>(path), {}}; }

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::unexpected<Error> fail_file(const std::string& path, const std::string& what) {
  return fail(ErrorCode::kUnavailable, what + ": " + std::generic_category().message(errno), at(path),
              "check the permissions of the file and its folder, and the room on the disk");
}

std::unexpected<Error> refuse_file(const std::string& path, std::string what, std::string fix) {
  return fail(ErrorCode::kInvalid, std::move(what), at(path), std::move(fix));
}

Result<std::optional<std::string>> read_file(const std::string& path, size_t bytes_max, Secrecy secrecy) {
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe must not hold us up
  if (!file && errno == ENOENT) return std::nullopt;
  struct stat found{};
  if (!file || ::fstat(file.get(), &found) != 0) return fail_file(path, "cannot be read");
  if (!S_ISREG(found.st_mode)) return refuse_file(path, "is not a plain file", "move it away");
  if (secrecy == Secrecy::kSecret && (found.st_mode & 077) != 0)
    return refuse_file(path, "holds secrets, and others than its owner may read or write it", "run: chmod 600 " + path);
  std::string text(bytes_max + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno != EINTR) return fail_file(path, "cannot be read");
    if (got == 0) break;
    if (got > 0) size += static_cast<size_t>(got);
  }
  if (size > bytes_max) return fail(ErrorCode::kLimit, "is longer than " + std::to_string(bytes_max) + " bytes", at(path));
  text.resize(size);
  return text;
}

Result<void> replace_file(const std::string& path, std::string_view text, Secrecy secrecy) {
  std::string temporary = path + ".XXXXXX";
  const net::Fd file(::mkostemp(temporary.data(), O_CLOEXEC));  // 0600
  if (!file) return fail_file(path, "cannot be written");
  const bool written = (secrecy == Secrecy::kSecret || ::fchmod(file.get(), 0644) == 0) && write_all(file.get(), text) &&
                       ::fsync(file.get()) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    auto failed = fail_file(path, "cannot be written");
    ::unlink(temporary.c_str());
    return failed;
  }
  const size_t slash = path.rfind('/');
  sync_folder(slash == path.npos ? "." : path.substr(0, slash + 1));
  return {};
}

void sync_folder(const std::string& path) {
  const net::Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

}  // namespace graylane::identity
