#include "control/patch_object.h"

#include <string>
#include <utility>

#include "api/build.h"
#include "api/decode.h"
#include "api/kinds.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "patch/apply.h"
#include "patch/json_patch.h"
#include "patch/strategic_patch.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;
using Type = Patch::Type;

std::unexpected<Error> refuse(const api::ObjectKey& key, const patch::Failure& failure) {
  const bool contested = failure.reason == patch::Reason::kConflict;
  std::string what = key.to_string() + ": " + failure.message;
  for (const patch::Cause& cause : failure.causes) {
    if (!contested) what += ": " + cause.field + ": " + cause.message;
  }
  return fail(contested ? ErrorCode::kConflict : ErrorCode::kInvalid, std::move(what), {},
              contested ? "set `force` to take the fields over" : "mend the patch");
}

std::unexpected<Error> refuse(ErrorCode code, const api::ObjectKey& key, const std::string& why) {
  return fail(code, key.to_string() + ": " + why);
}

/// What a Scale shows of a workload.
Value scale_of(const api::Object& object) {
  const auto count = [&](const char* part) {
    return api::make_object(
        {{"replicas", Value(int64_t{fields::number(fields::find_object(&object.content, part), "replicas")})}});
  };
  return api::make_object({{"spec", count("spec")}, {"status", count("status")}});
}

/// The object with what the patch makes of it, or of its part.
class Patching {
 public:
  Patching(const api::ObjectKey& key, const api::Object& live, const api::Kind* kind, const Patch& patch)
      : key_(key), live_(live), kind_(kind), patch_(patch) {}

  Result<Value> result() const {
    if (patch_.subresource == "scale") return scaled();
    auto next = patch_.type == Type::kApply ? applied(&live_.content) : changed(live_.content, kind_ ? kind_->schema : nullptr);
    if (!next) return refuse(key_, next.error());
    for (const char* member : {"apiVersion", "kind"}) {
      const Value* before = live_.find(member);
      const Value* after = next->is_object() ? next->find(member) : nullptr;
      if (before && (!after || *after != *before)) return refuse(ErrorCode::kInvalid, key_, "a patch cannot change its kind");
    }
    Value kept = keep_other_part(*std::move(next));
    if (patch_.type == Type::kApply || patch_.manager.empty()) return kept;
    return patch::track_update(&live_.content, std::move(kept), write());
  }

  patch::Outcome<Value> applied(const Value* content) const { return patch::apply(content, patch_.body, write(), patch_.force); }

 private:
  patch::Write write() const {
    patch::Write write;
    write.api_version = live_.gvk.api_version();
    write.kind = live_.gvk.kind;
    write.schema = kind_ ? kind_->schema : nullptr;
    write.builtin = kind_ != nullptr;
    write.manager = patch_.manager;
    write.subresource = patch_.subresource;
    write.time = api::format_time(patch_.now.time_since_epoch().count());
    if (has_status()) write.reset_fields = patch::reset_fields_of(write.kind, write.subresource, write.builtin);
    return write;
  }

  bool has_status() const { return !kind_ || kind_->has_status; }

  patch::Outcome<Value> changed(Value document, const api::Schema* schema) const {
    if (patch_.type == Type::kJson) return patch::apply_json_patch(std::move(document), patch_.body);
    if (patch_.type == Type::kStrategic && schema) return patch::apply_strategic_patch(std::move(document), patch_.body, *schema);
    return patch::apply_merge_patch(std::move(document), patch_.body);
  }

  /// A Scale has no lists: to it a strategic patch is a merge patch.
  Result<Value> scaled() const {
    if (patch_.type == Type::kApply) return refuse(ErrorCode::kUnsupported, key_, "a Scale cannot be applied: apply the object");
    const auto scale = changed(scale_of(live_), nullptr);
    if (!scale) return refuse(key_, scale.error());
    const Value* replicas = fields::find(fields::find_object(&*scale, "spec"), "replicas");
    if (!replicas || !replicas->is_int() || *replicas->as_int() < 0)
      return refuse(ErrorCode::kInvalid, key_, "spec.replicas of a Scale must be a number, 0 or greater");
    Value next = live_.content;
    api::object_member(*next.as_object(), "spec").set("replicas", *replicas);
    if (patch_.manager.empty()) return next;
    return patch::track_update(&live_.content, std::move(next), write());
  }

