#include "control/deployment_decide.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"
#include "control/deployment_status.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;
using SetEntry = Mirror<OwnedSetView>::Entry;

/// One Deployment on its way from what is observed to what is written.
class Decision {
 public:
  Decision(const ObservedDeployment& observed, route::Rng& random, Work& work)
      : deployment_(*observed.deployment.object),
        about_(observed.deployment.object),
        view_(observed.deployment.view),
        observed_(observed),
        random_(random),
        work_(work),
        goal_(goal_of(view_)),
        collisions_(view_.collisions) {}

  void take() {
    find_sets();
    if (!view_.terminating) {
      if (!fresh_ && may_begin(goal_, sets_)) begin_set();
      resize();
    }
    write_sets();
    write_deployment();
  }

 private:
  bool is_fresh(const SetEntry& set) const { return set.view.pod_template == view_.pod_template; }

  /// The sets in the order of observed_.sets; of several with the present template the oldest is the fresh one.
  void find_sets() {
    for (const SetEntry* set : observed_.sets) {
      sets_.push_back(set->view.observed);
      next_.push_back(*set->object);
      const bool older = !fresh_ || set->view.observed.created_unix_seconds < sets_[*fresh_].created_unix_seconds;
      if (is_fresh(*set) && older) fresh_ = sets_.size() - 1;
    }
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (i != fresh_) youngest_old_ = std::max(youngest_old_, observed_.sets[i]->view.revision);
    }
    if (fresh_) sets_[*fresh_].fresh = true;
    scaling_ = goal_.paused || is_scaling(goal_, sets_);
  }

  void begin_set() {
    const Value& pod_template = *fields::find_path(&deployment_.content, {"spec", "template"});
    for (;; ++collisions_) {
      api::Object set = make_replica_set(deployment_, template_hash(pod_template, collisions_), work_.now, random_);
      if (observed_.is_taken(set.key)) continue;
      sets_.push_back({.name = set.key.name, .created_unix_seconds = work_.now.time_since_epoch().count(), .fresh = true});
      next_.push_back(std::move(set));
      break;
    }
    fresh_ = sets_.size() - 1;
    created_ = true;
  }

  void resize() {
    const std::vector<int32_t> sizes = decide(goal_, sets_);
    for (size_t i = 0; i < sets_.size(); ++i) {
      const bool follows = scaling_ && sets_[i].replicas > 0;
      const bool is_begun = created_ && i == fresh_;
      if (sizes[i] != sets_[i].replicas) tell_size(sets_[i].name, sets_[i].replicas, sizes[i]);
      if (sizes[i] != sets_[i].replicas || follows || is_begun) note_goal(next_[i], goal_);
      set_size(next_[i], sizes[i]);
      sets_[i].replicas = sizes[i];
    }
  }

  void tell_size(const std::string& name, int32_t from, int32_t to) {
    const std::string numbers = name + " from " + std::to_string(from) + " to " + std::to_string(to);
    work_.events.push_back(
        {about_, {"ScalingReplicaSet", (from < to ? "Scaled up replica set " : "Scaled down replica set ") + numbers}});
  }

  void write_sets() {
    if (fresh_ && !view_.terminating) {
      copy_annotations(deployment_, next_[*fresh_]);
      set_revision(next_[*fresh_], youngest_old_ + 1);
      set_min_ready_seconds(next_[*fresh_], deployment_);
    }
    for (size_t i = 0; i < next_.size(); ++i) {
      if (i < observed_.sets.size()) renew_owner(observed_.sets[i]->view.owner_uid, next_[i]);
      if (i == observed_.sets.size()) work_.changes.push_back(Change::create(next_[i]));
      else if (next_[i].content != observed_.sets[i]->object->content) changed_.emplace(i, Change::update(next_[i]));
    }
  }

  /// A reference that was made before the Deployment had a uid; clients compare uids.
  void renew_owner(const std::string& uid, api::Object& set) {
    if (uid == uid_of(deployment_)) return;
    drop_owners(set, [&](const OwnerReference& owner) { return owner.controls; });
    add_owner(set, controller_reference(deployment_));
  }

  const Value* fresh_failure() const {
    if (!fresh_ || created_ || observed_.sets[*fresh_]->view.failure.is_null()) return nullptr;
    return &observed_.sets[*fresh_]->view.failure;
  }

  DeploymentFacts facts() const {
    DeploymentFacts facts{.goal = goal_, .sets = sets_, .collisions = collisions_, .watches_progress = !scaling_};
    for (const SetEntry* set : observed_.sets) {
      facts.ready += set->view.ready;
      if (!set->view.failure.is_null()) facts.failure = set->view.failure;
    }
    if (const Value* fresh = fresh_failure(); fresh) facts.failure = *fresh;
    if (view_.terminating) facts.watches_progress = false;
    if (!fresh_) return facts;
    facts.fresh_name = sets_[*fresh_].name;
    facts.fresh = created_ ? FreshSet::kCreated : FreshSet::kThere;
    return facts;
  }

  void write_deployment() {
    DeploymentStatus status = status_of(deployment_, facts(), work_.now);
    if (status.deadline) work_.look_at(*status.deadline);
    if (!view_.terminating && (goal_.paused || (status.complete && !scaling_))) forget_history();
    for (auto& [index, change] : changed_) work_.changes.push_back(std::move(change));
    api::Object next = deployment_;
    next.content.as_object()->set("status", std::move(status.value));
    if (fresh_) {
      const std::string revision = annotation_text(next_[*fresh_], kRevision);
      if (annotation_text(next, kRevision) != revision)
        api::object_member(metadata_of(next), "annotations").set(kRevision, Value(revision));
    }
    work_.change(change_to(deployment_, std::move(next)));
  }

  /// Old sets beyond the limit, those of the lowest revisions; never one that may still have Pods.
  void forget_history() {
    if (!view_.history_limit) return;
    std::vector<size_t> old;
    for (size_t i = 0; i < observed_.sets.size(); ++i) {
      if (i != fresh_ && !observed_.sets[i]->view.terminating) old.push_back(i);
    }
    std::ranges::stable_sort(old, {}, [&](size_t i) { return observed_.sets[i]->view.revision; });
    const size_t limit = static_cast<size_t>(*view_.history_limit);
    for (size_t n = 0; n + limit < old.size(); ++n) {
      const SetEntry& set = *observed_.sets[old[n]];
      if (sets_[old[n]].replicas != 0 || set.view.observed.running != 0 || !set.view.observed_all) continue;
      if (auto deletion = deletion_of(*set.object, work_.now)) changed_.insert_or_assign(old[n], std::move(*deletion));
    }
  }

  const api::Object& deployment_;
  const api::ObjectPtr& about_;
  const DeploymentView& view_;
  const ObservedDeployment& observed_;
  route::Rng& random_;
  Work& work_;
  const RolloutGoal goal_;
  int64_t collisions_;
  std::vector<ObservedSet> sets_;
  std::vector<api::Object> next_;     // as sets_; a new one is the last
  std::map<size_t, Change> changed_;  // of those that were there
  std::optional<size_t> fresh_;
  int64_t youngest_old_ = 0;  // revision
  bool created_ = false;
  bool scaling_ = false;  // the sets only follow the number of replicas
};

}  // namespace

void decide(const ObservedDeployment& observed, route::Rng& random, Work& work) { Decision(observed, random, work).take(); }

}  // namespace graylane::control
