#include "control/object_parts.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;

constexpr size_t kSuffixLength = 5;

bool is_true(const Value* value) { return value && value->as_bool() && *value->as_bool(); }

/// What stands in for the uid of an object without one.
std::string name_as_uid(const api::Object& object) { return object.gvk.kind + "." + object.key.ns + "." + object.key.name; }

OwnerReference read_owner(const Value& value) {
  return {fields::text(&value, "apiVersion"),
          fields::text(&value, "kind"),
          fields::text(&value, "name"),
          fields::text(&value, "uid"),
          is_true(fields::find(&value, "controller")),
          is_true(fields::find(&value, "blockOwnerDeletion"))};
}

void set_or_erase(doc::Object& metadata, const char* list, doc::Array items) {
  if (items.empty()) metadata.erase(list);
  else metadata.set(list, Value(std::move(items)));
}

}  // namespace

const Value* metadata_of(const api::Object& object) { return fields::find_object(&object.content, "metadata"); }
doc::Object& metadata_of(api::Object& object) {
  if (!object.content.is_object()) object.content = Value(doc::Object());
  return api::object_member(*object.content.as_object(), "metadata");
}

std::string annotation_text(const api::Object& object, std::string_view name) {
  const Value* value = object.annotation(name);
  return value && value->as_string() ? *value->as_string() : std::string();
}

int64_t created_unix_seconds(const api::Object& object) {
  const std::string* text = fields::find_text(metadata_of(object), "creationTimestamp");
  return text ? api::parse_time(*text).value_or(0) : 0;
}

std::string random_suffix(route::Rng& random) {
  // As Kubernetes: no vowels and no digits that look like them, so that no name says anything.
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string text;
  for (size_t i = 0; i < kSuffixLength; ++i) text += kAlphabet[random.below(kAlphabet.size())];
  return text;
}

std::string random_uid(route::Rng& random) {
  const uint64_t a = random.next(), b = random.next();
  std::array<char, 40> text;
  const int size = std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", unsigned(a >> 32),
                                 unsigned(a >> 16) & 0xffffU, unsigned(a) & 0xfffU, (unsigned(b >> 48) & 0x3fffU) | 0x8000U,
                                 static_cast<unsigned long long>(b & 0xffffffffffffU));
  return {text.data(), static_cast<size_t>(size)};
}

std::string uid_of(const api::Object& object) {
  const std::string uid = fields::text(metadata_of(object), "uid");
  return uid.empty() ? name_as_uid(object) : uid;
}

std::vector<OwnerReference> owners_of(const api::Object& object) {
  std::vector<OwnerReference> owners;
  for (const Value& value : fields::items(metadata_of(object), "ownerReferences")) owners.push_back(read_owner(value));
  return owners;
}

bool means(std::string_view uid, const api::Object& owner) {
  const std::string own = fields::text(metadata_of(owner), "uid");
  return own.empty() || uid == own || uid == name_as_uid(owner);
}

Value controller_reference(const api::Object& owner) {
  return api::make_object({{"apiVersion", Value(owner.gvk.api_version())},
                           {"kind", Value(owner.gvk.kind)},
                           {"name", Value(owner.key.name)},
                           {"uid", Value(uid_of(owner))},
                           {"controller", Value(true)},
                           {"blockOwnerDeletion", Value(true)}});
}

void add_owner(api::Object& object, Value reference) {
  doc::Object& metadata = metadata_of(object);
  Value* present = metadata.find("ownerReferences");
  if (present && present->is_array()) present->as_array()->push_back(std::move(reference));
  else metadata.set("ownerReferences", Value(doc::Array{std::move(reference)}));
}

void drop_owners(api::Object& object, const std::function<bool(const OwnerReference&)>& drops) {
  doc::Object& metadata = metadata_of(object);
  Value* present = metadata.find("ownerReferences");
  if (!present || !present->is_array()) return;
  doc::Array rest = *present->as_array();
  std::erase_if(rest, [&](const Value& value) { return drops(read_owner(value)); });
  set_or_erase(metadata, "ownerReferences", std::move(rest));
}

void count_generation(api::Object& object) {
  Value* generation = metadata_of(object).find("generation");
  if (generation && generation->is_int()) *generation = Value(*generation->as_int() + 1, generation->at());
}

bool differs_in_status_alone(const api::Object& before, const api::Object& after) {
  const auto wanted = [](const Value& content) {
    doc::Object rest = *content.as_object();
    rest.erase("status");
    if (Value* metadata = rest.find("metadata"); metadata && metadata->is_object()) {
      metadata->as_object()->erase("managedFields");
      metadata->as_object()->erase("resourceVersion");
    }
    return Value(std::move(rest));
  };
  if (!before.content.is_object() || !after.content.is_object()) return false;
  const Value* was = before.find("status");
  const Value* is = after.find("status");
  const bool differs = was && is ? *was != *is : was != is;
  return differs && before.gvk == after.gvk && wanted(before.content) == wanted(after.content);
}

bool is_pod(const api::Object& object) { return object.key.group.empty() && object.key.kind == "Pod"; }

bool is_terminating(const api::Object& object) { return fields::find_text(metadata_of(object), "deletionTimestamp") != nullptr; }

void add_finalizer(api::Object& object, const char* name) {
  if (has_finalizer(object, name)) return;
  doc::Array all = fields::items(metadata_of(std::as_const(object)), "finalizers");
  all.emplace_back(name);
  metadata_of(object).set("finalizers", Value(std::move(all)));
}

bool has_finalizer(const api::Object& object, std::string_view name) {
  const doc::Array& present = fields::items(metadata_of(object), "finalizers");
  return std::ranges::any_of(present, [&](const Value& one) { return one.as_string() && *one.as_string() == name; });
}

void drop_finalizer(api::Object& object, std::string_view name) {
  doc::Array rest = fields::items(metadata_of(std::as_const(object)), "finalizers");
  std::erase_if(rest, [&](const Value& one) { return one.as_string() && *one.as_string() == name; });
  set_or_erase(metadata_of(object), "finalizers", std::move(rest));
}

bool is_free(const api::Object& object) {
  const Value* spec = object.key.kind == "Namespace" ? fields::find_object(&object.content, "spec") : nullptr;
  return fields::items(metadata_of(object), "finalizers").empty() && fields::items(spec, "finalizers").empty();
}

api::Object mark_deleted(const api::Object& object, std::chrono::sys_seconds now, std::optional<int32_t> grace_seconds) {
  const Value* spec = fields::find_object(&object.content, "spec");
  const int32_t own = fields::number(spec, "terminationGracePeriodSeconds", 30);
  const int32_t grace = is_pod(object) ? std::max(grace_seconds.value_or(own), 0) : 0;
  api::Object marked = object;
  doc::Object& metadata = metadata_of(marked);
  metadata.set("deletionTimestamp", Value(api::format_time(now.time_since_epoch().count() + grace)));
  metadata.set("deletionGracePeriodSeconds", Value(int64_t{grace}));
  count_generation(marked);
  return marked;
}

std::optional<Change> deletion_of(const api::Object& object, std::chrono::sys_seconds now) {
  if (is_terminating(object)) return std::nullopt;
  return Change::deletion(object.key, {.now = now}, object.revision);
}

std::optional<Change> change_to(const api::Object& before, api::Object next) {
  if (next.content == before.content) return std::nullopt;
  if (differs_in_status_alone(before, next)) return Change::status(std::move(next));
  return Change::update(std::move(next));
}

}  // namespace graylane::control
