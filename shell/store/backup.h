// Copies of a DurableStore's file. Any thread; they block for about a second per 100 MB.
#pragma once

#include <string>

#include "base/error.h"

namespace graylane::store {

/// Copies a store's file, in use or not, to a new file, for its owner only: one state, as of some moment of the call. It
/// appears under its name when it is complete. kAlreadyExists; kNotFound: there is no store; kUnsupported: another format; kInvalid: it is damaged (of one that is
/// not in use, call check_write_ahead_log() too). `vfs` as in DurableStoreOptions.
Result<void> backup(const std::string& path, const std::string& to, const std::string& vfs = {});

/// Makes a store's file of a backup, checking all of it first. What was at `path` is kept beside it, under the name that is
/// returned (empty: there was nothing). No store may be open there: hold the lock of the state folder. Revisions continue
/// far beyond those of the backup, so that clients that saw later ones list again instead of missing changes.
Result<std::string> restore(const std::string& backup, const std::string& path);

}  // namespace graylane::store
