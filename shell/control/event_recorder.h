// EventRecorder: what people should know of an object, as core/v1 Events. Who says the same of the same object again counts up one
// Event instead of writing another, as long as that is there and is one of the last kKnownEventsMax. They are called
// OBJECT.TIME, so that those of one object are listed in the order in which they were said first. Events come after what they tell of, and are lost with the process that had them to write.
//
// How long Events live: event_keeper.h. Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/object.h"
#include "control/port.h"
#include "route/split.h"

namespace graylane::control {

struct EventText {
  std::string reason;  // one word: "SuccessfulCreate"
  std::string message;
  bool warning = false;
};

/// Something to be told of an object.
struct EventNote {
  api::ObjectPtr about;
  EventText text;
  std::string field_path = {};  // the part of the object: "spec.containers{web}"
};

inline constexpr size_t kKnownEventsMax = 4'096;
/// From so many different texts of one reason about one object on, within kSimilarTime, the rest is one Event with the newest text.
inline constexpr size_t kSimilarEventsMax = 10;
inline constexpr std::chrono::minutes kSimilarTime{10};

class EventRecorder {
 public:
  using Time = std::chrono::sys_time<std::chrono::nanoseconds>;

  /// `component`: who speaks ("deployment-controller"); `host`: on which node, may be empty; `seed`: of uids.
  EventRecorder(Client& client, std::string component, std::string host, uint64_t seed)
      : client_(client), component_(std::move(component)), host_(std::move(host)), random_(seed) {}

  /// Nothing is written yet.
  void record(const EventNote& note, Time now);
  /// It is not so any more: its Event goes, if this recorder still knows it. Nothing is written yet.
  void retract(const EventNote& note);
  /// What was recorded, as changes that conflict with nothing; forgotten here.
  std::vector<Change> take();
  /// Writes what was recorded. Whether something was; errors: those of the client, and what was recorded is lost.
  Result<bool> flush();

 private:
  struct Pending {
    EventNote note;
    Time first, last;
    int64_t count = 0;
  };
  /// What is said of one object for one reason.
  struct Similar {
    Time since;
    std::set<uint64_t> said;
  };
  using Pendings = std::map<uint64_t, Pending>;  // by what is said

  api::Object to_event(uint64_t said, const Pending& pending);
  api::ObjectKey new_key(uint64_t said, const Pending& pending);
  void forget_oldest();
  uint64_t combine(uint64_t said, EventNote& note, Time now);

  Client& client_;
  const std::string component_;
  const std::string host_;
  route::Rng random_;
  Pendings pending_;
  std::map<uint64_t, Similar> similar_;
  std::vector<api::ObjectKey> retracted_;
  std::map<uint64_t, api::ObjectKey> known_;  // Events by what they say
  std::deque<uint64_t> order_;                // of known_, the oldest first
  Time last_said_{}, last_name_{};            // no two are at the same moment
};

}  // namespace graylane::control
