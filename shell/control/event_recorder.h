// EventRecorder: what people should know of an object, as core/v1 Events. Who says the same of the same object again counts up one
// Event instead of writing another. Events come after what they tell of, and are lost with the process that had them to write.
//
// How long Events live: event_keeper.h. Lives at most as long as its client; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
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

class EventRecorder {
 public:
  /// `component`: who speaks ("deployment-controller"); `host`: on which node, may be empty; `seed`: of uids.
  EventRecorder(Client& client, std::string component, std::string host, uint64_t seed)
      : client_(client), component_(std::move(component)), host_(std::move(host)), random_(seed) {}

  /// Nothing is written yet.
  void record(const EventNote& note, std::chrono::sys_seconds now);
  /// What was recorded, as changes that conflict with nothing; forgotten here.
  std::vector<Change> take();
  /// Writes what was recorded. Whether something was; errors: those of the client, and what was recorded is lost.
  Result<bool> flush();

 private:
  struct Pending {
    EventNote note;
    int64_t first_unix_seconds = 0;
    int64_t last_unix_seconds = 0;
    int64_t count = 0;
  };

  api::Object to_event(const api::ObjectKey& key, const Pending& pending);

  Client& client_;
  const std::string component_;
  const std::string host_;
  route::Rng random_;
  std::map<api::ObjectKey, Pending> pending_;
};

}  // namespace graylane::control
