#include "control/garbage_collector.h"

#include <algorithm>
#include <utility>

#include "api/kinds.h"

namespace graylane::control {

namespace {

std::string group_of(const std::string& api_version) {
  const size_t slash = api_version.find('/');
  return slash == api_version.npos ? std::string() : api_version.substr(0, slash);
}

/// Where the owner may be: in the same namespace, cluster-scoped, or, of a kind that is not known, either.
std::vector<api::ObjectKey> places_of(const OwnerReference& owner, const std::string& ns) {
  const api::Kind* kind = api::builtin_kinds().find(owner.api_version, owner.kind);
  const std::string group = kind ? kind->storage_group : group_of(owner.api_version);
  std::vector<api::ObjectKey> places;
  if (!ns.empty() && (!kind || kind->namespaced)) places.push_back({group, owner.kind, ns, owner.name});
  if (!kind || !kind->namespaced) places.push_back({group, owner.kind, "", owner.name});
  return places;
}

bool same_owners(const std::vector<OwnerReference>& a, const std::vector<OwnerReference>& b) {
  return std::ranges::equal(a, b, [](const OwnerReference& x, const OwnerReference& y) {
    return x.uid == y.uid && x.name == y.name && x.kind == y.kind && x.api_version == y.api_version;
  });
}

/// Whether dependents may have to be judged anew.
bool matters_to_dependents(const Event& event) {
  if (event.type != EventType::kModified || !event.previous) return true;
  return uid_of(*event.previous) != uid_of(*event.object) || leaves(*event.previous) != leaves(*event.object);
}

}  // namespace

void GarbageCollector::reset() {
  dependents_.clear();
  by_owner_.clear();
  leaving_.clear();
  suspects_.clear();
}

void GarbageCollector::resync() {
  for (const auto& [key, dependent] : dependents_) suspects_.insert(key);
}

void GarbageCollector::forget(const api::ObjectKey& key) {
  const auto found = dependents_.find(key);
  if (found == dependents_.end()) return;
  for (const OwnerReference& owner : found->second.owners) {
    for (const api::ObjectKey& place : places_of(owner, key.ns)) {
      const auto of_owner = by_owner_.find(place);
      if (of_owner == by_owner_.end()) continue;
      of_owner->second.erase(key);
      if (of_owner->second.empty()) by_owner_.erase(of_owner);
    }
  }
  dependents_.erase(found);
}

void GarbageCollector::suspect_dependents_of(const api::ObjectKey& key) {
  const auto found = by_owner_.find(key);
  if (found != by_owner_.end()) suspects_.insert(found->second.begin(), found->second.end());
}

void GarbageCollector::take(const Event& event) {
  const api::Object& object = *event.object;
  const api::ObjectKey& key = object.key;
  const bool deleted = event.type == EventType::kDeleted;
  std::vector<OwnerReference> owners = deleted ? std::vector<OwnerReference>() : owners_of(object);
  if (const auto known = dependents_.find(key); known != dependents_.end() && same_owners(known->second.owners, owners)) {
    known->second = {event.object, std::move(owners)};
  } else {
    forget(key);
    if (!owners.empty()) {
      for (const OwnerReference& owner : owners) {
        for (const api::ObjectKey& place : places_of(owner, key.ns)) by_owner_[place].insert(key);
      }
      dependents_.emplace(key, Dependent{event.object, std::move(owners)});
      suspects_.insert(key);
    }
  }
  if (deleted) suspects_.erase(key);
  if (matters_to_dependents(event)) suspect_dependents_of(key);
  if (!deleted && leaves(object)) leaving_.insert_or_assign(key, event.object);
  else leaving_.erase(key);
}

Result<OwnerState> GarbageCollector::state_of(const OwnerReference& owner, const std::string& ns) {
  for (const api::ObjectKey& place : places_of(owner, ns)) {
    const auto found = client_.get(place);
    if (!found && found.error().code != ErrorCode::kNotFound) return std::unexpected(found.error());
    if (!found || !means(owner.uid, **found)) continue;
    const bool waits = is_terminating(**found) && has_finalizer(**found, kForegroundFinalizer);
    return waits ? OwnerState::kWaiting : OwnerState::kAlive;
  }
  return OwnerState::kGone;
}

Result<void> GarbageCollector::judge(const Dependent& dependent, Plan& plan) {
  const api::ObjectKey& key = dependent.object->key;
  std::vector<OwnerState> states;
  for (const OwnerReference& owner : dependent.owners) {
    const auto state = state_of(owner, key.ns);
    if (!state) return std::unexpected(state.error());
    states.push_back(*state);
  }
  if (auto change = decide_dependent(dependent, states, by_owner_.contains(key), plan.work.now)) plan.add(*std::move(change));
  return {};
}

std::vector<const Dependent*> GarbageCollector::dependents_of(const api::Object& owner) const {
  std::vector<const Dependent*> found;
  const auto keys = by_owner_.find(owner.key);
  if (keys == by_owner_.end()) return found;
  for (const api::ObjectKey& key : keys->second) {
    const Dependent& dependent = dependents_.at(key);
    const bool is_its = std::ranges::any_of(dependent.owners, [&](const OwnerReference& reference) {
      return reference.name == owner.key.name && reference.kind == owner.gvk.kind && means(reference.uid, owner);
    });
    if (is_its) found.push_back(&dependent);
  }
  return found;
}

void GarbageCollector::let_go(const api::Object& owner, Plan& plan) {
  const auto dependents = dependents_of(owner);
  if (!has_finalizer(owner, kOrphanFinalizer)) {
    for (const Dependent* dependent : dependents) suspects_.insert(dependent->object->key);
    if (auto change = decide_foreground(owner, dependents)) plan.add(*std::move(change));
    return;
  }
  if (std::ranges::any_of(dependents, [&](const Dependent* one) { return plan.contains(one->object->key); }))
    return;  // with the next step
  // Were the owner gone before one of them is free, that one would go too.
  plan.add_together(owner.key, decide_orphans(owner, dependents, plan.work.now));
}

Result<bool> GarbageCollector::step(std::chrono::sys_seconds now) {
  const auto changed = feed_.poll(*this, now);
  if (!changed) return changed;
  if (suspects_.empty() && !unfinished_ && (leaving_.empty() || !*changed) && !queue_.is_due(now)) return false;
  Plan plan{{now}};
  for (const auto& [key, owner] : leaving_) let_go(*owner, plan);
  for (const api::ObjectKey& key : suspects_) {
    const auto found = dependents_.find(key);
    if (found == dependents_.end() || plan.contains(key)) continue;
    if (auto judged = judge(found->second, plan); !judged) return std::unexpected(judged.error());
  }
  const auto written = queue_.carry_out(std::move(plan.work));
  unfinished_ = !written || *written;
  if (!unfinished_) suspects_.clear();
  return written;
}

}  // namespace graylane::control
