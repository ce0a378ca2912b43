#include "api/kinds_tables.h"

namespace graylane::api {

// What is said of a Pod that exists. Nothing is required here: whoever reports leaves out what it does not know.
const char* const kPodStatusTypes = R"(
package io.k8s.api.core.v1

PodStatus
  observedGeneration                    int64 @17
  phase                                 string @1 enum=Pending|Running|Succeeded|Failed|Unknown
  conditions                            [PodCondition] @2 keys=type
  message                               string @3
  reason                                string @4
  nominatedNodeName                     string @11
  hostIP                                string @5
  hostIPs                               [HostIP] @16 keys=ip
  podIP                                 string @6
  podIPs                                [PodIP] @12 keys=ip
  startTime                             time @7*
  initContainerStatuses                 [ContainerStatus] @10
  containerStatuses                     [ContainerStatus] @8
  qosClass                              string @9
  ephemeralContainerStatuses            [ContainerStatus] @13
  resize                                string @14
  resourceClaimStatuses                 [PodResourceClaimStatus] @15 keys=name retainKeys
  extendedResourceClaimStatus           PodExtendedResourceClaimStatus @18*
  allocatedResources                    {quantity} @19
  resources                             ResourceRequirements @20*
  nodeAllocatableResourceClaimStatuses  [NodeAllocatableResourceClaimStatus] @21

HostIP
  ip  string @1*

ContainerStatus
  name                      string @1*
  state                     ContainerState @2
  lastState                 ContainerState @3
  ready                     bool @4*
  restartCount              int32 @5*
  image                     string @6*
  imageID                   string @7*
  containerID               string @8
  started                   bool @9*
  allocatedResources        {quantity} @10
  resources                 ResourceRequirements @11*
  volumeMounts              [VolumeMountStatus] @12 keys=mountPath
  user                      ContainerUser @13*
  allocatedResourcesStatus  [ResourceStatus] @14 keys=name
  stopSignal                string @15*

PodResourceClaimStatus
  name               string @1*
  resourceClaimName  string @2*

PodExtendedResourceClaimStatus
  requestMappings    [ContainerExtendedResourceRequest] @1
  resourceClaimName  string @2*

NodeAllocatableResourceClaimStatus
  resourceClaimName  string @1*
  containers         [string] @2 set nomerge
  resources          {quantity} @3

ContainerState
  waiting     ContainerStateWaiting @1*
  running     ContainerStateRunning @2*
  terminated  ContainerStateTerminated @3*

VolumeMountStatus
  name               string @1*
  mountPath          string @2*
  readOnly           bool @3
  recursiveReadOnly  string @4*
  volumeStatus       VolumeStatus @5*

ContainerUser
  linux  LinuxContainerUser @1*

ResourceStatus
  name       string @1*
  resources  [ResourceHealth] @2 keys=resourceID nomerge

ContainerExtendedResourceRequest
  containerName  string @1*
  resourceName   string @2*
  requestName    string @3*

ContainerStateWaiting
  reason   string @1
  message  string @2

ContainerStateRunning
  startedAt  time @1

ContainerStateTerminated
  exitCode     int32 @1*
  signal       int32 @2
  reason       string @3
  message      string @4
  startedAt    time @5
  finishedAt   time @6
  containerID  string @7

VolumeStatus
  image  ImageVolumeStatus @1*

LinuxContainerUser
  uid                 int64 @1*
  gid                 int64 @2*
  supplementalGroups  [int64] @3

ResourceHealth
  resourceID  string @1*
  health      string @2
  message     string @6*

ImageVolumeStatus
  imageRef  string @1

PodCondition
  type                string @1 !
  status              string @2 !
  observedGeneration  int64 @7
  lastProbeTime       time @3
  lastTransitionTime  time @4
  reason              string @5
  message             string @6

PodIP
  ip  string @1 !
)";

}  // namespace graylane::api
