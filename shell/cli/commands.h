// The commands. Each returns the program's exit code.
#pragma once

#include "cli/flags.h"
#include "cli/output.h"

namespace graylane::cli {

int explain(const ExplainFlags& flags, Io& io);
int lint(const LintFlags& flags, Io& io);
int get(const GetFlags& flags, Io& io);
int describe(const DescribeFlags& flags, Io& io);
int version(const std::string& output, Io& io);

}  // namespace graylane::cli
