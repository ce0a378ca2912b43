#include "store/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/database.h"
#include "store/file.h"
#include "store/mark.h"
#include "store/new_file.h"
#include "store/object_log.h"

namespace graylane::store {

namespace {

constexpr const char* kNoBackupFix = "name a file that graylane backup made";

// Of a sound file: how many objects it holds; its newest revision; the one behind which it goes on; whether it is in use.
constexpr std::array kNumbers = {
    "SELECT count(*) FROM (SELECT event, max(id) FROM log GROUP BY grp, kind, ns, name) WHERE event <> 3",
    "SELECT max(ifnull((SELECT max(revision) FROM log), 0), ifnull((SELECT value FROM meta WHERE name = 'compacted'), 0))",
    "SELECT value FROM meta WHERE name = 'revision'",
    "SELECT count(*) FROM meta WHERE name = 'in use'",
};

Result<void> copy(const std::string& from, const std::string& to) {
  const File source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.is_open()) return fail_errno("cannot read " + from);
  const File target(::open(to.c_str(), O_WRONLY | O_CLOEXEC));
  if (!target.is_open()) return fail_errno("cannot write " + to);
  std::array<char, 65'536> buffer;
  for (;;) {
    const ssize_t size = ::read(source.fd(), buffer.data(), buffer.size());
    if (size < 0) return fail_errno("cannot read " + from);
    if (size == 0) return {};
    if (::write(target.fd(), buffer.data(), static_cast<size_t>(size)) != size) return fail_errno("cannot write " + to);
  }
}

// Says of the error what to do about a backup: what is to be done about a store's file is something else.
Error about_backup(Error error) {
  if (error.fix == kNotOursFix) error.fix = kNoBackupFix;
  if (error.code == ErrorCode::kInvalid) error.fix = "nothing was changed: restore another backup";
  return error;
}

std::unexpected<Error> no_backup(ErrorCode code, const std::string& what) { return fail(code, what, {}, kNoBackupFix); }

Result<void> check_is_file(const std::string& path) {
  struct stat status{};
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0)
    return no_backup(ErrorCode::kNotFound, "cannot read " + path + ": " + std::strerror(errno));
  return S_ISREG(status.st_mode) ? Result<void>() : no_backup(ErrorCode::kUnsupported, path + " is not a file");
}

// What a copy holds, as far as it is of interest here.
struct Content {
  Copied copied;
  Extent extent;
  bool is_in_use = false;
};

OnDisk<Content> content_of(Database& copy) {
  std::array<uint64_t, 4> numbers{};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto number = copy.number(kNumbers[i]);
    if (!number) return std::unexpected(number.error());
    numbers[i] = static_cast<uint64_t>(*number);
  }
  const auto [objects, stored, reserved, is_in_use] = numbers;
  return Content{{objects, stored}, {stored, std::max(stored, reserved)}, is_in_use != 0};
}

// Of a new copy, which nobody else has: it is whole without what was beside its original.
OnDisk<Content> finish(const std::string& path, const std::string& vfs) {
  auto copy = Database::open(path, vfs);
  if (!copy) return std::unexpected(std::move(copy.error()));
  auto content = content_of(*copy);
  if (!content) return content;
  constexpr const char* kClose = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; DELETE FROM meta WHERE name = 'in use'";
  if (auto closed = copy->run(kClose); !closed) return std::unexpected(std::move(closed.error()));
  return content;
}

Result<void> skip(const std::string& path, uint64_t revision) {
  auto log = ObjectLog::open(path, {.bytes_max = UINT64_MAX});
  if (!log) return std::unexpected(std::move(log.error()));
  if (auto skipped = log->skip_to(revision); !skipped) return std::unexpected(std::move(skipped.error().error));
  return {};
}

// What went wrong while a copy was made.
std::unexpected<Error> not_made(const std::string& to, Trouble trouble) {
  if (!trouble.full) return std::unexpected(std::move(trouble.error));
  return fail(ErrorCode::kUnavailable, "the backup was not made: there is no more room for " + to, {},
              "free space on its disk, or name a file on another one");
}

