// ReplicaSets as a Deployment has them: which one is of its template, their revisions, sizes and annotations. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "api/object.h"
#include "control/deployment_rollout.h"
#include "control/label_selector.h"
#include "route/split.h"

namespace graylane::control {

inline constexpr const char* kRevision = "deployment.kubernetes.io/revision";

/// A ReplicaSet, read once per change.
struct OwnedSetView {
  ObservedSet observed = {};
  LabelSelector selector = {};
  api::Labels labels = {};
  std::string owner_kind = {};  // who manages it; empty: nobody
  std::string owner_name = {};
  std::string owner_uid = {};
  doc::Value pod_template = {};  // see comparable_template()
  doc::Value failure = {};       // its condition ReplicaFailure; null: none
  int32_t ready = 0;
  int64_t revision = 0;
  bool terminating = false;
  bool observed_all = false;  // its status is about the present generation
};

OwnedSetView read_owned_set(const api::Object& object);

/// A template without what does not count when two are compared: the hash label, nulls, empty labels and annotations.
doc::Value comparable_template(const doc::Value& pod_template);

/// The hash that Kubernetes gives a Pod template with its defaults; another one for each number of collisions with what others
/// have called their sets.
std::string template_hash(const doc::Value& pod_template, int64_t collisions = 0);

/// A new ReplicaSet of the Deployment's template, called DEPLOYMENT-HASH; without revision and sizes.
api::Object make_replica_set(const api::Object& deployment, const std::string& hash, std::chrono::sys_seconds now,
                             route::Rng& random);

// What an update of a set writes into it. Each says nothing: the object is compared with what it was.
void set_size(api::Object& set, int32_t replicas);
void note_goal(api::Object& set, const RolloutGoal& goal);
/// The revision becomes `revision` unless it is younger; an earlier one is kept in the history.
void set_revision(api::Object& set, int64_t revision);
/// What people have written on the Deployment is said on the set of its template, too: why the change was made, for example.
void copy_annotations(const api::Object& deployment, api::Object& set);
void set_min_ready_seconds(api::Object& set, const api::Object& deployment);

}  // namespace graylane::control
