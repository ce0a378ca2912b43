// Fix: mends manifests by the edits of their diagnostics, in memory. Nothing on the disk changes here.
#pragma once

#include <map>
#include <string>

#include "base/diagnostic.h"
#include "daemon/offline.h"

namespace graylane::cli {

inline constexpr int kFixRoundsMax = 10;

struct FixedFile {
  std::string before;
  std::string after;
};

struct Fixed {
  std::map<std::string, FixedFile> files;  // those that change
  Diagnostics fixed;                       // what was mended, in that order
  Diagnostics left;                        // what remains afterwards
};

/// The diagnostics whose edits can be made together: of those that touch the same lines, the first. Grouped by file.
std::map<std::string, Diagnostics> fixable(const Diagnostics& diagnostics);

/// Mends until nothing that has a certain fix is left, for at most kFixRoundsMax rounds: one mistake may hide another.
Result<Fixed> fix(daemon::Offline offline, const ingress_nginx::Options& options);

}  // namespace graylane::cli
