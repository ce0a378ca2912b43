// RefusedEdits: what people have heard of the edits that are not in force. Who mends a directory one error after the other reads at
// each save what is new and what is mended, and not all of it again. A value; one thread.
#pragma once

#include <map>
#include <string>

#include "base/diagnostic.h"
#include "daemon/instance.h"

namespace graylane::daemon {

class RefusedEdits {
 public:
  /// `refused`: all that was found of the edit, `in_force`: of the directory as it is in force. What was news once is none the next
  /// time.
  Rejection judge(const Diagnostics& refused, const Diagnostics& in_force);
  /// An edit is in force: the next one that is not is told in full.
  void forget() { told_.clear(); }

 private:
  std::map<std::string, Diagnostic> told_;  // of the last edit
};

}  // namespace graylane::daemon
