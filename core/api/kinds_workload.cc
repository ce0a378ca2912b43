#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kWorkloadTypes = R"(
Deployment root
  spec    DeploymentSpec !
  status  DeploymentStatus

DeploymentSpec
  replicas                 int32 =1 min=0
  selector                 LabelSelector !
  template                 PodTemplateSpec !
  strategy                 DeploymentStrategy ={}
  minReadySeconds          int32 min=0
  revisionHistoryLimit     int32 =10 min=0
  paused                   bool
  progressDeadlineSeconds  int32 =600 min=0
  ~containers              put containers under template.spec

DeploymentStrategy retainKeys
  type           string =RollingUpdate enum=RollingUpdate|Recreate
  rollingUpdate  RollingUpdateDeployment

RollingUpdateDeployment
  maxUnavailable  intOrPercent
  maxSurge        intOrPercent

DeploymentStatus
  observedGeneration   int64
  replicas             int32
  updatedReplicas      int32
  readyReplicas        int32
  availableReplicas    int32
  unavailableReplicas  int32
  terminatingReplicas  int32
  collisionCount       int32
  conditions           [DeploymentCondition] keys=type

DeploymentCondition
  type                string !
  status              string ! enum=True|False|Unknown
  lastUpdateTime      time
  lastTransitionTime  time
  reason              string
  message             string

ReplicaSet root
  spec    ReplicaSetSpec !
  status  ReplicaSetStatus

ReplicaSetSpec
  replicas         int32 =1 min=0
  minReadySeconds  int32 min=0
  selector         LabelSelector !
  template         PodTemplateSpec !

ReplicaSetStatus
  replicas              int32
  fullyLabeledReplicas  int32
  readyReplicas         int32
  availableReplicas     int32
  terminatingReplicas   int32
  observedGeneration    int64
  conditions            [Condition] keys=type
)";

}  // namespace graylane::api
