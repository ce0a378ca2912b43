#include "sources/applied_record.h"

#include "api/build.h"

namespace graylane::sources {

using doc::Value;

namespace {

constexpr const char* kKind = "AppliedDocument";
constexpr const char* kAgeKind = "DirectoryAge";
constexpr const char* kVersion = "v1";

}  // namespace

api::ObjectKey record_key(const api::ObjectKey& of) {
  return {kInternalGroup, kKind, "", of.kind + "." + of.group + "/" + of.ns + "/" + of.name};
}

AppliedRecord deleted_by_hand(AppliedRecord record) {
  record.uid.clear();
  return record;
}

control::Selector record_selector() { return {kInternalGroup, kKind, {}, {}}; }

api::Object to_object(const AppliedRecord& record) {
  api::Object object;
  object.gvk = {kInternalGroup, kVersion, kKind};
  object.key = record_key(record.key);
  object.content = api::make_object({{"apiVersion", Value(object.gvk.api_version())},
                                     {"kind", Value(kKind)},
                                     {"metadata", api::make_object({{"name", Value(object.key.name)}})},
                                     {"of", api::make_object({{"group", Value(record.key.group)},
                                                              {"kind", Value(record.key.kind)},
                                                              {"namespace", Value(record.key.ns)},
                                                              {"name", Value(record.key.name)}})},
                                     {"digest", Value(record.digest)},
                                     {"uid", Value(record.uid)},
                                     {"made", Value(record.made)}});
  if (!record.definition.empty()) object.content.as_object()->set("definition", Value(record.definition));
  return object;
}

api::ObjectKey age_record_key() { return {kInternalGroup, kAgeKind, "", "directory"}; }

api::Object age_record(int64_t in_force_since_unix_seconds) {
  api::Object object;
  object.gvk = {kInternalGroup, kVersion, kAgeKind};
  object.key = age_record_key();
  object.content = api::make_object({{"apiVersion", Value(object.gvk.api_version())},
                                     {"kind", Value(kAgeKind)},
                                     {"metadata", api::make_object({{"name", Value(object.key.name)}})},
                                     {"inForceSince", Value(in_force_since_unix_seconds)}});
  return object;
}

std::optional<int64_t> read_age_record(const api::Object& object) {
  const Value* since = object.find("inForceSince");
  return since && since->is_int() ? std::optional(*since->as_int()) : std::nullopt;
}

std::optional<AppliedRecord> read_record(const api::Object& object) {
  const Value* of = object.find("of");
  const auto text = [](const Value* in, std::string_view member) {
    const Value* value = in ? in->find(member) : nullptr;
    return value && value->as_string() ? *value->as_string() : std::string();
  };
  const Value* made = object.find("made");
  AppliedRecord record{{text(of, "group"), text(of, "kind"), text(of, "namespace"), text(of, "name")},
                       text(&object.content, "digest"),
                       text(&object.content, "uid"),
                       made && made->as_bool() && *made->as_bool(),
                       text(&object.content, "definition")};
  if (record.key.kind.empty() || record.key.name.empty()) return std::nullopt;
  return record;
}

}  // namespace graylane::sources
