// Whose directory a state folder is: its objects are of one directory of manifests (sources/applied_directory.h), and another one in
// its place would delete most of them. Plain functions; one thread.
#pragma once

#include <optional>

#include "base/diagnostic.h"
#include "control/port.h"
#include "daemon/instance.h"

namespace graylane::daemon {

/// Errors: the objects are of another directory, and nobody said that it is to be replaced; those of the client.
Result<void> check_directory(control::Client& client, const InstanceOptions& options);

/// Objects of a directory are served as they are when it is not watched; who edits a file there would wait for it in vain.
std::optional<Diagnostic> unwatched_directory(control::Client& client);

}  // namespace graylane::daemon
