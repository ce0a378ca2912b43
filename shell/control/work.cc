#include "control/work.h"

#include <iterator>
#include <utility>

namespace graylane::control {

Result<bool> carry_out(Client& client, Work work, EventRecorder* events) {
  if (work.changes.empty()) return false;
  if (events) {
    for (const EventNote& note : work.events) events->record(note, work.now);
    std::ranges::move(events->take(), std::back_inserter(work.changes));
  }
  const auto written = client.write(std::move(work.changes));
  if (written) return true;
  const ErrorCode code = written.error().code;
  if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound || code == ErrorCode::kAlreadyExists) return true;
  return std::unexpected(written.error());
}

}  // namespace graylane::control
