// How errors and diagnostics are shown on a terminal.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/error.h"
#include "cli/output.h"

namespace graylane::cli {

/// "error: FILE:LINE:COL: WHAT" and, indented below, the fix.
void tell(Io& io, const Error& error);
/// to_string(diagnostic), its severity in colour.
std::string show(const Diagnostic& diagnostic, bool colour);

}  // namespace graylane::cli
