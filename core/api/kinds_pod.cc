#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kPodTypes = R"(
Pod root
  spec    PodSpec !
  status  PodStatus

PodTemplateSpec
  metadata  ObjectMeta
  spec      PodSpec !
  ~containers  put containers under spec

PodSpec
  volumes                        [Volume] keys=name retainKeys
  initContainers                 [Container] keys=name
  containers                     [Container] ! keys=name
  ephemeralContainers            [EphemeralContainer] keys=name
  restartPolicy                  string =Always enum=Always|OnFailure|Never
  terminationGracePeriodSeconds  int64 =30 min=0
  activeDeadlineSeconds          int64 min=1
  dnsPolicy                      string =ClusterFirst enum=ClusterFirst|ClusterFirstWithHostNet|Default|None
  nodeSelector                   {string} atomic
  serviceAccountName             subdomain
  serviceAccount                 subdomain
  automountServiceAccountToken   bool
  nodeName                       string
  hostNetwork                    bool
  hostPID                        bool
  hostIPC                        bool
  hostUsers                      bool
  shareProcessNamespace          bool
  securityContext                PodSecurityContext ={}
  imagePullSecrets               [LocalObjectReference] keys=name lax
  hostname                       label
  hostnameOverride               subdomain
  subdomain                      label
  setHostnameAsFQDN              bool
  affinity                       Affinity
  schedulerName                  string =default-scheduler
  schedulingGates                [PodSchedulingGate] keys=name
  schedulingGroup                object
  tolerations                    [Toleration]
  topologySpreadConstraints      [TopologySpreadConstraint] keys=topologyKey,whenUnsatisfiable
  hostAliases                    [HostAlias] keys=ip lax
  priorityClassName              string
  priority                       int32
  preemptionPolicy               string enum=Never|PreemptLowerPriority
  dnsConfig                      PodDNSConfig
  readinessGates                 [PodReadinessGate]
  runtimeClassName               subdomain
  enableServiceLinks             bool
  overhead                       {quantity}
  os                             PodOS
  resources                      ResourceRequirements
  resourceClaims                 [PodResourceClaim] keys=name retainKeys
  workloadRef                    object
  ~replicas    replicas belongs to the Deployment's spec, beside template
  ~ports       put ports under a container

PodSecurityContext
  seLinuxOptions            SELinuxOptions
  seLinuxChangePolicy       string enum=Recursive|MountOption
  windowsOptions            WindowsOptions
  runAsUser                 int64 min=0
  runAsGroup                int64 min=0
  runAsNonRoot              bool
  supplementalGroups        [int64]
  supplementalGroupsPolicy  string enum=Merge|Strict
  fsGroup                   int64 min=0
  fsGroupChangePolicy       string enum=Always|OnRootMismatch
  sysctls                   [NameValue]
  seccompProfile            SecurityProfile
  appArmorProfile           SecurityProfile

NameValue
  name   string !
  value  string !

HostAlias
  ip         ip !
  hostnames  [subdomain] atomic

PodDNSConfig
  nameservers  [ip]
  searches     [string]
  options      [PodDNSConfigOption]

PodDNSConfigOption
  name   string
  value  string

PodReadinessGate
  conditionType  string !

PodSchedulingGate
  name  string !

PodOS
  name  string ! enum=linux|windows

PodResourceClaim
  name                       label !
  resourceClaimName          string
  resourceClaimTemplateName  string

PodStatus open
  phase              string enum=Pending|Running|Succeeded|Failed|Unknown
  conditions         [PodCondition] keys=type
  message            string
  reason             string
  hostIP             string
  podIP              string
  podIPs             [PodIP] keys=ip
  startTime          time
  qosClass           string
  nominatedNodeName  string
  observedGeneration int64

PodCondition open
  type                string !
  status              string !
  observedGeneration  int64
  lastProbeTime       time
  lastTransitionTime  time
  reason              string
  message             string

PodIP
  ip  string !
)";

}  // namespace graylane::api
