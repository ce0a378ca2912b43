// What a Node says of this machine. A function of the file system and the kernel.
#pragma once

#include <string>

#include "control/node_controller.h"

namespace graylane::daemon {

control::NodeFacts facts_of_this_machine(const std::string& program_version);

}  // namespace graylane::daemon
