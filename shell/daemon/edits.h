// Edits: the directory of manifests as the instance takes it in: whole, or not at all. One thread; must not outlive what it is given.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/object.h"
#include "base/diagnostic.h"
#include "control/port.h"
#include "control/route_feed.h"
#include "local/images.h"
#include "sources/directory.h"

namespace graylane::daemon {

class Edits {
 public:
  /// `exact`: as ingress-nginx, nothing is asked of what an edit would do to what is in force.
  Edits(std::string path, sources::DirectoryOptions options, control::Client& client, control::RouteFeed& feed, bool exact)
      : path_(path), source_(std::move(path), std::move(options)), client_(client), feed_(feed), exact_(exact) {}

  enum class Outcome : uint8_t {
    kTaken,
    kRefused,  // refused() says why
    kPasses,   // likewise, and trying again may help: the disk is full
  };
  /// The one place that decides what becomes of an edit: all that it would bring is looked at before any of it is in force.
  Outcome take();

  /// Whether the last edit could be read at all.
  bool is_readable() const { return source_.is_readable(); }
  /// Of what is in force.
  const Diagnostics& reading() const { return reading_; }
  /// Of the last edit, when it was refused.
  const Diagnostics& refused() const { return refused_; }
  /// What people read of the directory.
  const Diagnostics& told() const { return refused_.empty() ? reading_ : refused_; }
  /// Of the directory that was taken last.
  size_t objects() const { return objects_; }
  local::ImageMap take_images() { return std::exchange(images_, {}); }
  /// What was deleted since the last call, as its documents are gone.
  std::vector<api::ObjectKey> take_deleted() { return std::exchange(deleted_, {}); }

  /// Of the store, when the directory was taken last.
  uint64_t revision() const { return revision_; }
  /// Whether a write that made this revision can have changed what reading() says of the object.
  bool concerns(const api::ObjectKey& key, uint64_t revision) const { return revision > revision_ && source_.defines(key); }
  /// What reading() says of an object that somebody wrote or deleted, as it is now. Errors: those of the client.
  Result<void> look_at(const api::ObjectKey& key);

  /// What is not in force as written, of the directory and of `compiling`, as errors.
  Diagnostics errors(const Diagnostics& compiling) const;
  /// Whether something of the directory could not be done as long as this was there.
  bool waits_for(const api::ObjectKey& deleted) const;

 private:
  Result<bool> may_be_in_force(const std::vector<control::Change>& changes, Diagnostics& found);

  const std::string path_;
  sources::DirectorySource source_;
  control::Client& client_;
  control::RouteFeed& feed_;
  const bool exact_;
  Diagnostics reading_;
  Diagnostics refused_;
  local::ImageMap images_;
  std::vector<api::ObjectKey> deleted_;
  size_t objects_ = 0;
  uint64_t revision_ = 0;
  bool taken_ = false;  // once
};

}  // namespace graylane::daemon
