#include "control/deployment_controller.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "api/view_fields.h"
#include "control/deployment_decide.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using std::chrono::sys_seconds;

using DeploymentEntry = Mirror<DeploymentView>::Entry;
using SetEntry = Mirror<OwnedSetView>::Entry;
using SetEntries = std::vector<const SetEntry*>;

/// By name: see OwnedMirror.
std::optional<std::string> deployment_of(const OwnedSetView& set) {
  if (set.owner_kind == "Deployment") return set.owner_name;
  return set.owner_kind.empty() && !set.terminating ? std::optional<std::string>("") : std::nullopt;
}

void adopt(const api::Object& deployment, const SetEntry& set, Work& work) {
  api::Object adopted = *set.object;
  add_owner(adopted, controller_reference(deployment));
  work.changes.push_back(Change::update(std::move(adopted)));
}

void let_go(const api::Object& deployment, const SetEntry& set, Work& work) {
  api::Object free = *set.object;
  drop_owners(free, [&](const OwnerReference& owner) { return owner.controls && means(owner.uid, deployment); });
  work.changes.push_back(Change::update(std::move(free)));
}

/// The sets that count for the Deployment. `taken`: those of nobody that were adopted in this step.
SetEntries claim(const DeploymentEntry& deployment, const OwnedMirror<OwnedSetView>& sets, std::set<api::ObjectKey>& taken,
                 Work& work) {
  const api::ObjectKey& key = deployment.object->key;
  const LabelSelector& selector = deployment.view.selector;
  SetEntries own;
  for (const SetEntry* set : sets.of(key.ns, key.name)) {
    if (!means(set->view.owner_uid, *deployment.object)) continue;
    if (selector.selects(set->view.labels) || deployment.view.terminating) own.push_back(set);
    else let_go(*deployment.object, *set, work);
  }
  if (deployment.view.terminating) return own;
  for (const SetEntry* set : sets.of(key.ns, "")) {
    if (!selector.selects(set->view.labels) || !taken.insert(set->object->key).second) continue;
    adopt(*deployment.object, *set, work);
  }
  return own;
}

Settled::State state_of(const DeploymentEntry& deployment, const SetEntries& sets) {
  Settled::State state;
  state.add(*deployment.object);
  for (const SetEntry* set : sets) state.add(*set->object);
  return state;
}

}  // namespace

DeploymentView read_deployment_view(const api::Object& object) {
  const doc::Value* spec = fields::find_object(&object.content, "spec");
  const doc::Value* pod_template = fields::find_object(spec, "template");
  DeploymentView view{api::read_deployment(object)};
  view.selector = LabelSelector(fields::find_object(spec, "selector"));
  const int32_t limit = fields::number(spec, "revisionHistoryLimit", 10);
  if (limit != std::numeric_limits<int32_t>::max()) view.history_limit = std::max(limit, 0);
  view.collisions = fields::number(fields::find_object(&object.content, "status"), "collisionCount");
  view.terminating = is_terminating(object);
  if (pod_template) view.pod_template = comparable_template(*pod_template);
  return view;
}

DeploymentController::DeploymentController(Client& client, uint64_t seed, std::chrono::seconds resync, const std::string& node)
    : random_(seed),
      events_(client, "deployment-controller", "", seed + 1),
      replica_sets_(client, seed + 2, resync, node),
      deployments_(client, {"apps", "Deployment", {}}, &read_deployment_view, resync),
      sets_(client, {"apps", "ReplicaSet", {}}, &read_owned_set, &deployment_of),
      queue_(client, &events_) {}

Result<bool> DeploymentController::step(sys_seconds now) {
  const auto pods = replica_sets_.step(now);
  const auto sets = step_deployments(now);
  if (!pods) return pods;
  if (!sets) return sets;
  return *pods || *sets;
}

std::optional<sys_seconds> DeploymentController::look_again() const {
  return earlier(earlier(replica_sets_.look_again(), agenda_.next()), earlier(queue_.look_again(), deployments_.resync_at()));
}

Result<void> DeploymentController::catch_up(sys_seconds now) {
  const auto deployments = deployments_.catch_up(now, [this](const api::ObjectKey& key) {
    settled_.forget(key);
    agenda_.add(key);
  });
  if (!deployments) return std::unexpected(deployments.error());
  const auto sets = sets_.catch_up([this](const std::string& ns, const std::string& owner) {
    if (owner.empty()) agenda_.add_namespace(deployments_.entries(), ns);
    else agenda_.add({"apps", "Deployment", ns, owner});
  });
  if (!sets) return std::unexpected(sets.error());
  return {};
}

Result<bool> DeploymentController::step_deployments(sys_seconds now) {
  if (auto known = catch_up(now); !known) return std::unexpected(std::move(known.error()));
  Work work{now};
  std::set<api::ObjectKey> taken;
  const auto is_taken = [&](const api::ObjectKey& set) { return sets_.entries().contains(set); };
  for (const api::ObjectKey& key : agenda_.take(now)) {
    const auto found = deployments_.entries().find(key);
    if (found == deployments_.entries().end()) continue;
    const DeploymentEntry& deployment = found->second;
    // One that does not select the Pods of its template would make sets without end.
    if (!deployment.view.selector.selects(deployment.view.pod.labels)) continue;
    Work one{now};
    SetEntries own = claim(deployment, sets_, taken, one);
    const Settled::State state = state_of(deployment, own);
    // While sets come and go by their labels, which ones there are is not known yet.
    if (one.changes.empty() && !settled_.holds(key, state, one)) {
      decide({deployment, std::move(own), is_taken}, random_, one);
      if (one.changes.empty()) settled_.note(key, state, one.look_again);
    }
    if (!one.changes.empty()) agenda_.add(key);
    agenda_.add(key, one.look_again);
    work.add(key, std::move(one));
  }
  return queue_.carry_out(std::move(work));
}

}  // namespace graylane::control
