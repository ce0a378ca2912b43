#include "store/mark.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "store/database.h"
#include "store/new_file.h"
#include "store/sum.h"

namespace graylane::store {

namespace {

// "graylane 1 STORED REVISION SUM", with leading zeros, so that its length never changes. It fits into one sector of a disk.
constexpr size_t kSumAt = 53;
constexpr size_t kBytes = 70;
constexpr const char* kBegin = "graylane 1";

std::string mark_of(const std::string& path) { return path + "-mark"; }
std::string log_of(const std::string& path) { return path + "-wal"; }

std::string written(const Extent& extent) {
  std::array<char, kBytes + 1> text{};
  std::snprintf(text.data(), text.size(), "%s %020ju %020ju ", kBegin, uintmax_t{extent.stored}, uintmax_t{extent.revision});
  Sum sum;
  sum.add(std::string_view(text.data(), kSumAt));
  std::snprintf(text.data() + kSumAt, text.size() - kSumAt, "%016jx\n", static_cast<uintmax_t>(sum.value()));
  return {text.data(), kBytes};
}

std::optional<Extent> parse(std::string_view text) {
  if (text.size() != kBytes) return std::nullopt;
  Extent extent;
  std::from_chars(text.data() + 11, text.data() + 31, extent.stored);
  std::from_chars(text.data() + 32, text.data() + 52, extent.revision);
  if (written(extent) != text) return std::nullopt;
  return extent;
}

// Whether the log could hold something.
bool is_something(const std::string& log) {
  std::error_code error;
  const auto size = std::filesystem::file_size(log, error);
  return !error && size > kPageBytes;
}

std::string how_to_go_on(const std::string& path) {
  return "put the log back as it was, or restore a backup; to go on with what is there, without those changes: truncate -s 0 " +
         mark_of(path);
}

}  // namespace

Marked read_mark(const std::string& path) {
  const File file(::open(mark_of(path).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  std::array<char, kBytes + 1> text{};
  const ssize_t size = ::pread(file.fd(), text.data(), text.size(), 0);
  if (size < 0) return {};
  return {size == 0, parse({text.data(), static_cast<size_t>(size)})};
}

Result<void> check_extent(const std::string& path, const Marked& marked, const Extent& found, bool is_in_use) {
  if (marked.is_waived) return {};
  const std::string log = log_of(path);
  const std::string what_of_log = is_something(log) ? " is not the one that it had, or not all of it" : " is missing or empty";
  if (!marked.extent) {
    if (!is_in_use || is_something(log)) return {};
    return fail(ErrorCode::kInvalid,
                path + " is not whole: it was in use when it was left or copied, and its log " + log + what_of_log, {},
                how_to_go_on(path));
  }
  const bool lacks_rows = found.stored < marked.extent->stored;
  if (!lacks_rows && found.revision >= marked.extent->revision) return {};
  const uint64_t end = lacks_rows ? found.stored : found.revision;
  const uint64_t acknowledged = lacks_rows ? marked.extent->stored : marked.extent->revision;
  return fail(ErrorCode::kInvalid,
              path + " lacks changes that were acknowledged: it ends at revision " + std::to_string(end) + ", and there was " +
                  std::to_string(acknowledged) + "; its log " + log + what_of_log,
              {}, how_to_go_on(path));
}

Result<void> check_absence(const std::string& path) {
  std::error_code error;
  const bool is_empty = std::filesystem::file_size(path, error) == 0 && !error;
  if (!is_empty && file_exists(path)) return {};
  for (const std::string& left : {log_of(path), mark_of(path)}) {
    const auto size = std::filesystem::file_size(left, error);
    if (error || size == 0) continue;
    return fail(ErrorCode::kInvalid,
                path + (is_empty ? " is empty" : " is missing") + ", but " + left + ", which belongs to it, is there", {},
                "put it back as it was, or restore a backup; to begin anew, remove " + left + (is_empty ? " and " + path : ""));
  }
  return {};
}

void copy_mark(const std::string& from, const std::string& to) {
  std::error_code ignored;
  std::filesystem::copy_file(mark_of(from), mark_of(to), std::filesystem::copy_options::overwrite_existing, ignored);
}

Result<Mark> Mark::open(const std::string& path, const Extent& extent) {
  const std::string name = mark_of(path);
  const bool is_new = !file_exists(name);
  File file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0) return fail_errno("cannot create " + name);
  Mark mark(std::move(file));
  const bool is_whole = status.st_size == static_cast<off_t>(kBytes);
  if (is_whole && mark.set(extent)) return mark;
  const bool is_made = ::ftruncate(mark.file_.fd(), 0) == 0 && mark.set(extent) && ::fsync(mark.file_.fd()) == 0;
  if (auto named = is_made ? sync_folder_of(name) : fail_errno("cannot write " + name); !named) {
    if (is_new) ::unlink(name.c_str());  // an empty one means something
    return std::unexpected(std::move(named.error()));
  }
  return mark;
}

bool Mark::set(const Extent& extent) const {
  const std::string text = written(extent);
  return ::pwrite(file_.fd(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace graylane::store
