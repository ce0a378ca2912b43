#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kPodTypes = R"(
package io.k8s.api.core.v1

Pod root
  spec    PodSpec @2 !
  status  PodStatus @3

PodTemplateSpec
  metadata  ObjectMeta @1
  spec      PodSpec @2 !
  ~containers  put containers under spec

PodSpec
  volumes                        [Volume] @1 keys=name retainKeys
  initContainers                 [Container] @20 keys=name
  containers                     [Container] @2 ! keys=name
  ephemeralContainers            [EphemeralContainer] @34 keys=name
  restartPolicy                  string @3 =Always enum=Always|OnFailure|Never
  terminationGracePeriodSeconds  int64 @4* =30
  activeDeadlineSeconds          int64 @5* min=1
  dnsPolicy                      string @6 =ClusterFirst enum=ClusterFirst|ClusterFirstWithHostNet|Default|None
  nodeSelector                   {string} @7 atomic
  serviceAccountName             subdomain @8
  serviceAccount                 subdomain @9
  automountServiceAccountToken   bool @21*
  nodeName                       string @10
  hostNetwork                    bool @11
  hostPID                        bool @12
  hostIPC                        bool @13
  hostUsers                      bool @37*
  shareProcessNamespace          bool @27*
  securityContext                PodSecurityContext @14* ={}
  imagePullSecrets               [LocalObjectReference] @15 keys=name lax
  hostname                       label @16
  hostnameOverride               subdomain @41*
  subdomain                      label @17
  setHostnameAsFQDN              bool @35*
  affinity                       Affinity @18*
  schedulerName                  string @19 =default-scheduler
  schedulingGates                [PodSchedulingGate] @38 keys=name
  schedulingGroup                PodSchedulingGroup @43*
  tolerations                    [Toleration] @22
  topologySpreadConstraints      [TopologySpreadConstraint] @33 keys=topologyKey,whenUnsatisfiable
  hostAliases                    [HostAlias] @23 keys=ip lax
  priorityClassName              string @24
  priority                       int32 @25*
  preemptionPolicy               string @31* enum=Never|PreemptLowerPriority
  dnsConfig                      PodDNSConfig @26*
  readinessGates                 [PodReadinessGate] @28
  runtimeClassName               subdomain @29*
  enableServiceLinks             bool @30*
  overhead                       {quantity} @32
  os                             PodOS @36*
  resources                      ResourceRequirements @40*
  resourceClaims                 [PodResourceClaim] @39 keys=name retainKeys
  ~replicas    replicas belongs to the Deployment's spec, beside template
  ~ports       put ports under a container

PodSecurityContext
  seLinuxOptions            SELinuxOptions @1*
  seLinuxChangePolicy       string @13* enum=Recursive|MountOption
  windowsOptions            WindowsSecurityContextOptions @8*
  runAsUser                 int64 @2* min=0
  runAsGroup                int64 @6* min=0
  runAsNonRoot              bool @3*
  supplementalGroups        [int64] @4
  supplementalGroupsPolicy  string @12* enum=Merge|Strict
  fsGroup                   int64 @5* min=0
  fsGroupChangePolicy       string @9* enum=Always|OnRootMismatch
  sysctls                   [NameValue] @7
  seccompProfile            SecurityProfile @10*
  appArmorProfile           SecurityProfile @11*

NameValue
  name   string @1 !
  value  string @2 !

HostAlias
  ip         ip @1 !
  hostnames  [subdomain] @2 atomic

PodDNSConfig
  nameservers  [ip] @1
  searches     [string] @2
  options      [PodDNSConfigOption] @3

PodDNSConfigOption
  name   string @1
  value  string @2*

PodSchedulingGroup
  podGroupName  string @1*

PodReadinessGate
  conditionType  string @1 !

PodSchedulingGate
  name  string @1 !

PodOS
  name  string @1 ! enum=linux|windows

PodResourceClaim
  name                       label @1 !
  resourceClaimName          string @3*
  resourceClaimTemplateName  string @4*
)";

}  // namespace graylane::api
