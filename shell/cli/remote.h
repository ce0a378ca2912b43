// Commands that a running instance carries out: asked for here, and answered there by the same code that reads files.
#pragma once

#include "cli/command_line.h"
#include "cli/output.h"
#include "cli/running.h"
#include "daemon/command_socket.h"

namespace graylane::cli {

/// Whether this command line is for a running instance: it names no manifests, and its command could read some.
bool asks_instance(const CommandLine& line);

/// Hands the command line to the instance of its state folder, and prints what comes back. Returns the exit code.
int ask(const CommandLine& line, const std::vector<std::string>& arguments, Io& io);

/// The other side.
daemon::CommandAnswer answer(const daemon::Command& command, RunningInstance& instance);

}  // namespace graylane::cli
