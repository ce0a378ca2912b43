#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "daemon/objects.h"
#include "daemon/state_folder.h"
#include "store/backup.h"
#include "store/write_ahead_log.h"

namespace graylane::cli {

namespace {

int needs_file(std::string_view command, Io& io) {
  tell(io,
       {ErrorCode::kInvalid, fmt::format("{} needs a file", command), {}, fmt::format("graylane {} objects.backup", command)});
  return kUsage;
}

std::string shown(const store::Copied& copied) {
  return fmt::format("{} object{} of revision {}", copied.objects, copied.objects == 1 ? "" : "s", copied.revision);
}

}  // namespace

int backup(const CopyFlags& flags, Io& io) {
  if (flags.file.empty()) return needs_file("backup", io);
  const std::string path = daemon::objects_path(flags.state);
  // Of one in use the log is being written; its instance looked at it when it started.
  const bool is_in_use = daemon::holder_of(flags.state) != 0;
  if (auto whole = is_in_use ? Result<void>() : store::check_write_ahead_log(path); !whole)
    return tell(io, whole.error()), kFailed;
  const auto made = store::backup(path, flags.file);
  if (!made) return tell(io, made.error()), kFailed;
  io.talk(fmt::format("backed up {} to {}", shown(*made), flags.file));
  return kOk;
}

int restore(const CopyFlags& flags, Io& io) {
  if (flags.file.empty()) return needs_file("restore", io);
  const auto backup = store::Backup::check(flags.file);  // before there is a folder for it
  if (!backup) return tell(io, backup.error()), kFailed;
  const auto folder = daemon::StateFolder::take(flags.state);
  if (!folder) return tell(io, folder.error()), kFailed;
  const std::string path = daemon::objects_path(folder->path());
  const auto kept = store::restore(*backup, path);
  if (!kept) return tell(io, kept.error()), kFailed;
  io.talk(fmt::format("restored {} from {} to {}", shown(backup->content()), flags.file, path));
  if (!kept->empty()) io.talk("what was there before is now " + *kept);
  return kOk;
}

}  // namespace graylane::cli
