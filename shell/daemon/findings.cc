#include "daemon/findings.h"

#include <algorithm>
#include <utility>

namespace graylane::daemon {

namespace {

/// Longer than Pods usually take to start.
constexpr std::chrono::milliseconds kPodsStart{5'000};

bool passes_by_itself(const Diagnostic& diagnostic) {
  return diagnostic.id == "service-not-ready" || diagnostic.id == "canary-without-endpoints";
}

}  // namespace

Finding to_finding(Diagnostic diagnostic) {
  const std::string file = diagnostic.object.empty() && diagnostic.where.file ? *diagnostic.where.file : std::string();
  std::string key = diagnostic.object + '\n' + file + '\n' + diagnostic.field + '\n' + diagnostic.id + '\n' + diagnostic.message;
  const auto patience = passes_by_itself(diagnostic) ? kPodsStart : std::chrono::milliseconds(0);
  return {std::move(diagnostic), std::move(key), patience};
}

void Findings::observe(std::vector<Finding> present, Instant now) {
  std::map<std::string, Since> since;
  for (const Finding& finding : present) {
    const auto known = since_.find(finding.key);
    since.emplace(finding.key, known == since_.end() ? Since{now, false} : known->second);
  }
  for (const auto& [key, known] : since_) {
    if (known.told && !since.contains(key)) mended_.push_back(known.diagnostic);
  }
  since_ = std::move(since);
  present_ = std::move(present);
}

Diagnostics Findings::news(Instant now) {
  Diagnostics news;
  for (const Finding& finding : present_) {
    Since& since = since_.find(finding.key)->second;
    if (since.told || since.at + finding.patience > now) continue;
    since.told = true;
    since.diagnostic = finding.diagnostic;
    news.push_back(finding.diagnostic);
  }
  return news;
}

Diagnostics Findings::mended() { return std::exchange(mended_, {}); }

std::optional<Findings::Instant> Findings::due() const {
  std::optional<Instant> due;
  for (const Finding& finding : present_) {
    const Since& since = since_.find(finding.key)->second;
    if (!since.told) due = std::min(due.value_or(Instant::max()), since.at + finding.patience);
  }
  return due;
}

}  // namespace graylane::daemon
