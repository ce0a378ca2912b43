// ManifestDirectory: the directory of manifests of an instance, from the edit of a file to the objects in the store. It is watched and
// taken in, whole or not at all; it is looked at again when what a document waited for is gone; and what others do to its objects
// is compared with its documents. In the loop's thread; lives no longer than what it is given.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "api/object.h"
#include "control/port.h"
#include "control/route_feed.h"
#include "daemon/edits.h"
#include "daemon/instance.h"
#include "daemon/refused_edits.h"
#include "net/event_loop.h"
#include "sources/directory_watch.h"
#include "store/store.h"

namespace graylane::daemon {

class ManifestDirectory {
 public:
  struct Options {
    std::string path;  // as the user typed it
    sources::DirectoryOptions read;
    bool exact = false;  // see edits.h
  };
  /// What it asks of the instance.
  struct Host {
    std::function<void()> taken;      // an edit is in the store, and its turn is due
    std::function<void()> settle;     // that turn
    std::function<bool()> is_active;  // there is something in force
  };

  ManifestDirectory(net::EventLoop& loop, store::Store& store, control::RouteFeed& feed, Reporter& reporter, Options options,
                    Host host);

  /// From now on edits are taken. Errors: those of the watch.
  Result<void> watch();
  /// None is any more.
  void stop() { watch_.reset(); }
  bool is_watched() const { return watch_ != nullptr; }

  /// As it is now; `since`: when that was seen. False: it was refused, and nobody was told.
  bool take(net::Instant since);
  /// What people do not know yet of the edit that was refused.
  void tell_refused();
  /// Both, with all that follows.
  void load(net::Instant since);

  /// What a change of an object means to the directory.
  void see(const control::Event& event);
  /// Once changes cannot be seen one by one any more.
  void saw_too_little() { try_again_ = true; }
  /// The part of a turn: does what the changes ask for. Errors: those of the store.
  Result<void> step();

  /// When people edited what was taken since the last call.
  std::optional<net::Instant> take_edited_since() { return std::exchange(edited_since_, std::nullopt); }
  local::ImageMap take_images() { return edits_.take_images(); }
  const Edits& edits() const { return edits_; }

 private:
  void take_again();
  void tell_refused(Rejection rejection);
  void tell_refused_anew();

  net::EventLoop& loop_;
  store::Store& store_;
  Reporter& reporter_;
  const Options options_;
  const Host host_;
  Edits edits_;
  std::unique_ptr<sources::DirectoryWatch> watch_;
  net::CallbackTimer take_later_;
  std::set<api::ObjectKey> touched_;  // objects of documents that somebody wrote
  std::optional<net::Instant> edited_since_;
  RefusedEdits refused_;
  bool told_unreadable_ = false;
  bool try_again_ = false;  // what a document waited for is gone, or the kinds are others
};

}  // namespace graylane::daemon
