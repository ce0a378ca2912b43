// Events of events.k8s.io/v1 <-> v1: the same facts under other names.
#include <array>

#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

struct Names {
  std::string_view core;
  std::string_view newer;
};

constexpr std::array kRenamed = {
    Names{"involvedObject", "regarding"},
    Names{"message", "note"},
    Names{"source", "deprecatedSource"},
    Names{"firstTimestamp", "deprecatedFirstTimestamp"},
    Names{"lastTimestamp", "deprecatedLastTimestamp"},
    Names{"count", "deprecatedCount"},
    Names{"reportingComponent", "reportingController"},
};

}  // namespace

void event_to_storage(doc::Object& event) {
  for (doc::Member& member : event) {
    for (const Names& names : kRenamed) {
      if (member.key == names.newer) member.key = names.core;
    }
  }
}

void event_from_storage(doc::Object& event) {
  for (doc::Member& member : event) {
    for (const Names& names : kRenamed) {
      if (member.key == names.core) member.key = names.newer;
    }
  }
  for (const char* name : {"reportingController", "reportingInstance"}) {  // the older version has them always
    const std::string* text = find_text(event, name);
    if (text && text->empty()) event.erase(name);
  }
}

}  // namespace graylane::api
