#include "store/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "store/database.h"
#include "store/new_file.h"
#include "store/object_log.h"

namespace graylane::store {

namespace {

// More than any store writes between a backup and its loss.
constexpr uint64_t kRevisionsSkipped = 1'000'000'000;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Result<void> copy(const std::string& from, const std::string& to) {
  const File source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.fd() < 0) return fail_errno("cannot read " + from);
  const File target(::open(to.c_str(), O_WRONLY | O_CLOEXEC));
  if (target.fd() < 0) return fail_errno("cannot write " + to);
  std::array<char, 65'536> buffer;
  for (;;) {
    const ssize_t size = ::read(source.fd(), buffer.data(), buffer.size());
    if (size < 0) return fail_errno("cannot read " + from);
    if (size == 0) return {};
    if (::write(target.fd(), buffer.data(), static_cast<size_t>(size)) != size) return fail_errno("cannot write " + to);
  }
}

// Reads all of a copy, and lets its revisions go on far beyond.
Result<void> check_and_skip(const std::string& path) {
  auto log = ObjectLog::open(path, {.bytes_max = UINT64_MAX});
  if (!log) return std::unexpected(std::move(log.error()));
  const auto loaded = log->load(History(0, 0));
  if (!loaded) return std::unexpected(loaded.error());
  const uint64_t revision = loaded->revision + kRevisionsSkipped;
  const std::vector<Past> none;
  const auto written = log->append({.events = none, .revision = revision, .compacted = revision});
  if (!written) return std::unexpected(written.error().error);
  return {};
}

// What is wrong with the copy is wrong with the backup.
Error about(const std::string& backup, const NewFile& copy, Error error) {
  const size_t at = error.what.find(copy.path());
  if (at != error.what.npos) error.what.replace(at, copy.path().size(), backup);
  return error;
}

// Moves a store's files out of the way; returns their new name, empty when there are none.
Result<std::string> move_aside(const std::string& path) {
  if (!file_exists(path) && !file_exists(path + "-wal")) return std::string();
  std::string aside = path + ".before-restore";
  for (int i = 2; file_exists(aside); ++i) aside = path + ".before-restore-" + std::to_string(i);
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (file_exists(path + suffix) && std::rename((path + suffix).c_str(), (aside + suffix).c_str()) != 0) {
      return fail_errno("cannot move " + path + suffix);
    }
  }
  return aside;
}

}  // namespace

Result<void> backup(const std::string& path, const std::string& to, const std::string& vfs) {
  if (!file_exists(path)) return fail(ErrorCode::kNotFound, "there is no store " + path, {}, "name another folder");
  if (file_exists(to)) return fail(ErrorCode::kAlreadyExists, to + " exists already", {}, "choose another name");
  const NewFile file(to);
  if (auto made = file.made(); !made) return made;
  auto database = Database::open(path, vfs);
  if (!database) return std::unexpected(std::move(database.error().error));
  database->keep_log_on_close(true);  // it is not for a copy to change what is copied
  if (auto known = check_format(*database); !known) return known;
  if (auto sound = check_content(*database); !sound) return sound;
  auto copying = database->prepare("VACUUM INTO ?1");
  if (!copying) return std::unexpected(std::move(copying.error().error));
  copying->bind(1, std::string_view(file.path()));
  if (auto copied = copying->run(); !copied) {
    Trouble& trouble = copied.error();
    if (!trouble.full) return std::unexpected(std::move(trouble.error));
    return fail(ErrorCode::kUnavailable, "the backup was not made: there is no more room for " + to, {},
                "free space on its disk, or name a file on another one");
  }
  return file.take_name();
}

Result<std::string> restore(const std::string& backup, const std::string& path) {
  const NewFile file(path);
  if (auto made = file.made(); !made) return std::unexpected(std::move(made.error()));
  if (auto copied = copy(backup, file.path()); !copied) return std::unexpected(std::move(copied.error()));
  if (auto checked = check_and_skip(file.path()); !checked)
    return std::unexpected(about(backup, file, std::move(checked.error())));
  if (file_exists(file.path() + "-wal")) {
    return fail(ErrorCode::kUnavailable, "cannot write all of " + path, {}, "free space there and try again");
  }
  auto aside = move_aside(path);
  if (!aside) return aside;
  if (auto named = file.take_name(); !named) return std::unexpected(std::move(named.error()));
  return aside;
}

}  // namespace graylane::store
