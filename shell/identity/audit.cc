#include "identity/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <utility>

#include "doc/quote.h"
#include "identity/private_file.h"

namespace graylane::identity {

namespace {

constexpr std::array<std::string_view, 5> kChanges = {"create", "update", "patch", "delete", "deletecollection"};

/// "2026-01-02T03:04:05.678Z"
std::string time_text(std::chrono::system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(second);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> rest{};
  std::snprintf(rest.data(), rest.size(), ".%03dZ",
                static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(time - second).count()));
  return std::string(text.data(), size) + rest.data();
}

/// Members of one JSON object; texts that are empty are left out.
class Line {
 public:
  explicit Line(size_t text_bytes_max) : text_bytes_max_(text_bytes_max) {}
  void add(std::string_view key, std::string_view text) {
    if (text.empty()) return;
    begin(key);
    doc::append_quoted(out_, text.substr(0, text_bytes_max_));
  }
  void add_plain(std::string_view key, const std::string& json) {
    begin(key);
    out_ += json;
  }
  std::string end() { return std::move(out_) + "}\n"; }

 private:
  void begin(std::string_view key) {
    out_ += out_.empty() ? '{' : ',';
    doc::append_quoted(out_, key);
    out_ += ':';
  }
  std::string out_;
  size_t text_bytes_max_;
};

}  // namespace

bool is_change(const Access& access) {
  const bool is_question =
      access.resource.ends_with("reviews") && (access.group == "authorization.k8s.io" || access.group == "authentication.k8s.io");
  return !access.resource.empty() && !is_question && std::ranges::find(kChanges, access.verb) != kChanges.end();
}

std::string audit_line(const AuditEntry& entry, size_t text_bytes_max) {
  Line line(text_bytes_max);
  line.add("time", time_text(entry.time));
  line.add("user", entry.identity.user);
  line.add("role", name_of(entry.identity.role));
  line.add("verb", entry.access.verb);
  line.add("group", entry.access.group);
  line.add("resource", entry.access.resource);
  line.add("subresource", entry.access.subresource);
  line.add("namespace", entry.access.namespace_name);
  line.add("name", entry.access.name);
  if (entry.dry_run) line.add_plain("dryRun", "true");
  line.add("from", entry.from.to_string());
  line.add("userAgent", entry.user_agent);
  line.add_plain("status", std::to_string(entry.status));
  return line.end();
}

Result<AuditLog> AuditLog::open(const std::string& path, AuditLimits limits) {
  AuditLog log(path, limits);
  if (auto opened = log.reopen(); !opened) return std::unexpected(opened.error());
  return log;
}

Result<void> AuditLog::reopen() {
  fd_ = net::Fd(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  struct stat found{};
  if (!fd_ || ::fstat(fd_.get(), &found) != 0) return fail_file(path_, "cannot be written");
  if (!S_ISREG(found.st_mode)) return refuse_file(path_, "is not a plain file", "move it away");
  size_ = static_cast<size_t>(found.st_size);
  return {};
}

Result<void> AuditLog::rotate() {
  const auto numbered = [this](int number) { return number == 0 ? path_ : path_ + "." + std::to_string(number); };
  for (int number = limits_.files_max - 2; number >= 0; --number)
    if (std::rename(numbered(number).c_str(), numbered(number + 1).c_str()) != 0 && errno != ENOENT)
      return fail_file(numbered(number + 1), "cannot be written");
  return reopen();
}

Result<void> AuditLog::write(const AuditEntry& entry) {
  const std::string line = audit_line(entry, limits_.text_bytes_max);
  if (!fd_) {
    if (auto opened = reopen(); !opened) return opened;
  }
  if (size_ != 0 && size_ + line.size() > limits_.bytes_max) {
    if (auto rotated = rotate(); !rotated) return rotated;
  }
  const ssize_t written = ::write(fd_.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) {
    size_ += line.size();
    return {};
  }
  if (written >= 0) errno = ENOSPC;  // a part of it: there was no room for the rest
  auto failed = fail_file(path_, "cannot be written");
  if (written > 0 && ::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) size_ += static_cast<size_t>(written);
  return failed;
}

}  // namespace graylane::identity
