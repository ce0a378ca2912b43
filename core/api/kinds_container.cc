#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kContainerTypes = R"(
package io.k8s.api.core.v1

Container
  name                      label @1 !
  image                     string @2
  command                   [string] @3
  args                      [string] @4
  workingDir                string @5
  ports                     [ContainerPort] @6 keys=containerPort,protocol lax
  envFrom                   [EnvFromSource] @19
  env                       [EnvVar] @7 keys=name lax
  resources                 ResourceRequirements @8 ={}
  resizePolicy              [ContainerResizePolicy] @23
  restartPolicy             string @24* enum=Always|OnFailure|Never
  restartPolicyRules        [ContainerRestartRule] @25
  volumeMounts              [VolumeMount] @9 keys=mountPath
  volumeDevices             [VolumeDevice] @21 keys=devicePath
  livenessProbe             Probe @10*
  readinessProbe            Probe @11*
  startupProbe              Probe @22*
  lifecycle                 Lifecycle @12*
  terminationMessagePath    string @13 =/dev/termination-log
  terminationMessagePolicy  string @20 =File enum=File|FallbackToLogsOnError
  imagePullPolicy           string @14 enum=Always|IfNotPresent|Never
  securityContext           SecurityContext @15*
  stdin                     bool @16
  stdinOnce                 bool @17
  tty                       bool @18
  ~port  write ports, a list of entries with containerPort

EphemeralContainer like=Container@1
  targetContainerName  string @2

ContainerPort
  name           portName @1
  containerPort  port @3 !
  hostPort       int32 @2 min=0 max=65535
  protocol       string @4 =TCP enum=TCP|UDP|SCTP
  hostIP         string @5
  ~port          write containerPort
  ~targetPort    write containerPort; targetPort is a field of Services

EnvVar
  name       string @1 !
  value      string @2
  valueFrom  EnvVarSource @3*

EnvVarSource
  fieldRef          ObjectFieldSelector @1*
  resourceFieldRef  ResourceFieldSelector @2*
  configMapKeyRef   KeySelector @3*
  secretKeyRef      KeySelector @4*
  fileKeyRef        FileKeySelector @5*

ObjectFieldSelector atomic
  apiVersion  string @1 =v1
  fieldPath   string @2 !

ResourceFieldSelector atomic
  containerName  string @1
  resource       string @2 !
  divisor        quantity @3 =0

KeySelector atomic
  name      string @1/1
  key       string @2 !
  optional  bool @3*

FileKeySelector atomic
  volumeName  string @1 !
  path        string @2 !
  key         string @3 !
  optional    bool @4*

EnvFromSource
  prefix        string @1
  configMapRef  EnvSource @2*
  secretRef     EnvSource @3*

EnvSource
  name      string @1/1
  optional  bool @2*

ResourceRequirements
  limits    {quantity} @1
  requests  {quantity} @2
  claims    [ResourceClaim] @3 keys=name nomerge

ResourceClaim
  name     string @1 !
  request  string @2

ContainerResizePolicy
  resourceName   string @1 !
  restartPolicy  string @2 ! enum=NotRequired|RestartContainer

ContainerRestartRule
  action     string @1 !
  exitCodes  ContainerRestartRuleOnExitCodes @2*

ContainerRestartRuleOnExitCodes
  operator  string @1 ! enum=In|NotIn
  values    [int32] @2 set

VolumeMount
  name               string @1 !
  mountPath          string @3 !
  readOnly           bool @2
  recursiveReadOnly  string @7* enum=Disabled|IfPossible|Enabled
  subPath            string @4
  subPathExpr        string @6
  mountPropagation   string @5* enum=None|HostToContainer|Bidirectional

VolumeDevice
  name        string @1 !
  devicePath  string @2 !

Probe
  exec                           ExecAction @1/1*
  httpGet                        HTTPGetAction @1/2*
  tcpSocket                      TCPSocketAction @1/3*
  grpc                           GRPCAction @1/4*
  initialDelaySeconds            int32 @2 min=0
  timeoutSeconds                 int32 @3 =1 min=1
  periodSeconds                  int32 @4 =10 min=1
  successThreshold               int32 @5 =1 min=1
  failureThreshold               int32 @6 =3 min=1
  terminationGracePeriodSeconds  int64 @7* min=1

ExecAction
  command  [string] @1

HTTPGetAction
  path         string @1 =/
  port         portRef @2 !
  host         string @3
  scheme       string @4 =HTTP enum=HTTP|HTTPS
  httpHeaders  [NameValue] @5

TCPSocketAction
  port  portRef @1 !
  host  string @2

GRPCAction
  port     port @1 !
  service  string @2* =

SleepAction
  seconds  int64 @1 !

Lifecycle
  postStart   LifecycleHandler @1*
  preStop     LifecycleHandler @2*
  stopSignal  string @3*

LifecycleHandler
  exec       ExecAction @1*
  httpGet    HTTPGetAction @2*
  tcpSocket  TCPSocketAction @3*
  sleep      SleepAction @4*

SecurityContext
  capabilities              Capabilities @1*
  privileged                bool @2*
  seLinuxOptions            SELinuxOptions @3*
  windowsOptions            WindowsSecurityContextOptions @10*
  runAsUser                 int64 @4* min=0
  runAsGroup                int64 @8* min=0
  runAsNonRoot              bool @5*
  readOnlyRootFilesystem    bool @6*
  allowPrivilegeEscalation  bool @7*
  procMount                 string @9* enum=Default|Unmasked
  seccompProfile            SecurityProfile @11*
  appArmorProfile           SecurityProfile @12*

Capabilities
  add   [string] @1
  drop  [string] @2

SELinuxOptions
  user   string @1
  role   string @2
  type   string @3
  level  string @4

SecurityProfile
  type              string @1 ! enum=Localhost|RuntimeDefault|Unconfined
  localhostProfile  string @2*

WindowsSecurityContextOptions
  gmsaCredentialSpecName  string @1*
  gmsaCredentialSpec      string @2*
  runAsUserName           string @3*
  hostProcess             bool @4*
)";

}  // namespace graylane::api
