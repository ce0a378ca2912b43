#include "daemon/news.h"

#include <algorithm>
#include <chrono>

#include "daemon/pod_findings.h"

namespace graylane::daemon {

namespace {

/// A Pod that crashed is looked at again, to see that it is well.
constexpr std::chrono::milliseconds kLookAgain{kSteadyAfter};

}  // namespace

Result<void> News::tell() {
  const net::Instant now = std::chrono::steady_clock::now();
  findings_.observe(present_(), now);
  Diagnostics news = findings_.news(now);
  const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto written = events_.tell(news, findings_.mended(), second);
  std::erase_if(news, [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kInfo; });
  if (!publisher_.tell_later(news) && !news.empty()) reporter_.found(news);
  const auto due = findings_.due();
  const auto wait = due ? std::chrono::ceil<std::chrono::milliseconds>(*due - now) : kLookAgain;
  loop_.arm(timer_, std::clamp(wait, std::chrono::milliseconds(1), kLookAgain));
  if (!written) return std::unexpected(written.error());
  return {};
}

}  // namespace graylane::daemon
