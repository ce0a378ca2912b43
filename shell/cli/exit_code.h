// What the program's exit codes mean; the same for all commands.
#pragma once

namespace graylane::cli {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
};

}  // namespace graylane::cli
