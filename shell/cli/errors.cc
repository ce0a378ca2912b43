#include "cli/errors.h"

#include "cli/columns.h"
#include "cli/style.h"

namespace graylane::cli {

namespace {

Colour colour_of(Severity severity) {
  switch (severity) {
    case Severity::kError: return Colour::kRed;
    case Severity::kWarning: return Colour::kYellow;
    case Severity::kInfo: break;
  }
  return Colour::kDim;
}

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error:";
    case Severity::kWarning: return "warning:";
    case Severity::kInfo: break;
  }
  return "info:";
}

}  // namespace

void tell(Io& io, const Error& error) {
  std::string text = paint("error:", Colour::kRed, io.err_colour) + " ";
  const std::string where = error.where.to_string();
  if (!where.empty()) text += printable(where) + ": ";
  text += printable(error.what);
  if (!error.fix.empty()) text += "\n    fix: " + printable(error.fix);
  io.talk(text);
}

std::string show(const Diagnostic& diagnostic, bool colour) {
  std::string text = printable_lines(to_string(diagnostic));
  const std::string_view word = word_of(diagnostic.severity);
  const size_t at = text.find(word, printable(diagnostic.where.to_string()).size());
  if (colour && at != text.npos) text.replace(at, word.size(), paint(word, colour_of(diagnostic.severity), true));
  return text;
}

}  // namespace graylane::cli
