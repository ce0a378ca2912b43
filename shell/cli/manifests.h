// What the commands that read manifests have in common: the flags read, the directory opened, the table made.
#pragma once

#include <string_view>

#include "cli/errors.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "daemon/offline.h"

namespace graylane::cli {

struct Manifests {
  daemon::Offline offline;
  ingress_nginx::Options options;
  route::TablePtr table;
  Diagnostics compiling;

  /// Of reading and compiling, in order of file and line.
  Diagnostics diagnostics() const;
};

/// Nothing when that failed; then it was told, and `exit_code` is set.
std::optional<Manifests> open_manifests(std::string_view command, const ReadFlags& flags, Io& io, int& exit_code);

/// " -f PATH", for a command line that is proposed; empty for a running instance.
inline std::string from(const std::string& path) { return path.empty() ? "" : " -f " + path; }

/// Errors of the diagnostics on stderr: the first ones, and how to see the rest. `path` is what was read.
void tell_errors(const Diagnostics& diagnostics, const std::string& path, Io& io);

}  // namespace graylane::cli
