#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kVolumeTypes = R"(
package io.k8s.api.core.v1

Volume
  name                   label @1 !
  configMap              ConfigMapVolumeSource @2/19*
  secret                 SecretVolumeSource @2/6*
  emptyDir               EmptyDirVolumeSource @2/2*
  hostPath               HostPathVolumeSource @2/1*
  persistentVolumeClaim  PersistentVolumeClaimVolumeSource @2/10*
  projected              ProjectedVolumeSource @2/26*
  downwardAPI            DownwardAPIVolumeSource @2/16*
  nfs                    NFSVolumeSource @2/7*
  csi                    CSIVolumeSource @2/28*
  ephemeral              EphemeralVolumeSource @2/29*
  image                  ImageVolumeSource @2/30*
  awsElasticBlockStore   AWSElasticBlockStoreVolumeSource @2/4*
  azureDisk              AzureDiskVolumeSource @2/22*
  azureFile              AzureFileVolumeSource @2/18*
  cephfs                 CephFSVolumeSource @2/14*
  cinder                 CinderVolumeSource @2/13*
  fc                     FCVolumeSource @2/17*
  flexVolume             FlexVolumeSource @2/12*
  flocker                FlockerVolumeSource @2/15*
  gcePersistentDisk      GCEPersistentDiskVolumeSource @2/3*
  gitRepo                GitRepoVolumeSource @2/5*
  glusterfs              GlusterfsVolumeSource @2/9*
  iscsi                  ISCSIVolumeSource @2/8*
  photonPersistentDisk   PhotonPersistentDiskVolumeSource @2/23*
  portworxVolume         PortworxVolumeSource @2/24*
  quobyte                QuobyteVolumeSource @2/21*
  rbd                    RBDVolumeSource @2/11*
  scaleIO                ScaleIOVolumeSource @2/25*
  storageos              StorageOSVolumeSource @2/27*
  vsphereVolume          VsphereVirtualDiskVolumeSource @2/20*

KeyToPath
  key   string @1 !
  path  string @2 !
  mode  int32 @3* min=0 max=511

ConfigMapVolumeSource
  name         string @1/1
  items        [KeyToPath] @2
  defaultMode  int32 @3* =420 min=0 max=511
  optional     bool @4*

SecretVolumeSource
  secretName   string @1
  items        [KeyToPath] @2
  defaultMode  int32 @3* =420 min=0 max=511
  optional     bool @4*
  ~name        write secretName

EmptyDirVolumeSource
  medium     string @1
  sizeLimit  quantity @2*

HostPathVolumeSource
  path  string @1 !
  type  string @2* = enum=|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice

PersistentVolumeClaimVolumeSource
  claimName  string @1 !
  readOnly   bool @2

NFSVolumeSource
  server    string @1 !
  path      string @2 !
  readOnly  bool @3

CSIVolumeSource
  driver                string @1 !
  readOnly              bool @2*
  fsType                string @3*
  volumeAttributes      {string} @4
  nodePublishSecretRef  LocalObjectReference @5*

ImageVolumeSource
  reference   string @1
  pullPolicy  string @2 enum=Always|IfNotPresent|Never

DownwardAPIVolumeSource
  items        [DownwardAPIVolumeFile] @1
  defaultMode  int32 @2* =420 min=0 max=511

DownwardAPIVolumeFile
  path              string @1 !
  fieldRef          ObjectFieldSelector @2*
  resourceFieldRef  ResourceFieldSelector @3*
  mode              int32 @4* min=0 max=511

ProjectedVolumeSource
  sources      [VolumeProjection] @1
  defaultMode  int32 @2* =420 min=0 max=511

VolumeProjection
  secret               ProjectedKeys @1*
  configMap            ProjectedKeys @3*
  downwardAPI          DownwardAPIProjection @2*
  serviceAccountToken  ServiceAccountTokenProjection @4*
  clusterTrustBundle   ClusterTrustBundleProjection @5*
  podCertificate       PodCertificateProjection @6*

ProjectedKeys
  name      string @1/1
  items     [KeyToPath] @2
  optional  bool @4*

DownwardAPIProjection
  items  [DownwardAPIVolumeFile] @1

ServiceAccountTokenProjection
  audience           string @1
  expirationSeconds  int64 @2* =3600 min=600
  path               string @3 !

ClusterTrustBundleProjection
  name           string @1*
  signerName     string @2*
  labelSelector  LabelSelector @3*
  optional       bool @5*
  path           string @4 !

PodCertificateProjection
  signerName            string @1
  keyType               string @2
  maxExpirationSeconds  int32 @3*
  credentialBundlePath  string @4
  keyPath               string @5
  certificateChainPath  string @6
  userAnnotations       {string} @7
)";

}  // namespace graylane::api