// `to` is the name that the copy will have.
Result<Content> copy_store(const std::string& path, const std::string& copy, const std::string& to, const std::string& vfs) {
  auto database = Database::open(path, vfs);
  if (!database) return std::unexpected(std::move(database.error().error));
  database->keep_log_on_close(true);  // it is not for a copy to change what is copied
  if (auto known = check_format(*database); !known) return std::unexpected(std::move(known.error()));
  if (auto sound = check_content(*database); !sound) return std::unexpected(std::move(sound.error()));
  auto copying = database->prepare("VACUUM INTO ?1");
  if (!copying) return std::unexpected(std::move(copying.error().error));
  copying->bind(1, std::string_view(copy));
  if (auto copied = copying->run(); !copied) return not_made(to, std::move(copied.error()));
  auto content = finish(copy, vfs);
  if (!content) return not_made(to, std::move(content.error()));
  return *content;
}

// Moves a store's files out of the way; returns their new name, empty when there are none.
Result<std::string> move_aside(const std::string& path) {
  if (!file_exists(path) && !file_exists(path + "-wal")) return std::string();
  std::string aside = path + ".before-restore";
  for (int i = 2; file_exists(aside); ++i) aside = path + ".before-restore-" + std::to_string(i);
  copy_mark(path, aside);  // it stays where it is, too: should this be cut short, it tells
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (file_exists(path + suffix) && std::rename((path + suffix).c_str(), (aside + suffix).c_str()) != 0) {
      return fail_errno("cannot move " + path + suffix);
    }
  }
  return aside;
}

}  // namespace

Result<Copied> backup(const std::string& path, const std::string& to, const std::string& vfs) {
  if (auto alone = check_absence(path); !alone) return std::unexpected(std::move(alone.error()));
  if (!file_exists(path)) return fail(ErrorCode::kNotFound, "there is no store " + path, {}, "name another folder");
  if (file_exists(to)) return fail(ErrorCode::kAlreadyExists, to + " exists already", {}, "choose another name");
  const NewFile file(to);
  if (auto made = file.made(); !made) return std::unexpected(std::move(made.error()));
  const Marked marked = read_mark(path);  // before the copy, which may go further
  const auto content = copy_store(path, file.path(), to, vfs);
  if (!content) return std::unexpected(content.error());
  if (auto whole = check_extent(path, marked, content->extent, content->is_in_use); !whole)
    return std::unexpected(std::move(whole.error()));
  if (auto named = file.take_name(); !named) return std::unexpected(std::move(named.error()));
  return content->copied;
}

Result<Backup> Backup::check(const std::string& path) {
  if (auto file = check_is_file(path); !file) return std::unexpected(std::move(file.error()));
  auto log = ObjectLog::look(path);
  if (!log) return std::unexpected(about_backup(std::move(log.error())));
  const auto loaded = log->load(History(0, 0));
  if (!loaded) return std::unexpected(about_backup(loaded.error()));
  if (!loaded->is_in_use) return Backup(path, {loaded->objects.size(), loaded->extent.stored}, loaded->extent.revision);
  return fail(
      ErrorCode::kInvalid, path + " is no backup: it was copied from a store in use, and what is in that one's log is missing",
      {},
      "make one with graylane backup; if there is nothing else, put it, and its log if there is one, into a new state folder "
      "as objects.db and objects.db-wal");
}

Result<std::string> restore(const Backup& backup, const std::string& path) {
  const NewFile file(path);
  if (auto made = file.made(); !made) return std::unexpected(std::move(made.error()));
  if (auto copied = copy(backup.path_, file.path()); !copied) return std::unexpected(std::move(copied.error()));
  const Extent before = read_mark(path).extent.value_or(Extent());
  if (auto skipped = skip(file.path(), std::max(backup.end_, before.revision) + kRevisionsSkipped); !skipped)
    return std::unexpected(std::move(skipped.error()));
  if (file_exists(file.path() + "-wal")) {
    return fail(ErrorCode::kUnavailable, "cannot write all of " + path, {}, "free space there and try again");
  }
  auto aside = move_aside(path);
  if (!aside) return aside;
  if (auto named = file.take_name(); !named) return std::unexpected(std::move(named.error()));
  return aside;
}

}  // namespace graylane::store
