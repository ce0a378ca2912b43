// WorkQueue: carries out the work of a controller, step by step, and keeps who failed from being tried again and again: they wait
// (back_off.h), and hold up nobody else. Usually a step is one batch; where a batch fails, or the client has none, it is written
// piece by piece. What is to be done follows anew from what is there, so that nothing is kept here.
//
// Lives at most as long as its client and recorder; one thread.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "control/back_off.h"
#include "control/event_recorder.h"
#include "control/port.h"
#include "control/work.h"

namespace graylane::control {

class WorkQueue {
 public:
  explicit WorkQueue(Client& client, EventRecorder* events = nullptr) : client_(client), events_(events) {}

  /// Whether something was written, or has to be looked at again: somebody was faster, or it is written piece by piece next. What
  /// has to wait is left out. Errors: the first of the client; what failed waits.
  Result<bool> carry_out(Work work);

  /// Whether somebody has waited long enough, so that their work is to be found anew.
  bool is_due(std::chrono::sys_seconds now) const { return look_again_ && *look_again_ <= now; }
  /// When that is.
  std::optional<std::chrono::sys_seconds> look_again() const { return look_again_; }

 private:
  using Pieces = std::vector<Work::Piece>;

  Result<bool> write_all(Pieces pieces, std::chrono::sys_seconds now);
  Result<bool> write_each(Pieces pieces, std::chrono::sys_seconds now);
  Result<void> write(std::vector<Change> changes, const std::vector<EventNote>& notes, std::chrono::sys_seconds now);

  Client& client_;
  EventRecorder* events_;
  BackOff back_off_;
  std::optional<std::chrono::sys_seconds> look_again_;
  bool has_batches_ = true;  // of the client
  bool piecewise_ = false;   // the last batch failed
};

}  // namespace graylane::control
