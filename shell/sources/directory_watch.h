// DirectoryWatch: tells when a directory of manifests (or one file) was edited and nobody is writing there any more. It uses
// inotify, and looks at the files' stamps every `look_again` as well, for what inotify does not see (network file systems, links
// that lead out of the directory, more folders than the kernel watches). Lives in one EventLoop's thread; the loop outlives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "net/event_loop.h"
#include "sources/manifest_files.h"
#include "sources/settling.h"

namespace graylane::sources {

class DirectoryWatch final : public net::Handler {
 public:
  static constexpr std::chrono::milliseconds kLookAgain{5'000};

  /// `edited(since)` is called in the loop's thread; `since` is when the last event of the edit was seen. Errors: inotify is
  /// not to be had; a path that does not exist (yet) is not one of them.
  static Result<std::unique_ptr<DirectoryWatch>> create(net::EventLoop& loop, std::string path, DirectoryOptions options,
                                                        std::function<void(net::Instant since)> edited,
                                                        std::chrono::milliseconds look_again = kLookAgain);
  ~DirectoryWatch();

  /// Whether nobody is editing: who wants to read the directory for another reason may do so. Else the edit will be told.
  bool is_quiet();

 private:
  struct Folder {
    std::string path;
    int depth = 0;
  };

  DirectoryWatch(net::EventLoop& loop, net::Fd inotify, std::string path, DirectoryOptions options,
                 std::function<void(net::Instant)> edited, std::chrono::milliseconds look_again);
  void on_events(uint32_t epoll_events) override;
  void watch_root();
  /// Whatever stands there now.
  void watch_anew();
  void watch_folder(const std::string& path, int depth);
  void take(int watch, uint32_t mask, const char* name);
  void take_folder(const Folder& parent, const std::string& path, uint32_t mask);
  void arm();
  void on_due();
  void look_again();
  uint64_t fingerprint() const;
  void tell();

  net::EventLoop& loop_;
  net::Fd inotify_;
  const std::string path_;
  const DirectoryOptions options_;
  const std::function<void(net::Instant)> edited_;
  const std::chrono::milliseconds look_again_every_;
  std::string only_;               // `path_` is a file: its name
  std::map<int, Folder> folders_;  // by watch descriptor
  Settling settling_;
  net::Instant since_{};
  uint64_t told_ = 0;  // fingerprints: of what was told last, and of the last look
  uint64_t seen_ = 0;
  net::CallbackTimer due_;
  net::CallbackTimer look_again_;
};

}  // namespace graylane::sources
