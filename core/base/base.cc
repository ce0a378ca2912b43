#include <algorithm>

#include "base/diagnostic.h"
#include "base/error.h"
#include "base/location.h"

namespace graylane {

std::string Location::to_string() const {
  if (!file) return {};
  if (at.line == 0) return *file;
  return *file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string Error::to_string() const {
  std::string text = where.to_string();
  if (!text.empty()) text += ": ";
  text += what;
  if (!fix.empty()) text += " (fix: " + fix + ")";
  return text;
}

namespace {

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
  }
  return "";
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.where.to_string();
  if (!text.empty()) text += ": ";
  text += std::string(name_of(diagnostic.severity)) + ": " + diagnostic.message + " [" + diagnostic.id + "]";
  std::string subject = diagnostic.object;
  if (!diagnostic.field.empty()) subject += (subject.empty() ? "" : ", ") + diagnostic.field;
  if (!subject.empty()) text += "\n    in: " + subject;
  if (!diagnostic.fix.empty()) text += "\n    fix: " + diagnostic.fix;
  return text;
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

}  // namespace graylane
