// FindingEvents: what is wrong with, or surprising about, Ingresses, and what others did to an object of any kind that a file defines, as
// Events on them, so that `kubectl describe` says it. The reason is the finding's id. An Event goes when its finding does, and is
// said again as long as it is so.
//
// Limit: kFindingEventsMax of one object. Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/diagnostic.h"
#include "control/event_recorder.h"
#include "control/port.h"

namespace graylane::control {

inline constexpr size_t kFindingEventsMax = 25;
inline constexpr std::chrono::minutes kSayAgain{30};  // Events go after an hour

class FindingEvents {
 public:
  /// `seed`: of uids.
  FindingEvents(Client& client, uint64_t seed) : client_(client), recorder_(client, "graylane-gateway", "", seed) {}

  /// `news`: what came since the last call; `mended`: what is not so any more. All Events are written in one batch. Whether
  /// something was written. Errors: those of the client.
  Result<bool> tell(const Diagnostics& news, const Diagnostics& mended, std::chrono::sys_seconds now);

 private:
  struct Said {
    EventNote note;
    std::chrono::sys_seconds at;
  };

  void say(const Diagnostic& finding, std::chrono::sys_seconds now);
  void take_back(const Diagnostic& finding);

  Client& client_;
  EventRecorder recorder_;
  std::map<std::pair<std::string, std::string>, Said> said_;  // by object, and what of it
};

}  // namespace graylane::control
