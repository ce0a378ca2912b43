#include <fmt/format.h>

#include <algorithm>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/fix.h"
#include "cli/line_diff.h"
#include "cli/manifests.h"
#include "cli/replace_file.h"
#include "doc/print.h"

namespace graylane::cli {

namespace {

struct Count {
  size_t errors = 0;
  size_t warnings = 0;
};

Count count(const Diagnostics& diagnostics) {
  const auto of = [&](Severity severity) {
    return static_cast<size_t>(std::ranges::count(diagnostics, severity, &Diagnostic::severity));
  };
  return {of(Severity::kError), of(Severity::kWarning)};
}

std::string plural(size_t number, std::string_view noun) { return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s"); }

std::string summary(const Count& found) { return plural(found.errors, "error") + ", " + plural(found.warnings, "warning"); }

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kInfo: break;
  }
  return "info";
}

doc::Value to_value(const Diagnostic& diagnostic) {
  doc::Object object;
  object.set("severity", doc::Value(name_of(diagnostic.severity)));
  object.set("id", doc::Value(diagnostic.id));
  object.set("file", diagnostic.where.file ? doc::Value(*diagnostic.where.file) : doc::Value::null());
  object.set("line", doc::Value(int64_t{diagnostic.where.at.line}));
  object.set("column", doc::Value(int64_t{diagnostic.where.at.column}));
  object.set("object", doc::Value(diagnostic.object));
  object.set("field", doc::Value(diagnostic.field));
  object.set("message", doc::Value(diagnostic.message));
  object.set("fix", doc::Value(diagnostic.fix));
  object.set("fixable", doc::Value(!diagnostic.edits.empty()));
  return doc::Value(std::move(object));
}

void print(const Diagnostics& diagnostics, const LintFlags& flags, Io& io) {
  if (flags.output == "text") {
    for (const Diagnostic& diagnostic : diagnostics) io.out.line(wrapped(show(diagnostic, io.out_colour), io.out_width));
    return;
  }
  const Count found = count(diagnostics);
  doc::Array findings;
  for (const Diagnostic& diagnostic : diagnostics) findings.push_back(to_value(diagnostic));
  doc::Object object;
  object.set("errors", doc::Value(static_cast<int64_t>(found.errors)));
  object.set("warnings", doc::Value(static_cast<int64_t>(found.warnings)));
  object.set("diagnostics", doc::Value(std::move(findings)));
  io.out.line(doc::to_json(doc::Value(std::move(object)), 2));
}

int report(const Diagnostics& diagnostics, const LintFlags& flags, Io& io) {
  print(diagnostics, flags, io);
  io.talk(summary(count(diagnostics)));
  const size_t certain =
      static_cast<size_t>(std::ranges::count_if(diagnostics, [](const Diagnostic& d) { return !d.edits.empty(); }));
  if (certain > 0) io.talk(fmt::format("{} can be fixed: graylane lint --fix -f {}", certain, flags.read.path));
  return has_errors(diagnostics) ? kFailed : kOk;
}

int show_fixes(const Fixed& fixed, Io& io) {
  if (fixed.fixed.empty()) {
    io.talk("nothing has a certain fix; " + summary(count(fixed.left)));
    return has_errors(fixed.left) ? kFailed : kOk;
  }
  for (const auto& [file, texts] : fixed.files) io.out.write(unified_diff(file, texts.before, texts.after));
  io.talk(fmt::format("{} would be fixed in {}; then {}", plural(fixed.fixed.size(), "problem"),
                      plural(fixed.files.size(), "file"), summary(count(fixed.left))));
  return has_errors(fixed.left) ? kFailed : kOk;
}

Result<void> write(const std::string& file, const FixedFile& texts) {
  auto now = daemon::read_manifest_text(file);
  if (!now) return std::unexpected(std::move(now.error()));
  if (*now != texts.before) {
    return fail(ErrorCode::kConflict, "somebody else changed the file meanwhile; it is left as it is",
                {std::make_shared<const std::string>(file), {}}, "run lint again");
  }
  return replace_file(file, texts.after);
}

/// False when a file could not be written; that was told.
bool write_fixes(const Fixed& fixed, Io& io) {
  bool good = true;
  for (const auto& [file, texts] : fixed.files) {
    if (auto written = write(file, texts); !written) {
      tell(io, written.error());
      good = false;
      continue;
    }
    for (const Diagnostic& diagnostic : fixed.fixed) {
      if (*diagnostic.where.file == file)
        io.talk(fmt::format("fixed {}:{}: {}", printable(file), diagnostic.where.at.line, diagnostic.id));
    }
  }
  return good;
}

}  // namespace

int lint(const LintFlags& flags, Io& io) {
  int exit_code = kOk;
  if (flags.dry_run && !flags.fix) {
    tell(io, {ErrorCode::kInvalid, "--dry-run belongs to --fix", {}, "add --fix"});
    return kUsage;
  }
  auto manifests = open_manifests("lint", flags.read, io, exit_code);
  if (!manifests) return exit_code;
  if (!flags.fix) return report(manifests->diagnostics(), flags, io);
  const auto fixed = fix(std::move(manifests->offline), manifests->options);
  if (!fixed) return tell(io, fixed.error()), kFailed;
  if (flags.dry_run) return show_fixes(*fixed, io);
  const bool written = write_fixes(*fixed, io);
  manifests = open_manifests("lint", flags.read, io, exit_code);  // what the disk says now
  if (!manifests) return exit_code;
  const int code = report(manifests->diagnostics(), flags, io);
  return written ? code : kFailed;
}

}  // namespace graylane::cli
