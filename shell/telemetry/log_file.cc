#include "telemetry/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <memory>
#include <system_error>
#include <utility>

namespace graylane::telemetry {

namespace {

constexpr int kWaitMs = 100;

std::unexpected<Error> failed(const std::string& what, const std::string& path, int error, std::string fix) {
  const std::string name = path == "-" ? "standard output" : path;
  return fail(ErrorCode::kUnavailable, what + " the access log " + name + ": " + std::generic_category().message(error), {},
              std::move(fix));
}

}  // namespace

LogFile::LogFile(int fd, bool owned, std::string path) : fd_(fd), owned_(owned), kind_(Kind::kFile), path_(std::move(path)) {
  struct stat status{};
  if (::fstat(fd_, &status) != 0) return;
  if (S_ISSOCK(status.st_mode)) kind_ = Kind::kSocket;
  else if (!S_ISREG(status.st_mode)) kind_ = Kind::kPipe;  // or a terminal
  identity_ = {status.st_dev, status.st_ino};
}

LogFile::LogFile(LogFile&& other) noexcept
    : fd_(other.fd_),
      owned_(std::exchange(other.owned_, false)),
      kind_(other.kind_),
      path_(std::move(other.path_)),
      identity_(other.identity_) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(owned_, other.owned_);
  std::swap(kind_, other.kind_);
  std::swap(path_, other.path_);
  std::swap(identity_, other.identity_);
  return *this;
}

LogFile::~LogFile() {
  if (owned_) ::close(fd_);
}

Result<LogFile> LogFile::open(const std::string& path) {
  if (path == "-") return LogFile(STDOUT_FILENO, false, path);
  // O_NONBLOCK: a named pipe without a reader is an error, not a wait.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (fd < 0) return failed("cannot open", path, errno, "name a file in a folder that exists and may be written to");
  return LogFile(fd, true, path);
}

bool LogFile::wait_until_writable(const std::function<bool()>& give_up) const {
  while (true) {
    pollfd wanted{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&wanted, 1, kWaitMs) > 0) return true;
    if (give_up()) return false;
  }
}

ssize_t LogFile::write_some(std::string_view bytes) const {
  if (kind_ == Kind::kSocket) return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // A pipe that is writable takes this much without waiting, even where it is not ours to make it non-blocking.
  const size_t size = kind_ == Kind::kPipe ? std::min<size_t>(bytes.size(), PIPE_BUF) : bytes.size();
  return ::write(fd_, bytes.data(), size);
}

bool LogFile::is_gone() const {
  if (!owned_ || kind_ != Kind::kFile) return false;
  struct stat status{};
  return ::stat(path_.c_str(), &status) != 0 || FileIdentity{status.st_dev, status.st_ino} != identity_;
}

Result<void> LogFile::write(std::string_view& bytes, const std::function<bool()>& give_up) {
  while (!bytes.empty()) {
    if (kind_ != Kind::kFile && !wait_until_writable(give_up)) {
      return failed("cannot write", path_, EAGAIN, "let a reader read it");
    }
    const ssize_t written = write_some(bytes);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
    else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
      return failed("cannot write", path_, errno, "make room, or name another file; lines that are lost meanwhile are counted");
    }
  }
  return {};
}

}  // namespace graylane::telemetry
