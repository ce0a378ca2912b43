#include "daemon/whose_directory.h"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "sources/applied_directory.h"

namespace graylane::daemon {

Result<void> check_directory(control::Client& client, const InstanceOptions& options) {
  const auto applied = sources::applied_directory(client);
  if (!applied) return std::unexpected(applied.error());
  const std::string path = sources::full_path(options.path);
  if (!*applied || (*applied)->path.empty() || options.path.empty() || options.replace_directory) return {};
  if (sources::is_same_place((*applied)->path, path)) return {};
  return fail(ErrorCode::kConflict,
              fmt::format("{} {} from {}: starting with {} would delete those that it does not define", (*applied)->objects,
                          (*applied)->objects == 1 ? "object of this state folder is" : "objects of this state folder are",
                          (*applied)->path, path),
              {std::make_shared<const std::string>(options.state_folder), {}},
              "name another folder with --state; or, when " + path +
                  " is the same directory, moved, or is to take its place, add --replace-directory");
}

std::optional<Diagnostic> unwatched_directory(control::Client& client) {
  const auto applied = sources::applied_directory(client);
  if (!applied || !*applied || (*applied)->path.empty()) return std::nullopt;
  const std::string& path = (*applied)->path;
  return Diagnostic{Severity::kWarning,
                    "directory-not-watched",
                    {},
                    {},
                    fmt::format("{} of the objects served are from {}, which is not watched: edits there have no effect",
                                (*applied)->objects, path),
                    "to go on with it: graylane up -f " + path,
                    {},
                    {}};
}

}  // namespace graylane::daemon
