// RunningInstance: what commands can ask when they are carried out by a running instance instead of from files.
#pragma once

#include "cli/manifests.h"
#include "daemon/instance.h"

namespace graylane::cli {

class RunningInstance {
 public:
  virtual ~RunningInstance() = default;
  /// As open_manifests() gives them: the objects, and the table in force.
  virtual Manifests manifests() = 0;
  virtual daemon::Shares shares() = 0;
  /// Where it listens.
  virtual daemon::Serving serving() = 0;
  /// Why objects cannot be written; nothing: they can.
  virtual std::optional<Error> trouble() = 0;
};

}  // namespace graylane::cli
