#include "apiserver/patching.h"

#include "apiserver/body.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"
#include "apiserver/go_decoding.h"
#include "apiserver/media.h"
#include "apiserver/ownership.h"
#include "apiserver/plan_parts.h"
#include "patch/json_patch.h"
#include "patch/strategic_patch.h"

namespace graylane::apiserver {

using doc::Value;
using Type = Patch::Type;

namespace {

constexpr const char* kCustomAccepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
constexpr const char* kAccepted =
    "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
    "application/apply-patch+yaml";

}  // namespace

Outcome<Type> patch_type(const std::string* content_type) {
  const std::string type = content_type ? parse_media_type(*content_type).type : "";
  if (type == "application/json-patch+json") return Type::kJson;
  if (type == "application/merge-patch+json") return Type::kMerge;
  if (type == "application/strategic-merge-patch+json") return Type::kStrategic;
  if (type == "application/apply-patch+yaml") return Type::kApply;
  ApiError error = unsupported_media_type(kAccepted);
  error.details.is_shown = true;
  return refuse(std::move(error));
}

namespace {

/// What is written is what the path names, and so what its writer has a right to.
Outcome<void> keep_kind(const api::Object& live, Value& next, const Writer& writer) {
  for (const char* member : {"apiVersion", "kind"}) {
    const Value* before = live.find(member);
    const Value* after = next.find(member);
    if (!before) continue;
    if (after == nullptr || after->is_null()) next.as_object()->set(member, *before);
    else if (*after != *before)
      return refuse(unreadable(next, *writer.kind, why_other_kind(*next.as_object(), *writer.kind), true));
  }
  return {};
}

/// An empty list would count as none; of one empty entry the meaning is the same.
void forget_owners_if_asked(Value& next) {
  const Value* owners = find_path(next, "metadata.managedFields");
  if (!owners || !owners->is_array() || !owners->as_array()->empty()) return;
  metadata_of(next).set("managedFields", Value(doc::Array{Value(doc::Object())}));
}

Outcome<Plan> plan_apply(const Writer& writer, const api::Object* live, const Value& config) {
  if (const std::string uid = text_at(config, "metadata.uid"); !live && !uid.empty())
    return refuse(conflict(*writer.kind, writer.target.name,
                           "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found"));
  const auto merged = patch::apply(live ? &live->content : nullptr, config, write_of(writer), writer.options.force);
  if (!merged) return refuse(from_failure(merged.error(), *writer.kind, writer.target.name));
  return live ? plan_next(writer, *live, *merged, true) : plan_new(writer, *merged, true);
}

}  // namespace

Outcome<Patch> read_patch(const std::string& text, Type type) {
  auto body = read_any(text, type == Type::kApply);
  const bool is_decoded_first = type == Type::kJson || type == Type::kMerge;
  if (!body && is_decoded_first) body.error().message = "error decoding patch: " + body.error().message;
  if (!body) return refuse(std::move(body.error()));
  Value& value = body->value;
  // null changes nothing.
  if (value.is_null() && type == Type::kJson && !text.empty()) value = Value(doc::Array());
  if (value.is_null() && type == Type::kStrategic && !text.empty()) value = Value(doc::Object());
  if (type == Type::kStrategic) whole_numbers(value);
  Patch patch{type, std::move(value)};
  if (type == Type::kMerge || type == Type::kStrategic) patch.duplicates = std::move(body->duplicates);
  return patch;
}

Outcome<Value> patched(Value document, const Patch& patch, const api::Schema& schema, const api::Kind& kind,
                       std::string_view name) {
  auto result = patch.type == Type::kJson    ? patch::apply_json_patch(std::move(document), patch.value)
                : patch.type == Type::kMerge ? patch::apply_merge_patch(std::move(document), patch.value)
                                             : patch::apply_strategic_patch(std::move(document), patch.value, schema);
  if (!result) return refuse(from_failure(result.error(), kind, name));
  if (!result->is_object()) return refuse(bad_request("the patch makes something else of the object"));
  return *std::move(result);
}

Outcome<Plan> plan_patch(const Writer& of_request, const api::Object* live, const Patch& patch) {
  Writer writer = of_request;
  writer.is_patch = true;
  if (patch.type == Type::kStrategic && writer.kind->custom) return refuse(unsupported_media_type(kCustomAccepted));
  if (patch.type == Type::kApply) return plan_apply(writer, live, patch.value);
  if (!live) return refuse(not_found(*writer.kind, writer.target.name));
  auto next = patched(with_revision(*live), patch, *writer.kind->schema, *writer.kind, live->key.name);
  if (!next) return refuse(std::move(next.error()));
  if (auto kept = keep_kind(*live, *next, writer); !kept) return refuse(std::move(kept.error()));
  forget_owners_if_asked(*next);
  return plan_next(writer, *live, *std::move(next), false, patch.duplicates);
}

}  // namespace graylane::apiserver
