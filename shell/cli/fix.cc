#include "cli/fix.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/source_text.h"

namespace graylane::cli {

namespace {

/// An insertion counts as touching the line that it stands before: two at one place have no certain order.
bool touch(const TextEdit& a, const TextEdit& b) {
  return a.first_line < std::max(b.end_line, b.first_line + 1) && b.first_line < std::max(a.end_line, a.first_line + 1);
}

bool touch(const Diagnostic& a, const Diagnostic& b) {
  return std::ranges::any_of(
      a.edits, [&](const TextEdit& x) { return std::ranges::any_of(b.edits, [&](const TextEdit& y) { return touch(x, y); }); });
}

class Fixer {
 public:
  Fixer(daemon::Offline offline, const ingress_nginx::Options& options) : offline_(std::move(offline)), options_(options) {}

  Result<Fixed> run() {
    for (int round = 0;; ++round) {
      auto diagnostics = lint();
      if (!diagnostics) return std::unexpected(std::move(diagnostics.error()));
      const auto work = fixable(*diagnostics);
      if (work.empty() || round == kFixRoundsMax) {
        fixed_.left = std::move(*diagnostics);
        return std::move(fixed_);
      }
      for (const auto& [file, findings] : work) {
        if (auto mended = mend(file, findings); !mended) return std::unexpected(std::move(mended.error()));
      }
    }
  }

 private:
  Result<Diagnostics> lint() const {
    auto routed = offline_.route(options_);
    if (!routed) return std::unexpected(std::move(routed.error()));
    Diagnostics all = offline_.reading();
    std::ranges::move(routed->diagnostics, std::back_inserter(all));
    return all;
  }

  Result<void> mend(const std::string& file, const Diagnostics& findings) {
    auto known = fixed_.files.find(file);
    if (known == fixed_.files.end()) {
      auto text = daemon::read_manifest_text(file);
      if (!text) return std::unexpected(std::move(text.error()));
      known = fixed_.files.emplace(file, FixedFile{*text, *text}).first;
    }
    std::vector<TextEdit> edits;
    for (const Diagnostic& finding : findings) {
      edits.insert(edits.end(), finding.edits.begin(), finding.edits.end());
      fixed_.fixed.push_back(finding);
    }
    known->second.after = api::apply_edits(known->second.after, std::move(edits));
    offline_.substitute(file, known->second.after);
    return {};
  }

  daemon::Offline offline_;
  const ingress_nginx::Options& options_;
  Fixed fixed_;
};

}  // namespace

std::map<std::string, Diagnostics> fixable(const Diagnostics& diagnostics) {
  std::map<std::string, Diagnostics> by_file;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.edits.empty() || !diagnostic.where.file) continue;
    Diagnostics& chosen = by_file[*diagnostic.where.file];
    const bool is_free = std::ranges::none_of(chosen, [&](const Diagnostic& other) { return touch(diagnostic, other); });
    if (is_free) chosen.push_back(diagnostic);
  }
  return by_file;
}

Result<Fixed> fix(daemon::Offline offline, const ingress_nginx::Options& options) {
  return Fixer(std::move(offline), options).run();
}

}  // namespace graylane::cli
