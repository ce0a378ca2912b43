// What is to be done about one Deployment now: a pure function of it, its ReplicaSets and the time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "control/deployment_controller.h"

namespace graylane::control {

struct ObservedDeployment {
  const Mirror<DeploymentView>::Entry& deployment;
  std::vector<const Mirror<OwnedSetView>::Entry*> sets;  // its own
  std::function<bool(const api::ObjectKey&)> is_taken;   // whether there is such a ReplicaSet, whoever's
};

/// Appends to `work`. `random`: for uids.
void decide(const ObservedDeployment& observed, route::Rng& random, Work& work);

}  // namespace graylane::control
