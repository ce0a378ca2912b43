#include "sources/directory_watch.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <type_traits>
#include <utility>

namespace graylane::sources {

namespace {

constexpr uint32_t kEvents = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Other names cannot change what is read: editors' swap and backup files, notes. A hidden name may be what links lead
/// through, as in a mounted ConfigMap.
bool concerns_us(std::string_view name) {
  const auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
  if (name.starts_with('.')) return name.starts_with("..");
  return ends(".yaml") || ends(".yml") || ends(".json");
}

bool is_link(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

bool is_empty(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

Settling::What meaning_of(uint32_t mask, const std::string& path) {
  const bool is_whole = (mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
  if (is_whole && is_empty(path)) return Settling::What::kGone;  // emptied, to be written by somebody else
  if ((mask & IN_CLOSE_WRITE) != 0) return Settling::What::kWritten;
  if ((mask & IN_MOVED_TO) != 0) return Settling::What::kReplaced;
  if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) return Settling::What::kGone;
  if ((mask & IN_ATTRIB) != 0) return Settling::What::kOther;
  return is_link(path) ? Settling::What::kReplaced : Settling::What::kWriting;  // a link is whole when it is there
}

static_assert(std::has_unique_object_representations_v<FileStamp>);

void mix(uint64_t& hash, const void* data, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
}

}  // namespace

Result<std::unique_ptr<DirectoryWatch>> DirectoryWatch::create(net::EventLoop& loop, std::string path, DirectoryOptions options,
                                                               std::function<void(net::Instant)> edited,
                                                               std::chrono::milliseconds look_again) {
  net::Fd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify) {
    return fail(ErrorCode::kUnavailable, "inotify: " + std::generic_category().message(errno), {},
                "raise fs.inotify.max_user_instances, or stop programs that watch files");
  }
  const int fd = inotify.get();
  std::unique_ptr<DirectoryWatch> watch(
      new DirectoryWatch(loop, std::move(inotify), std::move(path), std::move(options), std::move(edited), look_again));
  if (auto added = loop.add_level(fd, *watch); !added) return std::unexpected(std::move(added.error()));
  watch->watch_root();
  watch->told_ = watch->seen_ = watch->fingerprint();
  loop.timers().arm(watch->look_again_, loop.now(), look_again);
  return watch;
}

DirectoryWatch::DirectoryWatch(net::EventLoop& loop, net::Fd inotify, std::string path, DirectoryOptions options,
                               std::function<void(net::Instant)> edited, std::chrono::milliseconds look_again)
    : loop_(loop),
      inotify_(std::move(inotify)),
      path_(std::move(path)),
      options_(std::move(options)),
      edited_(std::move(edited)),
      look_again_every_(look_again),
      due_([this] { on_due(); }),
      look_again_([this] { this->look_again(); }) {}

DirectoryWatch::~DirectoryWatch() { loop_.remove(inotify_.get(), *this); }

void DirectoryWatch::watch_root() {
  only_.clear();
  if (is_folder(path_)) return watch_folder(path_, 0);
  const std::string folder = parent_of(path_);  // a file that is replaced has no watch of its own that would last
  only_ = path_.substr(path_.find_last_of('/') + 1);
  const int watch = ::inotify_add_watch(inotify_.get(), folder.c_str(), kEvents);
  if (watch >= 0) folders_[watch] = {folder, 0};
}

void DirectoryWatch::watch_anew() {
  for (const auto& [watch, folder] : folders_) ::inotify_rm_watch(inotify_.get(), watch);
  folders_.clear();
  watch_root();
}

// Folders that cannot be watched are looked at with all others, see look_again().
void DirectoryWatch::watch_folder(const std::string& path, int depth) {
  const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), kEvents);
  if (watch < 0 || depth >= options_.limits.depth_max) return;
  if (!folders_.insert_or_assign(watch, Folder{path, depth}).second) return;  // a link back into itself
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string below = path + "/" + entry->d_name;
    if (entry->d_name[0] != '.' && entry->d_type != DT_REG && is_folder(below)) watch_folder(below, depth + 1);
  }
  ::closedir(folder);
}

void DirectoryWatch::on_events(uint32_t /*epoll_events*/) {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  for (;;) {
    const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (size <= 0) break;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      take(event->wd, event->mask, event->len > 0 ? event->name : "");
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  arm();
}

bool DirectoryWatch::is_quiet() {
  on_events(0);
  return !settling_.due();
}

void DirectoryWatch::take(int watch, uint32_t mask, const char* name) {
  const net::Instant now = std::chrono::steady_clock::now();
  if ((mask & IN_Q_OVERFLOW) != 0) {
    settling_.saw(Settling::What::kGone, path_, now);
    return;
  }
  const auto found = folders_.find(watch);
  if (found == folders_.end()) return;
  const Folder folder = found->second;
  if ((mask & IN_IGNORED) != 0) {
    folders_.erase(found);
    return;
  }
  const bool is_root = only_.empty() && folder.depth == 0;
  const std::string path = folder.path + "/" + name;
  if ((mask & (IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
    take_folder(folder, path, mask);
    if (is_root && (mask & IN_MOVE_SELF) != 0) watch_anew();  // its watches went with it
    return;
  }
  if (only_.empty() ? !concerns_us(name) : only_ != name) return;
  since_ = now;
  settling_.saw(meaning_of(mask, path), path, now);
}

void DirectoryWatch::take_folder(const Folder& parent, const std::string& path, uint32_t mask) {
  const std::string_view name = std::string_view(path).substr(parent.path.size() + 1);
  if (only_.empty() ? name == options_.state_folder : name != only_) return;
  const net::Instant now = std::chrono::steady_clock::now();
  since_ = now;
  const bool gone = (mask & (IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
  settling_.saw(gone ? Settling::What::kGone : Settling::What::kOther, path, now);
  if ((mask & (IN_CREATE | IN_MOVED_TO)) == 0) return;
  if (!only_.empty()) watch_anew();
  else if (!name.starts_with('.')) watch_folder(path, parent.depth + 1);
}

void DirectoryWatch::arm() {
  const auto due = settling_.due();
  if (!due) return due_.cancel();
  const net::Instant now = std::chrono::steady_clock::now();
  loop_.timers().arm(due_, now, std::max(std::chrono::ceil<std::chrono::milliseconds>(*due - now), std::chrono::milliseconds(1)));
}

void DirectoryWatch::on_due() {
  const auto due = settling_.due();
  if (due && *due > std::chrono::steady_clock::now()) return arm();
  if (due) tell();
}

// Told once the files have looked the same twice, so that nobody is caught writing.
void DirectoryWatch::look_again() {
  loop_.timers().arm(look_again_, loop_.now(), look_again_every_);
  if (settling_.due()) return;
  if (folders_.empty() || (!only_.empty() && is_folder(path_))) watch_anew();
  const uint64_t before = std::exchange(seen_, fingerprint());
  if (seen_ == told_ || seen_ != before) return;
  since_ = loop_.now();
  tell();
}

uint64_t DirectoryWatch::fingerprint() const {
  uint64_t hash = 0xcbf29ce484222325ULL;
  const auto found = find_manifest_files(path_, options_);
  if (!found) return hash;
  for (const ManifestFile& file : found->files) {
    mix(hash, file.path.data(), file.path.size());
    mix(hash, &file.stamp, sizeof(file.stamp));
  }
  return hash;
}

void DirectoryWatch::tell() {
  settling_.taken();
  due_.cancel();
  told_ = seen_ = fingerprint();
  edited_(since_);
}

}  // namespace graylane::sources
