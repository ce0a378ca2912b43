#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kStorageTypes = R"(
package io.k8s.api.core.v1

PersistentVolume root
  spec    PersistentVolumeSpec @2 !
  status  PersistentVolumeStatus @3 ={}

PersistentVolumeSpec
  capacity                       {quantity} @1 !
  accessModes                    [string] @3
  claimRef                       ObjectReference @4*
  persistentVolumeReclaimPolicy  string @5 =Retain enum=Retain|Delete|Recycle
  storageClassName               string @6
  mountOptions                   [string] @7
  volumeMode                     string @8* =Filesystem enum=Filesystem|Block
  nodeAffinity                   VolumeNodeAffinity @9*
  volumeAttributesClassName      string @10*
  hostPath                       HostPathVolumeSource @2/3*
  nfs                            NFSVolumeSource @2/5*
  gcePersistentDisk              GCEPersistentDiskVolumeSource @2/1*
  awsElasticBlockStore           AWSElasticBlockStoreVolumeSource @2/2*
  glusterfs                      GlusterfsPersistentVolumeSource @2/4*
  rbd                            RBDPersistentVolumeSource @2/6*
  iscsi                          ISCSIPersistentVolumeSource @2/7*
  cinder                         CinderPersistentVolumeSource @2/8*
  cephfs                         CephFSPersistentVolumeSource @2/9*
  fc                             FCVolumeSource @2/10*
  flocker                        FlockerVolumeSource @2/11*
  flexVolume                     FlexPersistentVolumeSource @2/12*
  azureFile                      AzureFilePersistentVolumeSource @2/13*
  vsphereVolume                  VsphereVirtualDiskVolumeSource @2/14*
  quobyte                        QuobyteVolumeSource @2/15*
  azureDisk                      AzureDiskVolumeSource @2/16*
  photonPersistentDisk           PhotonPersistentDiskVolumeSource @2/17*
  portworxVolume                 PortworxVolumeSource @2/18*
  scaleIO                        ScaleIOPersistentVolumeSource @2/19*
  local                          LocalVolumeSource @2/20*
  storageos                      StorageOSPersistentVolumeSource @2/21*
  csi                            CSIPersistentVolumeSource @2/22*

VolumeNodeAffinity
  required  NodeSelector @1*

PersistentVolumeStatus
  phase                    string @1 =Pending
  message                  string @2
  reason                   string @3
  lastPhaseTransitionTime  time @4*

PersistentVolumeClaim root
  spec    PersistentVolumeClaimSpec @2 !
  status  PersistentVolumeClaimStatus @3 ={}

PersistentVolumeClaimSpec
  accessModes                [string] @1 !
  resources                  VolumeResourceRequirements @2 !
  volumeName                 string @3
  selector                   LabelSelector @4*
  storageClassName           string @5*
  volumeMode                 string @6* =Filesystem enum=Filesystem|Block
  dataSource                 TypedLocalObjectReference @7*
  dataSourceRef              TypedObjectReference @8*
  volumeAttributesClassName  string @9*

VolumeResourceRequirements
  limits    {quantity} @1
  requests  {quantity} @2

TypedObjectReference
  apiGroup   string @1*
  kind       string @2 !
  name       string @3 !
  namespace  string @4*

PersistentVolumeClaimStatus
  phase                             string @1 =Pending
  accessModes                       [string] @2
  capacity                          {quantity} @3
  conditions                        [ProbedCondition] @4 keys=type
  allocatedResources                {quantity} @5
  allocatedResourceStatuses         {string} @7
  currentVolumeAttributesClassName  string @8*
  modifyVolumeStatus                ModifyVolumeStatus @9*

ModifyVolumeStatus
  targetVolumeAttributesClassName  string @1
  status                           string @2*

PersistentVolumeClaimTemplate
  apiVersion  string =v1
  kind        string =PersistentVolumeClaim
  metadata    ObjectMeta @1
  spec        PersistentVolumeClaimSpec @2 !
  status      PersistentVolumeClaimStatus @3 ={}

package io.k8s.api.storage.v1

StorageClass root
  provisioner           string @2 !
  parameters            {string} @3
  reclaimPolicy         string @4* =Delete enum=Retain|Delete|Recycle
  mountOptions          [string] @5
  allowVolumeExpansion  bool @6*
  volumeBindingMode     string @7* =Immediate enum=Immediate|WaitForFirstConsumer
  allowedTopologies     [TopologySelectorTerm] @8

package io.k8s.api.core.v1

TopologySelectorTerm atomic
  matchLabelExpressions  [TopologySelectorLabelRequirement] @1

TopologySelectorLabelRequirement
  key     string @1 !
  values  [string] @2 !
)";

}  // namespace graylane::api
