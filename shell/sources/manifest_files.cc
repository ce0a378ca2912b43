#include "sources/manifest_files.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace graylane::sources {
namespace {

using FolderId = std::pair<dev_t, ino_t>;

FolderId id_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

std::string join(const std::string& folder, std::string_view name) {
  return folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

bool is_skipped(std::string_view name) { return name.starts_with('.') || name == "images.yaml"; }

bool is_manifest(std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"); }

Location location_of(const std::string& path) { return {std::make_shared<const std::string>(path), {}}; }

Diagnostic report(Severity severity, std::string id, const std::string& path, std::string message, std::string fix) {
  return {severity, std::move(id), {}, {}, std::move(message), std::move(fix), location_of(path), {}};
}

class Finder {
 public:
  Finder(const std::string& root, const DirectoryOptions& options) : root_(root), limits_(options.limits) {
    struct stat status;
    const std::string& state = options.state_folder;
    if (state.empty()) return;
    if (stat((state.starts_with('/') ? state : join(root, state)).c_str(), &status) == 0) state_ = id_of(status);
  }

  Result<ManifestFiles> find();

 private:
  Result<void> enter(const std::string& folder, const struct stat& status);
  Result<void> read_folder(const std::string& folder);
  Result<void> look_at(const std::string& path, bool manifest, DIR* parent, const char* name);
  Result<void> add(const std::string& path, const struct stat& status);
  void cannot_look(const std::string& path, bool manifest, DIR* parent, const char* name, int error);
  std::unexpected<Error> over_limit(std::string what) const {
    return fail(ErrorCode::kLimit, std::move(what), location_of(root_), "name a directory that holds manifests only");
  }

  const std::string& root_;
  const DirectoryLimits& limits_;
  FolderId state_{};
  std::vector<FolderId> inside_;  // the folders from the root to the one being read
  size_t entries_ = 0;
  uint64_t total_bytes_ = 0;
  ManifestFiles found_;
};

Result<ManifestFiles> Finder::find() {
  struct stat status;
  if (stat(root_.c_str(), &status) != 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return fail(code, "cannot read manifests from \"" + root_ + "\": " + errno_text(errno), {},
                "name an existing directory or file");
  }
  if (!S_ISDIR(status.st_mode)) {
    found_.files.push_back({root_, FileStamp::of(status), S_ISREG(status.st_mode)});
    return std::move(found_);
  }
  if (auto ok = enter(root_, status); !ok) return std::unexpected(std::move(ok.error()));
  std::ranges::sort(found_.files, {}, &ManifestFile::path);
  std::ranges::sort(found_.diagnostics, {}, [](const Diagnostic& d) -> const std::string& { return *d.where.file; });
  return std::move(found_);
}

Result<void> Finder::enter(const std::string& folder, const struct stat& status) {
  if (id_of(status) == state_) return {};
  if (std::ranges::find(inside_, id_of(status)) != inside_.end()) {
    found_.diagnostics.push_back(
        report(Severity::kInfo, "folder-loop", folder, "the folder leads back to one that it is in; it is not read again", ""));
    return {};
  }
  // The root is no folder inside another.
  if (inside_.size() > static_cast<size_t>(limits_.depth_max)) {
    return over_limit("the directory has more than " + std::to_string(limits_.depth_max) +
                      " folders inside one another: " + folder);
  }
  inside_.push_back(id_of(status));
  auto ok = read_folder(folder);
  inside_.pop_back();
  return ok;
}

Result<void> Finder::read_folder(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(folder.c_str()), closedir);
  errno = dir ? 0 : errno;
  while (const dirent* entry = dir ? readdir(dir.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (++entries_ > limits_.entries_max) {
      return over_limit("the directory has more than " + std::to_string(limits_.entries_max) + " entries");
    }
    if (!is_skipped(name)) {
      if (auto ok = look_at(join(folder, name), is_manifest(name), dir.get(), entry->d_name); !ok) return ok;
    }
    errno = 0;
  }
  if (errno != 0) {
    found_.diagnostics.push_back(report(Severity::kError, "folder-unreadable", folder,
                                        "the folder cannot be read: " + errno_text(errno),
                                        "make it readable or take it out of the directory"));
  }
  return {};
}

Result<void> Finder::look_at(const std::string& path, bool manifest, DIR* parent, const char* name) {
  struct stat status;
  if (fstatat(dirfd(parent), name, &status, 0) != 0) {
    cannot_look(path, manifest, parent, name, errno);
    return {};
  }
  if (S_ISDIR(status.st_mode)) return enter(path, status);
  if (!manifest) return {};
  if (S_ISREG(status.st_mode)) return add(path, status);
  found_.diagnostics.push_back(report(Severity::kWarning, "file-not-regular", path,
                                      "this is a pipe, socket or device and is not read", "take it out of the directory"));
  return {};
}

// What a name stands for is unknown: nothing may be deleted because a manifest cannot be seen.
void Finder::cannot_look(const std::string& path, bool manifest, DIR* parent, const char* name, int error) {
  struct stat link;
  if (fstatat(dirfd(parent), name, &link, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) return;  // gone meanwhile
  if (manifest || error != ENOENT) {
    found_.diagnostics.push_back(report(Severity::kError, "file-unreadable", path,
                                        "the file cannot be read: " + errno_text(error),
                                        "make it readable or take it out of the directory"));
  } else {
    found_.diagnostics.push_back(report(Severity::kWarning, "link-dangling", path,
                                        "the link leads to nothing; manifests that were behind it are not read",
                                        "mend or remove the link"));
  }
}

Result<void> Finder::add(const std::string& path, const struct stat& status) {
  if (found_.files.size() == limits_.files_max) {
    return over_limit("the directory has more than " + std::to_string(limits_.files_max) + " manifest files");
  }
  total_bytes_ += static_cast<uint64_t>(status.st_size);
  if (total_bytes_ > limits_.total_bytes_max) {
    return over_limit("the manifests are larger than " + std::to_string(limits_.total_bytes_max) + " bytes together");
  }
  found_.files.push_back({path, FileStamp::of(status), true});
  return {};
}

}  // namespace

Result<ManifestFiles> find_manifest_files(const std::string& root, const DirectoryOptions& options) {
  return Finder(root, options).find();
}

}  // namespace graylane::sources
