#include "control/event_recorder.h"

#include <array>
#include <cstdio>
#include <utility>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr size_t kMessageBytesMax = 1'024;  // as the API server allows
constexpr size_t kNameBytesMax = 253 - 17;

/// FNV-1a over texts, each with an end that is no byte of UTF-8.
uint64_t hash_of(std::initializer_list<std::string_view> texts) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const std::string_view text : texts) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3U;
    hash = (hash ^ 0xffU) * 0x100000001b3U;
  }
  return hash;
}

/// The same text about the same object is the same Event.
api::ObjectKey key_of(const EventNote& note, const std::string& component, const std::string& host) {
  const api::Object& about = *note.about;
  const uint64_t hash = hash_of({about.key.group, about.key.kind, uid_of(about), note.field_path, note.text.reason,
                                 note.text.message, note.text.warning ? "Warning" : "Normal", component, host});
  std::array<char, 24> suffix;
  std::snprintf(suffix.data(), suffix.size(), ".%016llx", static_cast<unsigned long long>(hash));
  return {"", "Event", about.key.ns.empty() ? "default" : about.key.ns, about.key.name.substr(0, kNameBytesMax) + suffix.data()};
}

Value reference_to(const EventNote& note) {
  const api::Object& about = *note.about;
  Value reference = make_object({{"kind", Value(about.gvk.kind)}, {"name", Value(about.key.name)}});
  doc::Object& members = *reference.as_object();
  if (!about.key.ns.empty()) members.set("namespace", Value(about.key.ns));
  const std::string uid = fields::text(metadata_of(about), "uid");
  if (!uid.empty()) members.set("uid", Value(uid));
  members.set("apiVersion", Value(about.gvk.api_version()));
  if (about.revision != 0) members.set("resourceVersion", Value(std::to_string(about.revision)));
  if (!note.field_path.empty()) members.set("fieldPath", Value(note.field_path));
  return reference;
}

Value source_of(const std::string& component, const std::string& host) {
  Value source = make_object({{"component", Value(component)}});
  if (!host.empty()) source.as_object()->set("host", Value(host));
  return source;
}

int64_t count_of(const api::Object& event) {
  const Value* count = event.find("count");
  return count && count->as_int() ? *count->as_int() : 1;
}

/// Never within a character.
std::string cut(std::string text) {
  if (text.size() <= kMessageBytesMax) return text;
  size_t end = kMessageBytesMax;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

}  // namespace

void EventRecorder::record(const EventNote& note, std::chrono::sys_seconds now) {
  const int64_t seconds = now.time_since_epoch().count();
  Pending& pending = pending_.try_emplace(key_of(note, component_, host_), Pending{note, seconds, seconds, 0}).first->second;
  pending.last_unix_seconds = seconds;
  ++pending.count;
}

api::Object EventRecorder::to_event(const api::ObjectKey& key, const Pending& pending) {
  const Value last(api::format_time(pending.last_unix_seconds));
  const auto present = client_.get(key);
  if (present) {
    api::Object event = **present;
    event.content.as_object()->set("count", Value(count_of(event) + pending.count));
    event.content.as_object()->set("lastTimestamp", last);
    return event;
  }
  const Value first(api::format_time(pending.first_unix_seconds));
  api::Object event;
  event.gvk = {"", "v1", "Event"};
  event.key = key;
  event.age = {pending.first_unix_seconds, true, 0};
  event.content = make_object({{"apiVersion", Value("v1")},
                               {"kind", Value("Event")},
                               {"metadata", make_object({{"name", Value(key.name)},
                                                         {"namespace", Value(key.ns)},
                                                         {"uid", Value(random_uid(random_))},
                                                         {"creationTimestamp", first}})},
                               {"involvedObject", reference_to(pending.note)},
                               {"reason", Value(pending.note.text.reason)},
                               {"message", Value(cut(pending.note.text.message))},
                               {"source", source_of(component_, host_)},
                               {"firstTimestamp", first},
                               {"lastTimestamp", last},
                               {"count", Value(pending.count)},
                               {"type", Value(pending.note.text.warning ? "Warning" : "Normal")},
                               {"eventTime", Value::null()},
                               {"reportingComponent", Value(component_)},
                               {"reportingInstance", Value(host_)}});
  return event;
}

std::vector<Change> EventRecorder::take() {
  std::vector<Change> changes;
  for (const auto& [key, pending] : std::exchange(pending_, {})) changes.push_back(Change::apply(to_event(key, pending)));
  return changes;
}

Result<bool> EventRecorder::flush() {
  if (pending_.empty()) return false;
  const auto written = client_.write(take());
  if (!written) return std::unexpected(written.error());
  return true;
}

}  // namespace graylane::control
