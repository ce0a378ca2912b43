// Files of the state folder that are read and replaced whole. Functions of the file system; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::identity {

/// What the system said last (errno), about `what` of that file.
std::unexpected<Error> fail_file(const std::string& path, const std::string& what);
/// The file's content cannot be used.
std::unexpected<Error> refuse_file(const std::string& path, std::string what, std::string fix);

enum class Secrecy { kPublic, kSecret };

/// Nothing: there is none. kLimit: it is longer. kInvalid: it is no plain file, or it is secret and others may read it.
Result<std::optional<std::string>> read_file(const std::string& path, size_t bytes_max, Secrecy secrecy);

/// The file has the new text or, after an error or a crash, the old one; synced; 0600, or 0644 when it is public.
Result<void> replace_file(const std::string& path, std::string_view text, Secrecy secrecy);

void sync_folder(const std::string& path);

}  // namespace graylane::identity
