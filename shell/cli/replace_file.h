// Replacing a file whole. A function of the file system; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::cli {

/// The file has the new text or, after an error or a crash, the old one. Its mode stays, and so does a link that leads to it.
Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace graylane::cli
