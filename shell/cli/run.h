// run: the whole program, from arguments to exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/output.h"

namespace graylane::cli {

/// `arguments` without the program's name.
int run(const std::vector<std::string>& arguments, Io& io);

}  // namespace graylane::cli
