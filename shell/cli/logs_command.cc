#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "local/runtime.h"
#include "net/fd.h"

namespace graylane::cli {

namespace {

constexpr std::chrono::milliseconds kLookAgain{200};

namespace fs = std::filesystem;

/// The names in a folder, sorted; of files without what rotation made of them.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

Result<std::string> only_one(const std::vector<std::string>& found, std::string_view what, const std::string& asked,
                             const std::vector<std::string>& all) {
  if (found.size() == 1) return found.front();
  const std::string names = all.empty() ? "there is none" : fmt::format("name one of {}", fmt::join(all, ", "));
  if (found.empty()) return fail(ErrorCode::kNotFound, fmt::format("no {} is called \"{}\"", what, asked), {}, names);
  return fail(ErrorCode::kNotFound, fmt::format("{} {}s fit \"{}\"", found.size(), what, asked), {},
              fmt::format("name one of {}", fmt::join(found, ", ")));
}

Result<std::string> choose(const std::vector<std::string>& all, std::string_view what, const std::string& asked) {
  std::vector<std::string> found;
  for (const std::string& name : all) {
    if (name == asked) return name;
    if (name.starts_with(asked)) found.push_back(name);
  }
  return only_one(found, what, asked, all);
}

/// The Pod of that name, or all whose names begin so: those of a Deployment. The kind may stand before it, as for kubectl.
Result<std::vector<std::string>> choose_pods(const std::vector<std::string>& all, const std::string& asked) {
  const std::string name = asked.substr(asked.find('/') == asked.npos ? 0 : asked.find('/') + 1);
  std::vector<std::string> found;
  for (const std::string& pod : all) {
    if (pod == name) return std::vector{pod};
    if (pod.starts_with(name)) found.push_back(pod);
  }
  if (!found.empty()) return found;
  auto none = only_one(found, "Pod", name, all);
  return std::unexpected(std::move(none.error()));
}

/// The log of one container, in its two files.
class Log {
 public:
  /// `prefix`: before every line; may be empty.
  Log(std::string path, std::string prefix) : path_(std::move(path)), prefix_(std::move(prefix)) {}

  /// What is new, whole lines only where a prefix tells them apart. False: it cannot be read.
  bool copy(Output& out) {
    std::error_code error;
    const auto size = static_cast<off_t>(fs::file_size(path_, error));
    if (offset_ < 0) {  // from the beginning, which is in the file before the rotation
      off_t old = 0;
      copy_from(path_ + ".1", old, out);
      offset_ = 0;
    } else if (!error && size < offset_) {
      copy_from(path_ + ".1", offset_, out);
      offset_ = 0;
    }
    return copy_from(path_, offset_, out);
  }
  void end(Output& out) {
    if (!rest_.empty()) out.line(prefix_ + std::exchange(rest_, {}));
    out.flush();
  }

 private:
  bool copy_from(const std::string& path, off_t& offset, Output& out) {
    const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return false;
    std::array<char, 64 * 1024> buffer;
    for (ssize_t size = 0; (size = ::pread(file.get(), buffer.data(), buffer.size(), offset)) > 0; offset += size)
      write({buffer.data(), static_cast<size_t>(size)}, out);
    out.flush();
    return true;
  }

  void write(std::string_view text, Output& out) {
    if (prefix_.empty()) return out.write(text);
    for (size_t end = 0; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
      out.write(prefix_);
      out.write(std::exchange(rest_, {}));
      out.line(text.substr(0, end));
    }
    rest_ += text;
  }

  std::string path_;
  std::string prefix_;
  off_t offset_ = -1;
  std::string rest_;  // of a line that is not whole yet
};

std::vector<std::string> containers_in(const fs::path& folder) {
  std::vector<std::string> containers;
  for (const std::string& name : names_in(folder)) {
    if (name.ends_with(".log")) containers.push_back(name.substr(0, name.size() - 4));
  }
  return containers;
}

}  // namespace

int logs(const LogsFlags& flags, Io& io) {
  if (flags.pod.empty()) return tell(io, {ErrorCode::kInvalid, "logs needs the name of a Pod", {}, "graylane logs POD"}), kUsage;
  // STATE/pods/NAMESPACE_POD/CONTAINER.log
  const fs::path folder = fs::path(local::log_path(flags.state, flags.ns, "pod", "container")).parent_path().parent_path();
  const std::string prefix = flags.ns + "_";
  std::vector<std::string> names;
  for (const std::string& name : names_in(folder)) {
    if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
  }
  if (names.empty()) {
    tell(io, {ErrorCode::kNotFound,
              fmt::format("no Pod of namespace {} has a log in {}", flags.ns, flags.state),
              {},
              "name the instance's folder with --state, or another namespace with -n"});
    return kNotFound;
  }
  const auto pods = choose_pods(names, flags.pod);
  if (!pods) return tell(io, pods.error()), kNotFound;
  std::vector<Log> found;
  for (const std::string& pod : *pods) {
    const auto container = choose(containers_in(folder / (prefix + pod)), "container", flags.container);
    if (!container) return tell(io, container.error()), kNotFound;
    const std::string path = local::log_path(flags.state, flags.ns, pod, *container);
    found.emplace_back(path, pods->size() == 1 ? "" : pod + ": ");
    if (found.back().copy(io.out)) continue;
    tell(io, {ErrorCode::kUnavailable,
              "cannot be read: " + std::generic_category().message(errno),
              {std::make_shared<const std::string>(path), {}},
              {}});
    return kFailed;
  }
  for (; flags.follow && !io.out.closed(); std::this_thread::sleep_for(kLookAgain)) {
    for (Log& log : found) log.copy(io.out);
  }
  for (Log& log : found) log.end(io.out);
  return kOk;
}

}  // namespace graylane::cli
