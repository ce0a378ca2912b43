#include "control/plain_change.h"

#include <algorithm>
#include <utility>

#include "api/kinds.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/patch_object.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;

Result<void> check_revision(const Change& change, const api::Object& live) {
  const uint64_t expected = change.object.revision;
  if (expected == 0 || expected == live.revision) return {};
  return fail(ErrorCode::kConflict, live.key.to_string() + " was changed meanwhile", {}, "read it again and repeat the change");
}

Result<Change> to_update(const Change& change, const api::Object& live) {
  const api::Kind* kind = api::builtin_kinds().find(live.gvk.api_version(), live.gvk.kind);
  if (kind && !kind->has_status) return fail(ErrorCode::kUnsupported, live.key.to_string() + " has no status");
  api::Object next = live;
  const Value* status = change.object.find("status");
  if (!next.content.is_object()) return fail(ErrorCode::kInvalid, live.key.to_string() + " is no object");
  if (status) next.content.as_object()->set("status", *status);
  else next.content.as_object()->erase("status");
  return Change::update(std::move(next));
}

Result<Change> patched(const Change& change, const api::Object* live) {
  auto next = patch_object(change.object.key, live, change.part);
  if (!next) return std::unexpected(std::move(next.error()));
  return live ? Change::update(*std::move(next)) : Change::create(*std::move(next));
}

/// Of one that is to end already.
api::Object shortened(const api::Object& live, int32_t grace_seconds) {
  const int32_t before = fields::number(metadata_of(live), "deletionGracePeriodSeconds");
  const auto end = api::parse_time(fields::text(metadata_of(live), "deletionTimestamp"));
  api::Object next = live;
  if (!end || grace_seconds >= before) return next;
  metadata_of(next).set("deletionTimestamp", Value(api::format_time(*end - before + grace_seconds)));
  metadata_of(next).set("deletionGracePeriodSeconds", Value(int64_t{grace_seconds}));
  return next;
}

Change deleted(const Deletion& deletion, const api::Object& live) {
  using Dependents = Deletion::Dependents;
  api::Object next = live;
  if (deletion.dependents == Dependents::kForeground) add_finalizer(next, kForegroundFinalizer);
  if (deletion.dependents == Dependents::kOrphan) add_finalizer(next, kOrphanFinalizer);
  if (is_terminating(live)) return Change::update(shortened(next, std::max(deletion.grace_seconds.value_or(INT32_MAX), 0)));
  if (!is_pod(live) && is_free(next)) return Change::remove(live.key, live.revision);
  return Change::update(mark_deleted(next, deletion.now, deletion.grace_seconds));
}

}  // namespace

Result<Change> to_plain(Change change, const api::Object* live) {
  if (is_plain(change)) return change;
  if (live) {
    if (auto ok = check_revision(change, *live); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (change.verb == Change::Verb::kPatch) return patched(change, live);
  if (!live) return fail(ErrorCode::kNotFound, change.object.key.to_string() + " does not exist");
  return change.verb == Change::Verb::kStatus ? to_update(change, *live) : deleted(change.end, *live);
}

}  // namespace graylane::control
