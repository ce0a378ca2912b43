#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kWorkloadTypes = R"(
package io.k8s.api.apps.v1

Deployment root
  spec    DeploymentSpec @2 !
  status  DeploymentStatus @3

DeploymentSpec
  replicas                 int32 @1* =1 min=0
  selector                 LabelSelector @2* !
  template                 PodTemplateSpec @3 !
  strategy                 DeploymentStrategy @4 ={}
  minReadySeconds          int32 @5 min=0
  revisionHistoryLimit     int32 @6* =10 min=0
  paused                   bool @7
  progressDeadlineSeconds  int32 @9* =600 min=0
  ~containers              put containers under template.spec

DeploymentStrategy retainKeys
  type           string @1 =RollingUpdate enum=RollingUpdate|Recreate
  rollingUpdate  RollingUpdateDeployment @2*

RollingUpdateDeployment
  maxUnavailable  intOrPercent @1*
  maxSurge        intOrPercent @2*

DeploymentStatus
  observedGeneration   int64 @1
  replicas             int32 @2
  updatedReplicas      int32 @3
  readyReplicas        int32 @7
  availableReplicas    int32 @4
  unavailableReplicas  int32 @5
  terminatingReplicas  int32 @9*
  collisionCount       int32 @8*
  conditions           [DeploymentCondition] @6 keys=type

DeploymentCondition
  type                string @1 !
  status              string @2 ! enum=True|False|Unknown
  lastUpdateTime      time @6
  lastTransitionTime  time @7
  reason              string @4
  message             string @5

ReplicaSet root
  spec    ReplicaSetSpec @2 !
  status  ReplicaSetStatus @3

ReplicaSetSpec
  replicas         int32 @1* =1 min=0
  minReadySeconds  int32 @4 min=0
  selector         LabelSelector @2* !
  template         PodTemplateSpec @3 !

ReplicaSetStatus
  replicas              int32 @1*
  fullyLabeledReplicas  int32 @2
  readyReplicas         int32 @4
  availableReplicas     int32 @5
  terminatingReplicas   int32 @7*
  observedGeneration    int64 @3
  conditions            [ReplicaSetCondition] @6 keys=type

ReplicaSetCondition
  type                string @1 !
  status              string @2 !
  lastTransitionTime  time @3
  reason              string @4
  message             string @5
)";

}  // namespace graylane::api
