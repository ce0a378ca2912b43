// The write-ahead log beside a store's file. SQLite takes a frame that is not as it was written for the log's end, as a power cut
// leaves it; what follows would be lost without a word. A function of the file system, for who holds the state folder: nobody
// writes meanwhile.
#pragma once

#include <string>

#include "base/error.h"

namespace graylane::store {

/// Whether all that was synced can be read. Damage in the last transaction cannot be told from one that a power cut interrupted.
Result<void> check_write_ahead_log(const std::string& path);

}  // namespace graylane::store