  /// Each endpoint changes its part only.
  Value keep_other_part(Value next) const {
    const bool status = patch_.subresource == "status";
    if (!status && !has_status()) return next;
    Value kept = status ? live_.content : next;
    const Value* part = status ? next.find("status") : live_.find("status");
    if (part) kept.as_object()->set("status", *part);
    else kept.as_object()->erase("status");
    const Value* managed = fields::find(fields::find_object(&next, "metadata"), "managedFields");
    if (managed) api::object_member(*kept.as_object(), "metadata").set("managedFields", *managed);
    return kept;
  }

  const api::ObjectKey& key_;
  const api::Object& live_;
  const api::Kind* kind_;
  const Patch& patch_;
};

void count_generation(const Value& before, Value& next) {
  Value* metadata = next.as_object()->find("metadata");
  Value* generation = metadata && metadata->is_object() ? metadata->as_object()->find("generation") : nullptr;
  if (!generation || !generation->is_int()) return;
  const auto wanted = [](Value value) {
    for (const char* member : {"metadata", "status"}) value.as_object()->erase(member);
    return value;
  };
  if (wanted(before) != wanted(next)) *generation = Value(*generation->as_int() + 1);
}

/// With its defaults, and checked; kinds that are not known are kept as they are.
Result<api::Object> conformed(const api::ObjectKey& key, Value content) {
  api::Decoded decoded = api::decode(std::move(content), nullptr);
  if (!decoded.object || decoded.object->key != key) {
    const std::string why =
        decoded.object ? "the body is of " + decoded.object->key.to_string() : to_string(decoded.diagnostics.front());
    return refuse(ErrorCode::kInvalid, key, why);
  }
  return *std::move(decoded.object);
}

/// The object that is not there yet, of the kind that the body names.
api::Object nothing_yet(const Value& body) {
  api::Object object;
  const std::string version = fields::text(&body, "apiVersion");
  const size_t slash = version.find('/');
  object.gvk = slash == version.npos
                   ? api::GroupVersionKind{"", version, fields::text(&body, "kind")}
                   : api::GroupVersionKind{version.substr(0, slash), version.substr(slash + 1), fields::text(&body, "kind")};
  return object;
}

}  // namespace

Result<api::Object> patch_object(const api::ObjectKey& key, const api::Object* live, const Patch& patch) {
  const bool applies = patch.type == Type::kApply;
  if (!live && (!applies || !patch.subresource.empty())) return refuse(ErrorCode::kNotFound, key, "does not exist");
  if (applies && patch.manager.empty()) return refuse(ErrorCode::kInvalid, key, "an apply needs the name of its manager");
  api::Object begun = live ? *live : nothing_yet(patch.body);
  api::unpack_managed_fields(begun.content);
  const api::Kind* kind = api::builtin_kinds().find(begun.gvk.api_version(), begun.gvk.kind);
  const std::string& part = patch.subresource;
  const bool has_part =
      part.empty() || (part == "status" && (!kind || kind->has_status)) || (part == "scale" && (!kind || kind->has_scale));
  if (!has_part) return refuse(ErrorCode::kUnsupported, key, "has no " + part);
  const Patching patching(key, begun, kind, patch);
  if (!live) {
    auto made = patching.applied(nullptr);
    if (!made) return refuse(key, made.error());
    api::object_member(*made->as_object(), "metadata")
        .set("creationTimestamp", Value(api::format_time(patch.now.time_since_epoch().count())));
    return conformed(key, *std::move(made));
  }
  auto content = patching.result();
  if (!content) return std::unexpected(std::move(content.error()));
  patch::keep_times_if_unchanged(live->content, *content);
  count_generation(live->content, *content);
  auto next = conformed(key, *std::move(content));
  if (!next) return next;
  next->file = live->file;
  next->age = live->age;
  next->revision = live->revision;
  return next;
}

}  // namespace graylane::control
