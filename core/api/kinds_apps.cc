#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kAppsTypes = R"(
package io.k8s.api.apps.v1

StatefulSet root
  spec    StatefulSetSpec @2 !
  status  StatefulSetStatus @3

StatefulSetSpec
  replicas                              int32 @1* =1 min=0
  selector                              LabelSelector @2* !
  template                              PodTemplateSpec @3 !
  volumeClaimTemplates                  [PersistentVolumeClaimTemplate] @4
  serviceName                           string @5*
  podManagementPolicy                   string @6 =OrderedReady enum=OrderedReady|Parallel
  updateStrategy                        StatefulSetUpdateStrategy @7 ={}
  revisionHistoryLimit                  int32 @8* =10 min=0
  minReadySeconds                       int32 @9 min=0
  persistentVolumeClaimRetentionPolicy  StatefulSetPersistentVolumeClaimRetentionPolicy @10* ={}
  ordinals                              StatefulSetOrdinals @11*
  ~containers                           put containers under template.spec

StatefulSetUpdateStrategy
  type           string @1 =RollingUpdate enum=RollingUpdate|OnDelete
  rollingUpdate  RollingUpdateStatefulSetStrategy @2*

RollingUpdateStatefulSetStrategy
  partition       int32 @1* =0 min=0
  maxUnavailable  intOrPercent @2*

StatefulSetPersistentVolumeClaimRetentionPolicy
  whenDeleted  string @1 =Retain enum=Retain|Delete
  whenScaled   string @2 =Retain enum=Retain|Delete

StatefulSetOrdinals
  start  int32 @1* min=0

StatefulSetStatus
  observedGeneration  int64 @1
  replicas            int32 @2*
  readyReplicas       int32 @3
  currentReplicas     int32 @4
  updatedReplicas     int32 @5
  currentRevision     string @6
  updateRevision      string @7
  collisionCount      int32 @9*
  conditions          [PlainCondition] @10 keys=type
  availableReplicas   int32 @11*

DaemonSet root
  spec    DaemonSetSpec @2 !
  status  DaemonSetStatus @3

DaemonSetSpec
  selector              LabelSelector @1* !
  template              PodTemplateSpec @2 !
  updateStrategy        DaemonSetUpdateStrategy @3 ={}
  minReadySeconds       int32 @4 min=0
  revisionHistoryLimit  int32 @6* =10 min=0
  ~containers           put containers under template.spec

DaemonSetUpdateStrategy
  type           string @1 =RollingUpdate enum=RollingUpdate|OnDelete
  rollingUpdate  RollingUpdateDaemonSet @2*

RollingUpdateDaemonSet
  maxUnavailable  intOrPercent @1* =1
  maxSurge        intOrPercent @2* =0

DaemonSetStatus
  currentNumberScheduled  int32 @1*
  numberMisscheduled      int32 @2*
  desiredNumberScheduled  int32 @3*
  numberReady             int32 @4*
  observedGeneration      int64 @5
  updatedNumberScheduled  int32 @6
  numberAvailable         int32 @7
  numberUnavailable       int32 @8
  collisionCount          int32 @9*
  conditions              [PlainCondition] @10 keys=type

ControllerRevision root
  data      object @2 atomic
  revision  int64 @3 !
)";

// A Job's defaults are not those of a CronJob's template: fill_batch.cc has them.
const char* const kBatchTypes = R"(
package io.k8s.api.batch.v1

Job root
  spec    JobSpec @2 !
  status  JobStatus @3

JobSpec
  parallelism              int32 @1* min=0
  completions              int32 @2* min=0
  activeDeadlineSeconds    int64 @3* min=0
  selector                 LabelSelector @4*
  manualSelector           bool @5*
  template                 PodTemplateSpec @6 !
  backoffLimit             int32 @7* min=0
  ttlSecondsAfterFinished  int32 @8* min=0
  completionMode           string @9* enum=NonIndexed|Indexed
  suspend                  bool @10*
  podFailurePolicy         PodFailurePolicy @11*
  backoffLimitPerIndex     int32 @12* min=0
  maxFailedIndexes         int32 @13* min=0
  podReplacementPolicy     string @14* enum=TerminatingOrFailed|Failed
  managedBy                string @15*
  successPolicy            SuccessPolicy @16*

PodFailurePolicy
  rules  [PodFailurePolicyRule] @1 !

PodFailurePolicyRule
  action           string @1 ! enum=FailJob|FailIndex|Ignore|Count
  onExitCodes      PodFailurePolicyOnExitCodesRequirement @2*
  onPodConditions  [PodFailurePolicyOnPodConditionsPattern] @3

PodFailurePolicyOnExitCodesRequirement
  containerName  string @1*
  operator       string @2 ! enum=In|NotIn
  values         [int32] @3 set nomerge

PodFailurePolicyOnPodConditionsPattern
  type    string @1 !
  status  string @2 =True

SuccessPolicy
  rules  [SuccessPolicyRule] @1 !

SuccessPolicyRule
  succeededIndexes  string @1*
  succeededCount    int32 @2* min=1

JobStatus
  conditions               [ProbedCondition] @1 keys=type lax
  startTime                time @2*
  completionTime           time @3*
  active                   int32 @4
  succeeded                int32 @5
  failed                   int32 @6
  completedIndexes         string @7
  uncountedTerminatedPods  UncountedTerminatedPods @8*
  ready                    int32 @9*
  failedIndexes            string @10*
  terminating              int32 @11*

UncountedTerminatedPods
  succeeded  [string] @1 set nomerge
  failed     [string] @2 set nomerge

CronJob root
  spec    CronJobSpec @2 !
  status  CronJobStatus @3

CronJobSpec
  schedule                    string @1 !
  startingDeadlineSeconds     int64 @2* min=0
  concurrencyPolicy           string @3 =Allow enum=Allow|Forbid|Replace
  suspend                     bool @4* =false
  jobTemplate                 JobTemplateSpec @5 !
  successfulJobsHistoryLimit  int32 @6* =3 min=0
  failedJobsHistoryLimit      int32 @7* =1 min=0
  timeZone                    string @8*

JobTemplateSpec
  metadata  ObjectMeta @1
  spec      JobSpec @2 !

CronJobStatus
  active              [ObjectReference] @1
  lastScheduleTime    time @4*
  lastSuccessfulTime  time @5*
)";

}  // namespace graylane::api
