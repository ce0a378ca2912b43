// The commands that this program gives to itself: `supervise` (supervise.h) and `sample-server` (sample_server.h). The first
// thing in main(), before threads, files and the command line.
#pragma once

#include <optional>

namespace graylane::local {

/// The exit code, when the arguments are a hidden command; it was then carried out to its end.
std::optional<int> run_hidden_command(int argc, char** argv);

}  // namespace graylane::local
