#include "control/deployment_controller.h"

#include <algorithm>
#include <limits>
#include <map>
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

/// The sets of each Deployment by its name, and those of nobody.
struct Claims {
  std::map<std::pair<std::string, std::string>, SetEntries> by_deployment;  // namespace, name
  std::map<std::string, SetEntries> orphans;                                // by namespace
};

Claims sort_sets(const Mirror<OwnedSetView>::Entries& sets) {
  Claims claims;
  for (const auto& [key, entry] : sets) {
    if (entry.view.owner_kind == "Deployment") claims.by_deployment[{key.ns, entry.view.owner_name}].push_back(&entry);
    else if (entry.view.owner_kind.empty() && !entry.view.terminating) claims.orphans[key.ns].push_back(&entry);
  }
  return claims;
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

SetEntries claim(const DeploymentEntry& deployment, Claims& claims, Work& work) {
  const api::ObjectKey& key = deployment.object->key;
  const LabelSelector& selector = deployment.view.selector;
  SetEntries own;
  for (const SetEntry* set : claims.by_deployment[{key.ns, key.name}]) {
    if (!means(set->view.owner_uid, *deployment.object)) continue;
    if (selector.selects(set->view.labels) || deployment.view.terminating) own.push_back(set);
    else let_go(*deployment.object, *set, work);
  }
  if (deployment.view.terminating) return own;
  std::erase_if(claims.orphans[key.ns], [&](const SetEntry* set) {
    const bool selected = selector.selects(set->view.labels);
    if (selected) adopt(*deployment.object, *set, work);
    return selected;
  });
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

DeploymentController::DeploymentController(Client& client, uint64_t seed)
    : client_(client),
      random_(seed),
      events_(client, "deployment-controller", "", seed + 1),
      replica_sets_(client, seed + 2),
      deployments_(client, {"apps", "Deployment", {}}, &read_deployment_view),
      sets_(client, {"apps", "ReplicaSet", {}}, &read_owned_set) {}

Result<bool> DeploymentController::step(sys_seconds now) {
  const auto pods = replica_sets_.step(now);
  const auto sets = step_deployments(now);
  if (!pods) return pods;
  if (!sets) return sets;
  return *pods || *sets;
}

std::optional<sys_seconds> DeploymentController::look_again() const {
  const auto pods = replica_sets_.look_again();
  return pods && look_again_ ? std::min(*pods, *look_again_) : pods ? pods : look_again_;
}

Result<bool> DeploymentController::step_deployments(sys_seconds now) {
  const auto deployments = deployments_.catch_up();
  if (!deployments) return deployments;
  const auto sets = sets_.catch_up();
  unfinished_ = unfinished_ || *deployments || sets.value_or(false) || (look_again_ && *look_again_ <= now);
  if (!sets) return sets;
  if (!unfinished_) return false;
  Work work{now};
  Claims claims = sort_sets(sets_.entries());
  const auto is_taken = [&](const api::ObjectKey& set) { return sets_.entries().contains(set); };
  for (const auto& [key, deployment] : deployments_.entries()) {
    // One that does not select the Pods of its template would make sets without end.
    if (!deployment.view.selector.selects(deployment.view.pod.labels)) continue;
    Work one{now};
    SetEntries own = claim(deployment, claims, one);
    const Settled::State state = state_of(deployment, own);
    // While sets come and go by their labels, which ones there are is not known yet.
    if (one.changes.empty() && !settled_.holds(key, state, one)) {
      decide({deployment, std::move(own), is_taken}, random_, one);
      if (one.changes.empty()) settled_.note(key, state, one.look_again);
    }
    work.add(std::move(one));
  }
  settled_.keep_only(deployments_.entries());
  look_again_ = work.look_again;
  const auto written = carry_out(client_, std::move(work), &events_);
  unfinished_ = !written || *written;
  return written;
}

}  // namespace graylane::control
