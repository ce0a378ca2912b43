// Findings: what is wrong at present, and which of it people have not heard yet. Each is news once; what was mended is
// forgotten, so that it is news again when it comes again. Told the time; one thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"

namespace graylane::daemon {

struct Finding {
  Diagnostic diagnostic;
  std::string key;                        // two findings of one key are the same mistake
  std::chrono::milliseconds patience{0};  // what passes by itself within this time is no news
};

/// Of reading or compiling. The place is no part of the key: a line inserted above is no new mistake. A Service has no
/// endpoints for as long as its Pods take to start, so that is waited for.
Finding to_finding(Diagnostic diagnostic);

class Findings {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// All that is so now.
  void observe(std::vector<Finding> present, Instant now);
  /// What is to be told now, in the order in which it was observed.
  Diagnostics news(Instant now);
  /// What was told and is not so any more; each once.
  Diagnostics mended();
  /// When more may be news by the passing of time alone.
  std::optional<Instant> due() const;

 private:
  struct Since {
    Instant at;
    bool told = false;
    Diagnostic diagnostic = {};  // as it was told
  };

  std::vector<Finding> present_;
  std::map<std::string, Since> since_;  // by key
  Diagnostics mended_;
};

}  // namespace graylane::daemon
