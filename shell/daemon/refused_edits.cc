#include "daemon/refused_edits.h"

#include <set>
#include <utility>

#include "daemon/findings.h"

namespace graylane::daemon {

namespace {

/// What is wrong with a file as such, such as its YAML, is known by its place alone.
std::string key_of(const Diagnostic& diagnostic) {
  std::string key = to_finding(diagnostic).key;
  if (diagnostic.object.empty()) key += '\n' + std::to_string(diagnostic.where.at.line);
  return key;
}

}  // namespace

Rejection RefusedEdits::judge(const Diagnostics& refused, const Diagnostics& in_force) {
  std::set<std::string> known;
  for (const Diagnostic& diagnostic : in_force) known.insert(key_of(diagnostic));
  Rejection rejection;
  std::map<std::string, Diagnostic> now;
  for (const Diagnostic& diagnostic : refused) {
    std::string key = key_of(diagnostic);
    const bool is_error = diagnostic.severity == Severity::kError;
    const bool is_old = told_.contains(key) || now.contains(key);
    if (is_error && is_old) ++rejection.errors_told_before;
    if (!is_old && (is_error || !known.contains(key))) rejection.news.push_back(diagnostic);
    now.emplace(std::move(key), diagnostic);
  }
  for (auto& [key, diagnostic] : told_) {
    if (diagnostic.severity == Severity::kError && !now.contains(key)) rejection.mended.push_back(diagnostic);
  }
  told_ = std::move(now);
  return rejection;
}

}  // namespace graylane::daemon
