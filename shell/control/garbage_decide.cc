#include "control/garbage_decide.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

/// A Pod that was given time to end is removed by who runs it.
bool has_time_left(const api::Object& object) {
  return api::fields::number(metadata_of(object), "deletionGracePeriodSeconds") > 0;
}

/// The owner without the finalizer; when nothing else keeps it, it goes.
Change release(const api::Object& owner, const char* finalizer) {
  api::Object next = owner;
  drop_finalizer(next, finalizer);
  return is_free(next) && !has_time_left(next) ? Change::remove(owner.key, owner.revision) : Change::update(std::move(next));
}

/// As a patch, so that who owned a reference owns it no longer.
template <class Drops>
Change without_owners(const api::Object& dependent, const Drops& drops, std::chrono::sys_seconds now) {
  api::Object next = dependent;
  drop_owners(next, drops);
  const doc::Value* rest = api::fields::find(metadata_of(std::as_const(next)), "ownerReferences");
  doc::Value body = api::make_object({{"metadata", api::make_object({{"ownerReferences", rest ? *rest : doc::Value()}})}});
  return Change::patch(dependent.key, {.body = std::move(body), .manager = kManager, .now = now}, dependent.revision);
}

bool is_blocked_by(const Dependent& dependent, const api::Object& owner) {
  return std::ranges::any_of(dependent.owners, [&](const OwnerReference& reference) {
    return reference.blocks_deletion && means(reference.uid, owner);
  });
}

}  // namespace

std::optional<Change> decide_dependent(const Dependent& dependent, const std::vector<OwnerState>& states, bool is_owner,
                                       std::chrono::sys_seconds now) {
  const api::Object& object = *dependent.object;
  std::set<std::string> dead;  // uids
  for (size_t i = 0; i < states.size(); ++i)
    if (states[i] != OwnerState::kAlive) dead.insert(dependent.owners[i].uid);
  if (dead.empty()) return std::nullopt;
  if (std::ranges::find(states, OwnerState::kAlive) != states.end())
    return without_owners(object, [&](const OwnerReference& owner) { return dead.contains(owner.uid); }, now);
  const bool waits = std::ranges::find(states, OwnerState::kWaiting) != states.end();
  if (!waits || is_terminating(object) || !is_owner) return deletion_of(object, now);
  const Deletion foreground{.dependents = Deletion::Dependents::kForeground, .now = now};
  return Change::deletion(object.key, foreground, object.revision);
}

bool leaves(const api::Object& owner) {
  return is_terminating(owner) && (has_finalizer(owner, kForegroundFinalizer) || has_finalizer(owner, kOrphanFinalizer));
}

std::vector<Change> decide_orphans(const api::Object& owner, const std::vector<const Dependent*>& dependents,
                                   std::chrono::sys_seconds now) {
  std::vector<Change> changes;
  const auto is_of_owner = [&](const OwnerReference& reference) { return means(reference.uid, owner); };
  for (const Dependent* dependent : dependents) changes.push_back(without_owners(*dependent->object, is_of_owner, now));
  changes.push_back(release(owner, kOrphanFinalizer));
  return changes;
}

std::optional<Change> decide_foreground(const api::Object& owner, const std::vector<const Dependent*>& dependents) {
  if (std::ranges::any_of(dependents, [&](const Dependent* dependent) { return is_blocked_by(*dependent, owner); }))
    return std::nullopt;
  return release(owner, kForegroundFinalizer);
}

}  // namespace graylane::control
