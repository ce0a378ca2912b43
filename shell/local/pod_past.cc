#include "local/pod_past.h"

#include <csignal>
#include <utility>

#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;

int64_t time_of(const Value* parent, const char* member) { return api::parse_time(fields::text(parent, member)).value_or(0); }

std::optional<Terminated> read_end(const Value* state) {
  const Value* end = fields::find_object(state, "terminated");
  if (!end) return std::nullopt;
  return Terminated{fields::number(end, "exitCode"), fields::number(end, "signal"), fields::text(end, "reason"),
                    fields::text(end, "message"),    time_of(end, "startedAt"),     time_of(end, "finishedAt")};
}

ContainerPast read_container(const Value& status, int64_t now) {
  const Value* state = fields::find_object(&status, "state");
  ContainerPast past{fields::number(&status, "restartCount"), true, read_end(state)};
  if (past.last) return past;
  if (const Value* running = fields::find_object(state, "running")) {
    past.last = Terminated{
        128 + SIGKILL, SIGKILL, kNodeRestart, "graylane ended, and with it the program", time_of(running, "startedAt"), now};
    return past;
  }
  past.begun = false;
  past.last = read_end(fields::find_object(&status, "lastState"));
  return past;
}

}  // namespace

PodPast read_past(const api::Object& pod, int64_t now) {
  const Value* status = fields::find_object(&pod.content, "status");
  const std::string phase = fields::text(status, "phase");
  PodPast past;
  past.ended = phase == "Succeeded" || phase == "Failed";
  past.started = time_of(status, "startTime");
  for (const auto& [list, into] :
       {std::pair("initContainerStatuses", &past.init_containers), std::pair("containerStatuses", &past.containers)}) {
    for (const Value& one : fields::items(status, list)) {
      ContainerPast container = read_container(one, now);
      past.begun = past.begun || container.begun;
      into->emplace(fields::text(&one, "name"), std::move(container));
    }
  }
  return past;
}

}  // namespace graylane::local
