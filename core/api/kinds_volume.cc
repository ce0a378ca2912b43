#include "api/kinds_tables.h"

namespace graylane::api {

// Sources that are rarely used, or that Kubernetes no longer serves, keep what they are given.
const char* const kVolumeTypes = R"(
Volume
  name                   label !
  configMap              ConfigMapVolumeSource
  secret                 SecretVolumeSource
  emptyDir               EmptyDirVolumeSource
  hostPath               HostPathVolumeSource
  persistentVolumeClaim  PersistentVolumeClaimVolumeSource
  projected              ProjectedVolumeSource
  downwardAPI            DownwardAPIVolumeSource
  nfs                    NFSVolumeSource
  csi                    CSIVolumeSource
  ephemeral              object
  image                  ImageVolumeSource
  awsElasticBlockStore   object
  azureDisk              object
  azureFile              object
  cephfs                 object
  cinder                 object
  fc                     object
  flexVolume             object
  flocker                object
  gcePersistentDisk      object
  gitRepo                object
  glusterfs              object
  iscsi                  object
  photonPersistentDisk   object
  portworxVolume         object
  quobyte                object
  rbd                    object
  scaleIO                object
  storageos              object
  vsphereVolume          object

KeyToPath
  key   string !
  path  string !
  mode  int32 min=0 max=511

ConfigMapVolumeSource
  name         string
  items        [KeyToPath]
  defaultMode  int32 =420 min=0 max=511
  optional     bool

SecretVolumeSource
  secretName   string
  items        [KeyToPath]
  defaultMode  int32 =420 min=0 max=511
  optional     bool
  ~name        write secretName

EmptyDirVolumeSource
  medium     string
  sizeLimit  quantity

HostPathVolumeSource
  path  string !
  type  string = enum=|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice

PersistentVolumeClaimVolumeSource
  claimName  string !
  readOnly   bool

NFSVolumeSource
  server    string !
  path      string !
  readOnly  bool

CSIVolumeSource
  driver                string !
  readOnly              bool
  fsType                string
  volumeAttributes      {string}
  nodePublishSecretRef  LocalObjectReference

ImageVolumeSource
  reference   string
  pullPolicy  string enum=Always|IfNotPresent|Never

DownwardAPIVolumeSource
  items        [DownwardAPIVolumeFile]
  defaultMode  int32 =420 min=0 max=511

DownwardAPIVolumeFile
  path              string !
  fieldRef          ObjectFieldSelector
  resourceFieldRef  ResourceFieldSelector
  mode              int32 min=0 max=511

ProjectedVolumeSource
  sources      [VolumeProjection]
  defaultMode  int32 =420 min=0 max=511

VolumeProjection
  secret               ProjectedKeys
  configMap            ProjectedKeys
  downwardAPI          DownwardAPIProjection
  serviceAccountToken  ServiceAccountTokenProjection
  clusterTrustBundle   object
  podCertificate       object

ProjectedKeys
  name      string
  items     [KeyToPath]
  optional  bool

DownwardAPIProjection
  items  [DownwardAPIVolumeFile]

ServiceAccountTokenProjection
  audience           string
  expirationSeconds  int64 =3600 min=600
  path               string !
)";

}  // namespace graylane::api
