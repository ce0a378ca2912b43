// Help pages. Pure functions. `width` is that of the terminal; 0: none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace graylane::cli {

std::string overview(const CommandLine& line, size_t width);
/// Of a command or a topic; nothing when there is none of that name.
std::optional<std::string> help_page(const CommandLine& line, std::string_view subject, size_t width);
/// What help_page() knows.
std::vector<std::string> help_subjects();

}  // namespace graylane::cli
