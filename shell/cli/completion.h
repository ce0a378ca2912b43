// Completion scripts, made from the tree of commands. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace graylane::cli {

/// For bash, zsh or fish; nothing for another shell.
std::optional<std::string> completion_script(const CommandLine& line, std::string_view shell);

}  // namespace graylane::cli
