#include "api/kinds_tables.h"

namespace graylane::api {

// What else the core group has, and the Events and Leases that belong to everybody.
const char* const kCoreTypes = R"(
package io.k8s.api.core.v1

Event root
  involvedObject      ObjectReference @2 ={}
  reason              string @3
  message             string @4
  source              EventSource @5 ={}
  firstTimestamp      time @6
  lastTimestamp       time @7
  count               int32 @8
  type                string @9
  eventTime           microTime @10
  series              EventSeries @11*
  action              string @12
  related             ObjectReference @13*
  reportingComponent  string @14 =
  reportingInstance   string @15 =
  ~regarding          write involvedObject, or apiVersion: events.k8s.io/v1
  ~note               write message, or apiVersion: events.k8s.io/v1

EventSource
  component  string @1
  host       string @2

EventSeries
  count             int32 @1*
  lastObservedTime  microTime @2

package io.k8s.api.events.v1

NewEvent root
  eventTime                 microTime @2
  series                    EventSeries @3*
  reportingController       string @4
  reportingInstance         string @5
  action                    string @6
  reason                    string @7
  regarding                 ObjectReference @8 ={}
  related                   ObjectReference @9*
  note                      string @10
  type                      string @11
  deprecatedSource          EventSource @12
  deprecatedFirstTimestamp  time @13
  deprecatedLastTimestamp   time @14
  deprecatedCount           int32 @15
  ~involvedObject           write regarding, or apiVersion: v1
  ~message                  write note, or apiVersion: v1

package io.k8s.api.coordination.v1

Lease root
  spec  LeaseSpec @2

LeaseSpec
  holderIdentity        string @1*
  leaseDurationSeconds  int32 @2* min=1
  acquireTime           microTime @3*
  renewTime             microTime @4*
  leaseTransitions      int32 @5* min=0
  strategy              string @6*
  preferredHolder       string @7*

package io.k8s.api.core.v1

ServiceAccount root
  secrets                       [ObjectReference] @2 keys=name lax
  imagePullSecrets              [LocalObjectReference] @3
  automountServiceAccountToken  bool @4*

ReplicationController root
  spec    ReplicationControllerSpec @2 !
  status  ReplicationControllerStatus @3

ReplicationControllerSpec
  replicas         int32 @1* =1 min=0
  selector         {string} @2 atomic
  template         PodTemplateSpec @3* !
  minReadySeconds  int32 @4 min=0

ReplicationControllerStatus
  replicas              int32 @1*
  fullyLabeledReplicas  int32 @2
  observedGeneration    int64 @3
  readyReplicas         int32 @4
  availableReplicas     int32 @5
  conditions            [PlainCondition] @6 keys=type

PlainCondition
  type                string @1 !
  status              string @2 !
  lastTransitionTime  time @3
  reason              string @4
  message             string @5

ProbedCondition
  type                string @1 !
  status              string @2 !
  lastProbeTime       time @3
  lastTransitionTime  time @4
  reason              string @5
  message             string @6

PodTemplate root
  template  PodTemplateSpec @2

ResourceQuota root
  spec    ResourceQuotaSpec @2 ={}
  status  ResourceQuotaStatus @3

ResourceQuotaSpec
  hard           {quantity} @1
  scopes         [string] @2
  scopeSelector  ScopeSelector @3*

ResourceQuotaStatus
  hard  {quantity} @1
  used  {quantity} @2

ScopeSelector atomic
  matchExpressions  [ScopedResourceSelectorRequirement] @1

ScopedResourceSelectorRequirement
  scopeName  string @1 !
  operator   string @2 ! enum=In|NotIn|Exists|DoesNotExist
  values     [string] @3

LimitRange root
  spec  LimitRangeSpec @2 ={}

LimitRangeSpec
  limits  [LimitRangeItem] @1

LimitRangeItem
  type                  string @1 !
  max                   {quantity} @2
  min                   {quantity} @3
  default               {quantity} @4
  defaultRequest        {quantity} @5
  maxLimitRequestRatio  {quantity} @6

Node root
  spec    NodeSpec @2 ={}
  status  NodeStatus @3

NodeSpec
  podCIDR        string @1
  externalID     string @2
  providerID     string @3
  unschedulable  bool @4
  taints         [Taint] @5
  configSource   NodeConfigSource @6*
  podCIDRs       [string] @7 set

Taint
  key        string @1 !
  value      string @2
  effect     string @3 ! enum=NoSchedule|PreferNoSchedule|NoExecute
  timeAdded  time @4*

NodeStatus
  capacity         {quantity} @1
  allocatable      {quantity} @2
  phase            string @3
  conditions       [NodeCondition] @4 keys=type
  addresses        [NodeAddress] @5 keys=type lax
  daemonEndpoints  NodeDaemonEndpoints @6
  nodeInfo         NodeSystemInfo @7
  images           [ContainerImage] @8
  volumesInUse     [string] @9
  volumesAttached  [AttachedVolume] @10
  config            NodeConfigStatus @11*
  runtimeHandlers   [NodeRuntimeHandler] @12
  features          NodeFeatures @13*
  declaredFeatures  [string] @14

NodeCondition
  type                string @1 !
  status              string @2 !
  lastHeartbeatTime   time @3
  lastTransitionTime  time @4
  reason              string @5
  message             string @6

NodeAddress
  type     string @1 !
  address  string @2 !

NodeSystemInfo
  machineID                string @1*
  systemUUID               string @2*
  bootID                   string @3*
  kernelVersion            string @4*
  osImage                  string @5*
  containerRuntimeVersion  string @6*
  kubeletVersion           string @7*
  kubeProxyVersion         string @8*
  operatingSystem          string @9*
  architecture             string @10*
  swap                     NodeSwapStatus @11*

ContainerImage
  names      [string] @1
  sizeBytes  int64 @2

AttachedVolume
  name        string @1 !
  devicePath  string @2 !

NodeConfigSource
  configMap  ConfigMapNodeConfigSource @2*

NodeDaemonEndpoints
  kubeletEndpoint  DaemonEndpoint @1

NodeConfigStatus
  assigned       NodeConfigSource @1*
  active         NodeConfigSource @2*
  lastKnownGood  NodeConfigSource @3*
  error          string @4

NodeRuntimeHandler
  name      string @1*
  features  NodeRuntimeHandlerFeatures @2*

NodeFeatures
  supplementalGroupsPolicy  bool @1*

NodeSwapStatus
  capacity  int64 @1*

ConfigMapNodeConfigSource
  namespace         string @1*
  name              string @2*
  uid               string @3
  resourceVersion   string @4
  kubeletConfigKey  string @5*

DaemonEndpoint
  Port  int32 @1*

NodeRuntimeHandlerFeatures
  recursiveReadOnlyMounts  bool @1*
  userNamespaces           bool @2*
)";

}  // namespace graylane::api
