#include "cli/manifests.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cli/exit_code.h"
#include "cli/running.h"

namespace graylane::cli {

namespace {

constexpr size_t kErrorsTold = 10;

std::tuple<std::string_view, Position> place(const Diagnostic& diagnostic) {
  return {diagnostic.where.file ? std::string_view(*diagnostic.where.file) : std::string_view(), diagnostic.where.at};
}

Error no_path(std::string_view command) {
  return {ErrorCode::kInvalid,
          fmt::format("{} needs manifests", command),
          {},
          fmt::format("graylane {} -f DIRECTORY_OR_FILE ...", command)};
}

}  // namespace

Diagnostics Manifests::diagnostics() const {
  Diagnostics all = offline.reading();
  all.insert(all.end(), compiling.begin(), compiling.end());
  std::ranges::stable_sort(all, {}, place);
  return all;
}

std::optional<Manifests> open_manifests(std::string_view command, const ReadFlags& flags, Io& io, int& exit_code) {
  const auto give_up = [&](const Error& error, int code) {
    tell(io, error);
    exit_code = code;
    return std::nullopt;
  };
  if (flags.path.empty() && io.running != nullptr) return io.running->manifests();
  if (flags.path.empty()) return give_up(no_path(command), kUsage);
  auto options = options_of(flags);
  if (!options) return give_up(options.error(), kUsage);
  auto offline = daemon::Offline::open(flags.path);
  if (!offline) return give_up(offline.error(), kFailed);
  auto routed = offline->route(*options);
  if (!routed) return give_up(routed.error(), kFailed);
  return Manifests{std::move(*offline), std::move(*options), std::move(routed->table), std::move(routed->diagnostics)};
}

void tell_errors(const Diagnostics& diagnostics, const std::string& path, Io& io) {
  size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError && ++errors <= kErrorsTold) io.talk(show(diagnostic, io.err_colour));
  }
  if (errors > kErrorsTold) {
    io.talk(fmt::format("... and {} more: graylane lint -f {}", errors - kErrorsTold, path.empty() ? "DIRECTORY" : path));
  }
}

}  // namespace graylane::cli
