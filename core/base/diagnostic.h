// Diagnostic: something the author of a manifest should know. Produced by reading and compiling, printed by lint, up and explain.
#pragma once

#include <string>
#include <vector>

#include "base/location.h"

namespace graylane {

enum class Severity {
  kInfo,
  kWarning,  // works, but not as the author may think
  kError,    // the object, or a part of it, is not in force
};

/// A replacement of whole lines [first_line, end_line) of the diagnostic's file; equal numbers insert before that line.
struct TextEdit {
  uint32_t first_line = 0;
  uint32_t end_line = 0;
  std::string text;  // with its newlines
};

struct Diagnostic {
  Severity severity = Severity::kWarning;
  std::string id;       // stable, kebab-case: "canary-path-unmatched"
  std::string object;   // "Ingress default/shop"; empty when the file could not be read that far
  std::string field;    // "spec.rules[0].http.paths[1].pathType"; may be empty
  std::string message;  // what and why, one line
  std::string fix;      // what to do, one line; may be empty
  Location where;
  std::vector<TextEdit> edits;  // set only where the fix is certain; lint --fix applies them
};

using Diagnostics = std::vector<Diagnostic>;

/// "FILE:LINE:COLUMN: warning: MESSAGE [id]" and, indented below, the object, the field and the fix.
std::string to_string(const Diagnostic& diagnostic);
bool has_errors(const Diagnostics& diagnostics);

}  // namespace graylane
