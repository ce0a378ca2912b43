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

/// What a file has from `offset` on.
bool copy_from(const std::string& path, off_t& offset, Output& out) {
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  std::array<char, 64 * 1024> buffer;
  for (ssize_t size = 0; (size = ::pread(file.get(), buffer.data(), buffer.size(), offset)) > 0; offset += size) {
    out.write({buffer.data(), static_cast<size_t>(size)});
  }
  out.flush();
  return true;
}

int follow(const std::string& path, off_t offset, Io& io) {
  for (; !io.out.closed(); std::this_thread::sleep_for(kLookAgain)) {
    std::error_code error;
    const auto size = static_cast<off_t>(fs::file_size(path, error));
    if (!error && size < offset) {  // rotated
      copy_from(path + ".1", offset, io.out);
      offset = 0;
    }
    copy_from(path, offset, io.out);
  }
  return kOk;
}

}  // namespace

int logs(const LogsFlags& flags, Io& io) {
  if (flags.pod.empty()) return tell(io, {ErrorCode::kInvalid, "logs needs the name of a Pod", {}, "graylane logs POD"}), kUsage;
  // STATE/pods/NAMESPACE_POD/CONTAINER.log
  const fs::path pods = fs::path(local::log_path(flags.state, flags.ns, "pod", "container")).parent_path().parent_path();
  const std::string prefix = flags.ns + "_";
  std::vector<std::string> names;
  for (const std::string& name : names_in(pods)) {
    if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
  }
  const auto pod = choose(names, "Pod", flags.pod);
  if (!pod) return tell(io, pod.error()), kNotFound;
  std::vector<std::string> containers;
  for (const std::string& name : names_in(pods / (prefix + *pod))) {
    if (name.ends_with(".log")) containers.push_back(name.substr(0, name.size() - 4));
  }
  const auto container = choose(containers, "container", flags.container);
  if (!container) return tell(io, container.error()), kNotFound;
  const std::string path = local::log_path(flags.state, flags.ns, *pod, *container);
  off_t old = 0;
  copy_from(path + ".1", old, io.out);
  off_t offset = 0;
  if (!copy_from(path, offset, io.out)) {
    tell(io, {ErrorCode::kUnavailable,
              "cannot be read: " + std::generic_category().message(errno),
              {std::make_shared<const std::string>(path), {}},
              {}});
    return kFailed;
  }
  return flags.follow ? follow(path, offset, io) : kOk;
}

}  // namespace graylane::cli
