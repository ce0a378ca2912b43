#include "sources/file_read.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace graylane::sources {
namespace {

constexpr size_t kChunkBytes = 64 << 10;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

int64_t nanoseconds(const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

std::unexpected<Error> fail_here(const std::string& path, ErrorCode code, std::string what, std::string fix) {
  return fail(code, std::move(what), {std::make_shared<const std::string>(path), {}}, std::move(fix));
}

std::unexpected<Error> fail_errno(const std::string& path, int error) {
  const ErrorCode code = error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
  return fail_here(path, code, "the file cannot be read: " + errno_text(error),
                   "make it readable or take it out of the directory");
}

// 0, or an errno value. Stops one byte over the limit.
int read_all(int fd, size_t bytes_max, std::string& text) {
  for (size_t used = 0;;) {
    text.resize(std::min(bytes_max + 1, std::max(text.size(), used + kChunkBytes)));
    const ssize_t n = read(fd, text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    used += static_cast<size_t>(n);
    if (n == 0 || used > bytes_max) {
      text.resize(used);
      return 0;
    }
  }
}

}  // namespace

FileStamp FileStamp::of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

bool FileStamp::settled(std::chrono::system_clock::time_point now, std::chrono::milliseconds settle) const {
  const std::chrono::nanoseconds last(std::max(modified_ns, changed_ns));
  return now.time_since_epoch() - last >= settle;
}

Result<FileText> read_file(const std::string& path, size_t bytes_max, bool waits) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK)));
  struct stat status;
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return fail_errno(path, errno);
  FileText result{{}, FileStamp::of(status)};
  // One byte more than the size: the read that finds the end needs no further room.
  result.text.resize(std::min<uint64_t>(bytes_max, result.stamp.size_bytes) + 1);
  if (const int error = read_all(file.get(), bytes_max, result.text); error != 0) return fail_errno(path, error);
  if (result.text.size() > bytes_max) {
    return fail_here(path, ErrorCode::kLimit, "the file is larger than " + std::to_string(bytes_max) + " bytes",
                     "split it into several files");
  }
  if (S_ISREG(status.st_mode) && (fstat(file.get(), &status) != 0 || FileStamp::of(status) != result.stamp)) {
    return fail_here(path, ErrorCode::kUnavailable, "the file changed while it was read", "try again");
  }
  return result;
}

std::string errno_text(int error) { return std::generic_category().message(error); }

}  // namespace graylane::sources
