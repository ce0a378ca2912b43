#include "control/work_queue.h"

#include <iterator>
#include <utility>

namespace graylane::control {

namespace {

/// All of a controller's writes: the way to the client itself failed.
const api::ObjectKey kEverybody{};

/// The present state says what is to be done then.
bool is_race(ErrorCode code) {
  return code == ErrorCode::kConflict || code == ErrorCode::kNotFound || code == ErrorCode::kAlreadyExists;
}

std::vector<Work::Piece> pieces_of(Work work) {
  std::vector<Work::Piece> pieces = std::move(work.pieces);
  for (Change& change : work.changes) {
    const api::ObjectKey owner = change.object.key;
    pieces.push_back({owner, {}, {}});
    pieces.back().changes.push_back(std::move(change));
  }
  if (!pieces.empty()) std::ranges::move(work.events, std::back_inserter(pieces.back().events));
  return pieces;
}

}  // namespace

Result<bool> WorkQueue::carry_out(Work work) {
  const auto now = work.now;
  Pieces pieces = pieces_of(std::move(work));
  const bool all_wait = back_off_.waits(kEverybody, now);
  std::erase_if(pieces, [&](const Work::Piece& piece) { return all_wait || back_off_.waits(piece.owner, now); });
  auto written = pieces.empty() ? Result<bool>(false)
                 : piecewise_   ? write_each(std::move(pieces), now)
                                : write_all(std::move(pieces), now);
  look_again_ = back_off_.next(now);
  return written;
}

Result<bool> WorkQueue::write_all(Pieces pieces, std::chrono::sys_seconds now) {
  std::vector<Change> changes;
  std::vector<EventNote> notes;
  for (Work::Piece& piece : pieces) {
    std::ranges::move(piece.changes, std::back_inserter(changes));
    std::ranges::move(piece.events, std::back_inserter(notes));
  }
  const auto written = write(std::move(changes), notes, now);
  if (written) back_off_.succeeded(kEverybody);
  if (written || is_race(written.error().code)) return true;
  if (written.error().code == ErrorCode::kUnavailable) {
    back_off_.failed(kEverybody, now);
    return std::unexpected(written.error());
  }
  if (written.error().code == ErrorCode::kUnsupported) has_batches_ = false;
  piecewise_ = true;
  return true;
}

Result<bool> WorkQueue::write_each(Pieces pieces, std::chrono::sys_seconds now) {
  std::optional<Error> failure;
  for (Work::Piece& piece : pieces) {
    const auto written = write(std::move(piece.changes), piece.events, now);
    if (written) back_off_.succeeded(piece.owner);
    if (written || is_race(written.error().code)) continue;
    const bool unavailable = written.error().code == ErrorCode::kUnavailable;
    back_off_.failed(unavailable ? kEverybody : piece.owner, now);
    if (!failure) failure = written.error();
    if (unavailable) break;
  }
  if (!failure) back_off_.succeeded(kEverybody);
  piecewise_ = !has_batches_ || !back_off_.empty();
  if (failure) return std::unexpected(*std::move(failure));
  return true;
}

Result<void> WorkQueue::write(std::vector<Change> changes, const std::vector<EventNote>& notes, std::chrono::sys_seconds now) {
  if (events_) {
    for (const EventNote& note : notes) events_->record(note, now);
    std::ranges::move(events_->take(), std::back_inserter(changes));
  }
  if (has_batches_) {
    const auto written = client_.write(std::move(changes));
    if (!written) return std::unexpected(written.error());
    return {};
  }
  for (Change& change : changes) {
    if (auto written = make_change(client_, std::move(change)); !written) return std::unexpected(written.error());
  }
  return {};
}

}  // namespace graylane::control
