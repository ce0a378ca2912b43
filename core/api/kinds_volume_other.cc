#include "api/kinds_tables.h"

namespace graylane::api {

// Sources of volumes that belong to one storage product. Kubernetes still reads them all.
const char* const kOtherVolumeTypes = R"(
package io.k8s.api.core.v1

AWSElasticBlockStoreVolumeSource
  volumeID   string @1 !
  fsType     string @2
  partition  int32 @3
  readOnly   bool @4

AzureDiskVolumeSource
  diskName     string @1 !
  diskURI      string @2 !
  cachingMode  string @3* =ReadWrite
  fsType       string @4* =ext4
  readOnly     bool @5* =false
  kind         string @6* =Shared

AzureFileVolumeSource
  secretName  string @1 !
  shareName   string @2 !
  readOnly    bool @3

CephFSVolumeSource
  monitors    [string] @1 !
  path        string @2
  user        string @3
  secretFile  string @4
  secretRef   LocalObjectReference @5*
  readOnly    bool @6

CinderVolumeSource
  volumeID   string @1 !
  fsType     string @2
  readOnly   bool @3
  secretRef  LocalObjectReference @4*

FCVolumeSource
  targetWWNs  [string] @1
  lun         int32 @2*
  fsType      string @3
  readOnly    bool @4
  wwids       [string] @5

FlexVolumeSource
  driver     string @1 !
  fsType     string @2
  secretRef  LocalObjectReference @3*
  readOnly   bool @4
  options    {string} @5

FlockerVolumeSource
  datasetName  string @1
  datasetUUID  string @2

GCEPersistentDiskVolumeSource
  pdName     string @1 !
  fsType     string @2
  partition  int32 @3
  readOnly   bool @4

GitRepoVolumeSource
  repository  string @1 !
  revision    string @2
  directory   string @3

GlusterfsVolumeSource
  endpoints  string @1 !
  path       string @2 !
  readOnly   bool @3

ISCSIVolumeSource
  targetPortal       string @1 !
  iqn                string @2 !
  lun                int32 @3*
  iscsiInterface     string @4 =default
  fsType             string @5
  readOnly           bool @6
  portals            [string] @7
  chapAuthDiscovery  bool @8
  chapAuthSession    bool @11
  secretRef          LocalObjectReference @10*
  initiatorName      string @12*

PhotonPersistentDiskVolumeSource
  pdID    string @1 !
  fsType  string @2

PortworxVolumeSource
  volumeID  string @1 !
  fsType    string @2
  readOnly  bool @3

QuobyteVolumeSource
  registry  string @1 !
  volume    string @2 !
  readOnly  bool @3
  user      string @4
  group     string @5
  tenant    string @6

RBDVolumeSource
  monitors   [string] @1 !
  image      string @2 !
  fsType     string @3
  pool       string @4 =rbd
  user       string @5 =admin
  keyring    string @6 =/etc/ceph/keyring
  secretRef  LocalObjectReference @7*
  readOnly   bool @8

ScaleIOVolumeSource
  gateway           string @1 !
  system            string @2 !
  secretRef         LocalObjectReference @3*
  sslEnabled        bool @4
  protectionDomain  string @5
  storagePool       string @6
  storageMode       string @7 =ThinProvisioned
  volumeName        string @8
  fsType            string @9 =xfs
  readOnly          bool @10

StorageOSVolumeSource
  volumeName       string @1
  volumeNamespace  string @2
  fsType           string @3
  readOnly         bool @4
  secretRef        LocalObjectReference @5*

VsphereVirtualDiskVolumeSource
  volumePath         string @1 !
  fsType             string @2
  storagePolicyName  string @3
  storagePolicyID    string @4

GlusterfsPersistentVolumeSource
  endpoints           string @1 !
  path                string @2 !
  readOnly            bool @3
  endpointsNamespace  string @4*

RBDPersistentVolumeSource
  monitors   [string] @1 !
  image      string @2 !
  fsType     string @3
  pool       string @4 =rbd
  user       string @5 =admin
  keyring    string @6 =/etc/ceph/keyring
  secretRef  SecretReference @7*
  readOnly   bool @8

ISCSIPersistentVolumeSource
  targetPortal       string @1 !
  iqn                string @2 !
  lun                int32 @3*
  iscsiInterface     string @4 =default
  fsType             string @5
  readOnly           bool @6
  portals            [string] @7
  chapAuthDiscovery  bool @8
  chapAuthSession    bool @11
  secretRef          SecretReference @10*
  initiatorName      string @12*

CinderPersistentVolumeSource
  volumeID   string @1 !
  fsType     string @2
  readOnly   bool @3
  secretRef  SecretReference @4*

CephFSPersistentVolumeSource
  monitors    [string] @1 !
  path        string @2
  user        string @3
  secretFile  string @4
  secretRef   SecretReference @5*
  readOnly    bool @6

FlexPersistentVolumeSource
  driver     string @1 !
  fsType     string @2
  secretRef  SecretReference @3*
  readOnly   bool @4
  options    {string} @5

AzureFilePersistentVolumeSource
  secretName       string @1 !
  shareName        string @2 !
  readOnly         bool @3
  secretNamespace  string @4*

ScaleIOPersistentVolumeSource
  gateway           string @1 !
  system            string @2 !
  secretRef         SecretReference @3*
  sslEnabled        bool @4
  protectionDomain  string @5
  storagePool       string @6
  storageMode       string @7 =ThinProvisioned
  volumeName        string @8
  fsType            string @9 =xfs
  readOnly          bool @10

LocalVolumeSource
  path    string @1 !
  fsType  string @2*

StorageOSPersistentVolumeSource
  volumeName       string @1
  volumeNamespace  string @2
  fsType           string @3
  readOnly         bool @4
  secretRef        ObjectReference @5*

CSIPersistentVolumeSource
  driver                      string @1 !
  volumeHandle                string @2 !
  readOnly                    bool @3
  fsType                      string @4
  volumeAttributes            {string} @5
  controllerPublishSecretRef  SecretReference @6*
  nodeStageSecretRef          SecretReference @7*
  nodePublishSecretRef        SecretReference @8*
  controllerExpandSecretRef   SecretReference @9*
  nodeExpandSecretRef         SecretReference @10*

EphemeralVolumeSource
  volumeClaimTemplate  EphemeralVolumeClaim @1*

EphemeralVolumeClaim
  metadata  ObjectMeta @1
  spec      PersistentVolumeClaimSpec @2 !

SecretReference atomic
  name       string @1
  namespace  string @2
)";

}  // namespace graylane::api
