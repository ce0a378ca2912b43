#include "sources/settling.h"

#include <algorithm>

namespace graylane::sources {

void Settling::saw(What what, const std::string& path, Instant now) {
  quiet_from_ = now + kQuiet;
  if (what == What::kWritten || what == What::kReplaced) waiting_.erase(path);
  if (what != What::kWriting && what != What::kGone) return;
  if (waiting_.size() >= kFilesMax && !waiting_.contains(path)) return;
  waiting_[path] = now + (what == What::kWriting ? kWriterQuiet : kQuietAfterLoss);
}

std::optional<Settling::Instant> Settling::due() const {
  std::optional<Instant> due = quiet_from_;
  for (const auto& [path, until] : waiting_) due = std::max(due, std::optional(until));
  return due;
}

void Settling::taken() {
  waiting_.clear();
  quiet_from_.reset();
}

}  // namespace graylane::sources
