#include "control/event_recorder.h"

#include <algorithm>
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
constexpr size_t kNameBytesMax = 253 - 17;  // of the object, before ".TIME"

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
uint64_t said_in(const EventNote& note) {
  const api::Object& about = *note.about;
  return hash_of({about.key.group, about.key.kind, uid_of(about), note.field_path, note.text.reason, note.text.message,
                  note.text.warning ? "Warning" : "Normal"});
}

int64_t unix_seconds(EventRecorder::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
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

/// Of texts that come in ever new words, only the first few are kept apart. What is said then; `note` gets its text.
uint64_t EventRecorder::combine(uint64_t said, EventNote& note, Time now) {
  const api::Object& about = *note.about;
  const char* const type = note.text.warning ? "Warning" : "Normal";
  const uint64_t group = hash_of({about.key.group, about.key.kind, uid_of(about), note.text.reason, type});
  if (similar_.size() > kKnownEventsMax) similar_.clear();
  Similar& similar = similar_.try_emplace(group, Similar{now, {}}).first->second;
  if (now - similar.since > kSimilarTime) similar = {now, {}};
  if (similar.said.size() < kSimilarEventsMax) similar.said.insert(said);
  if (similar.said.size() < kSimilarEventsMax) return said;
  note.text.message = "(combined from similar events): " + note.text.message;
  return group;
}

void EventRecorder::record(const EventNote& as_said, Time now) {
  EventNote note = as_said;
  const uint64_t said = combine(said_in(note), note, now);
  const auto [found, is_new] = pending_.try_emplace(said, Pending{note, now, now, 0});
  Pending& pending = found->second;
  pending.note = std::move(note);
  if (is_new) pending.first = last_said_ = std::max(now, last_said_ + std::chrono::nanoseconds(1));
  pending.last = now;
  ++pending.count;
}

void EventRecorder::retract(const EventNote& note) {
  const uint64_t said = said_in(note);
  pending_.erase(said);
  if (const auto known = known_.find(said); known != known_.end()) retracted_.push_back(known->second);
}

/// The next one that is free: others may speak of the object at the same moment.
api::ObjectKey EventRecorder::new_key(uint64_t said, const Pending& pending) {
  const api::ObjectKey& about = pending.note.about->key;
  last_name_ = std::max(last_name_, pending.first);
  api::ObjectKey key{"", "Event", about.ns.empty() ? "default" : about.ns, {}};
  do {
    std::array<char, 24> suffix;
    last_name_ += std::chrono::nanoseconds(1);
    const auto time = static_cast<unsigned long long>(last_name_.time_since_epoch().count());
    std::snprintf(suffix.data(), suffix.size(), ".%016llx", time);
    key.name = about.name.substr(0, kNameBytesMax) + suffix.data();
  } while (client_.get(key));
  if (known_.insert_or_assign(said, key).second) order_.push_back(said);
  if (known_.size() > kKnownEventsMax) forget_oldest();
  return key;
}

void EventRecorder::forget_oldest() {
  known_.erase(order_.front());
  order_.pop_front();
}

api::Object EventRecorder::to_event(uint64_t said, const Pending& pending) {
  const Value last(api::format_time(unix_seconds(pending.last)));
  const auto known = known_.find(said);
  const Result<api::ObjectPtr> present = known == known_.end() ? Result<api::ObjectPtr>(nullptr) : client_.get(known->second);
  if (present && *present) {
    api::Object event = **present;
    event.content.as_object()->set("count", Value(count_of(event) + pending.count));
    event.content.as_object()->set("lastTimestamp", last);
    event.content.as_object()->set("message", Value(cut(pending.note.text.message)));
    return event;
  }
  const api::ObjectKey key = new_key(said, pending);
  const Value first(api::format_time(unix_seconds(pending.first)));
  api::Object event;
  event.gvk = {"", "v1", "Event"};
  event.key = key;
  event.age = {unix_seconds(pending.first), true, 0};
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
  for (const api::ObjectKey& key : std::exchange(retracted_, {})) {
    const auto present = client_.get(key);
    if (present) changes.push_back(Change::remove(key, (*present)->revision));
  }
  std::map<Time, const Pendings::value_type*> in_order;
  const Pendings all = std::exchange(pending_, {});
  for (const auto& one : all) in_order.emplace(one.second.first, &one);
  for (const auto& [time, one] : in_order) changes.push_back(Change::apply(to_event(one->first, one->second)));
  return changes;
}

Result<bool> EventRecorder::flush() {
  std::vector<Change> changes = take();
  if (changes.empty()) return false;
  const auto written = client_.write(std::move(changes));
  if (!written) return std::unexpected(written.error());
  return true;
}

}  // namespace graylane::control
