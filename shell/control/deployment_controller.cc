#include "control/deployment_controller.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"
#include "control/deployment_status.h"
#include "control/pod_objects.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using std::chrono::seconds;
using std::chrono::sys_seconds;

struct OwnedPod {
  api::ObjectPtr object;
  api::Pod view;
};

using PodsByOwner = std::map<api::ObjectKey, std::vector<OwnedPod>>;

/// Pods that Deployments control.
PodsByOwner by_owner(const std::vector<api::ObjectPtr>& pods) {
  PodsByOwner owned;
  for (const api::ObjectPtr& object : pods) {
    api::Pod pod = api::read_pod(*object);
    if (pod.controller.kind != "Deployment") continue;
    owned[{"apps", "Deployment", pod.ns, pod.controller.name}].push_back({object, std::move(pod)});
  }
  return owned;
}

ObservedPod observe(const api::Pod& pod, int32_t min_ready_seconds, sys_seconds now) {
  const auto label = pod.pod.labels.find(kHashLabel);
  const bool is_long_ready = now.time_since_epoch().count() >= pod.ready_since_unix_seconds + min_ready_seconds;
  return {.name = pod.name,
          .hash = label == pod.pod.labels.end() ? "" : label->second,
          .ready = pod.ready,
          .available = pod.ready && (min_ready_seconds <= 0 || is_long_ready),
          .terminating = pod.terminating,
          .ended = pod.ended(),
          .created_unix_seconds = pod.created_unix_seconds};
}

/// What one step collects.
struct Work {
  sys_seconds now;
  std::vector<Change> changes;
  std::optional<sys_seconds> look_again;

  void look_at(sys_seconds time) { look_again = look_again ? std::min(*look_again, time) : time; }
  void remove(const OwnedPod& pod) {
    if (!pod.view.terminating) changes.push_back(Change::update(mark_deleted(*pod.object, now)));
  }
};

void look_when_available(const std::vector<OwnedPod>& pods, int32_t min_ready_seconds, Work& work) {
  for (const OwnedPod& pod : pods) {
    const sys_seconds available{seconds(pod.view.ready_since_unix_seconds + min_ready_seconds)};
    if (pod.view.ready && available > work.now) work.look_at(available);
  }
}

void write_status(const api::Object& deployment, DeploymentStatus status, Work& work) {
  if (status.deadline) work.look_at(*status.deadline);
  const doc::Value* before = deployment.find("status");
  if (before && *before == status.value) return;
  api::Object updated = deployment;
  updated.content.as_object()->set("status", std::move(status.value));
  work.changes.push_back(Change::update(std::move(updated)));
}

void take_step(const api::Object& deployment, const std::vector<OwnedPod>& pods, route::Rng& random, Work& work) {
  const doc::Value* pod_template = fields::find_object(fields::find_object(&deployment.content, "spec"), "template");
  if (!pod_template || !deployment.content.is_object()) return;
  const api::Deployment view = api::read_deployment(deployment);
  const RolloutGoal goal = goal_of(view, template_hash(*pod_template));
  std::vector<ObservedPod> observed;
  for (const OwnedPod& pod : pods) observed.push_back(observe(pod.view, view.min_ready_seconds, work.now));
  look_when_available(pods, view.min_ready_seconds, work);
  const RolloutStep step = decide(goal, observed);
  for (const OwnedPod& pod : pods) {
    if (std::ranges::find(step.remove, pod.view.name) != step.remove.end()) work.remove(pod);
  }
  for (int32_t i = 0; i < step.create; ++i)
    work.changes.push_back(Change::create(make_pod(deployment, goal.hash, work.now, random)));
  write_status(deployment, status_of(deployment, goal, observed, work.now), work);
}

/// Of Pods that name this Deployment as their owner, those that mean an earlier one of the same name are not its own.
void split_off_strangers(const api::Object& deployment, std::vector<OwnedPod>& pods, Work& work) {
  const std::string uid = uid_of(deployment);
  std::erase_if(pods, [&](const OwnedPod& pod) {
    const bool is_stranger = pod.view.controller.uid != uid;
    if (is_stranger) work.remove(pod);
    return is_stranger;
  });
}

}  // namespace

Result<bool> DeploymentController::step(sys_seconds now) {
  auto deployments = client_.list({"apps", "Deployment", {}});
  if (!deployments) return std::unexpected(std::move(deployments.error()));
  auto pods = client_.list({"", "Pod", {}});
  if (!pods) return std::unexpected(std::move(pods.error()));
  PodsByOwner owned = by_owner(pods->items);
  Work work{now, {}, {}};
  for (const api::ObjectPtr& deployment : deployments->items) {
    auto own = owned.extract(deployment->key);
    std::vector<OwnedPod> its_pods = own ? std::move(own.mapped()) : std::vector<OwnedPod>();
    split_off_strangers(*deployment, its_pods, work);
    take_step(*deployment, its_pods, random_, work);
  }
  for (const auto& [owner, orphans] : owned) {
    for (const OwnedPod& pod : orphans) work.remove(pod);
  }
  look_again_ = work.look_again;
  return carry_out(std::move(work.changes));
}

Result<bool> DeploymentController::carry_out(std::vector<Change> changes) {
  if (changes.empty()) return false;
  const auto written = client_.write(std::move(changes));
  if (written) return true;
  const ErrorCode code = written.error().code;
  // Somebody was faster: what is to be done follows from what is there now.
  if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound || code == ErrorCode::kAlreadyExists) return true;
  return std::unexpected(written.error());
}

}  // namespace graylane::control
