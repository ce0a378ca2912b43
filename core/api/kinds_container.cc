#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kContainerTypes = R"(
Container
  name                      label !
  image                     string
  command                   [string]
  args                      [string]
  workingDir                string
  ports                     [ContainerPort] keys=containerPort,protocol lax
  envFrom                   [EnvFromSource]
  env                       [EnvVar] keys=name lax
  resources                 ResourceRequirements ={}
  resizePolicy              [ContainerResizePolicy]
  restartPolicy             string enum=Always|OnFailure|Never
  restartPolicyRules        [ContainerRestartRule]
  volumeMounts              [VolumeMount] keys=mountPath
  volumeDevices             [VolumeDevice] keys=devicePath
  livenessProbe             Probe
  readinessProbe            Probe
  startupProbe              Probe
  lifecycle                 Lifecycle
  terminationMessagePath    string =/dev/termination-log
  terminationMessagePolicy  string =File enum=File|FallbackToLogsOnError
  imagePullPolicy           string enum=Always|IfNotPresent|Never
  securityContext           SecurityContext
  stdin                     bool
  stdinOnce                 bool
  tty                       bool
  ~port  write ports, a list of entries with containerPort

EphemeralContainer like=Container
  targetContainerName  string

ContainerPort
  name           portName
  containerPort  port !
  hostPort       int32 min=0 max=65535
  protocol       string =TCP enum=TCP|UDP|SCTP
  hostIP         string
  ~port          write containerPort
  ~targetPort    write containerPort; targetPort is a field of Services

EnvVar
  name       string !
  value      string
  valueFrom  EnvVarSource

EnvVarSource
  fieldRef          ObjectFieldSelector
  resourceFieldRef  ResourceFieldSelector
  configMapKeyRef   KeySelector
  secretKeyRef      KeySelector
  fileKeyRef        FileKeySelector

ObjectFieldSelector atomic
  apiVersion  string =v1
  fieldPath   string !

ResourceFieldSelector atomic
  containerName  string
  resource       string !
  divisor        quantity

KeySelector atomic
  name      string
  key       string !
  optional  bool

FileKeySelector atomic
  volumeName  string !
  path        string !
  key         string !
  optional    bool

EnvFromSource
  prefix        string
  configMapRef  EnvSource
  secretRef     EnvSource

EnvSource
  name      string
  optional  bool

ResourceRequirements
  limits    {quantity}
  requests  {quantity}
  claims    [ResourceClaim] keys=name nomerge

ResourceClaim
  name     string !
  request  string

ContainerResizePolicy
  resourceName   string !
  restartPolicy  string ! enum=NotRequired|RestartContainer

ContainerRestartRule
  action     string !
  exitCodes  ContainerRestartRuleExitCodes

ContainerRestartRuleExitCodes
  operator  string ! enum=In|NotIn
  values    [int32] set

VolumeMount
  name               string !
  mountPath          string !
  readOnly           bool
  recursiveReadOnly  string enum=Disabled|IfPossible|Enabled
  subPath            string
  subPathExpr        string
  mountPropagation   string enum=None|HostToContainer|Bidirectional

VolumeDevice
  name        string !
  devicePath  string !

Probe
  exec                           ExecAction
  httpGet                        HTTPGetAction
  tcpSocket                      TCPSocketAction
  grpc                           GRPCAction
  initialDelaySeconds            int32 min=0
  timeoutSeconds                 int32 =1 min=1
  periodSeconds                  int32 =10 min=1
  successThreshold               int32 =1 min=1
  failureThreshold               int32 =3 min=1
  terminationGracePeriodSeconds  int64 min=1

ExecAction
  command  [string]

HTTPGetAction
  path         string =/
  port         portRef !
  host         string
  scheme       string =HTTP enum=HTTP|HTTPS
  httpHeaders  [NameValue]

TCPSocketAction
  port  portRef !
  host  string

GRPCAction
  port     port !
  service  string =

SleepAction
  seconds  int64 !

Lifecycle
  postStart   LifecycleHandler
  preStop     LifecycleHandler
  stopSignal  string

LifecycleHandler
  exec       ExecAction
  httpGet    HTTPGetAction
  tcpSocket  TCPSocketAction
  sleep      SleepAction

SecurityContext
  capabilities              Capabilities
  privileged                bool
  seLinuxOptions            SELinuxOptions
  windowsOptions            WindowsOptions
  runAsUser                 int64 min=0
  runAsGroup                int64 min=0
  runAsNonRoot              bool
  readOnlyRootFilesystem    bool
  allowPrivilegeEscalation  bool
  procMount                 string enum=Default|Unmasked
  seccompProfile            SecurityProfile
  appArmorProfile           SecurityProfile

Capabilities
  add   [string]
  drop  [string]

SELinuxOptions
  user   string
  role   string
  type   string
  level  string

SecurityProfile
  type              string ! enum=Localhost|RuntimeDefault|Unconfined
  localhostProfile  string

WindowsOptions
  gmsaCredentialSpecName  string
  gmsaCredentialSpec      string
  runAsUserName           string
  hostProcess             bool
)";

}  // namespace graylane::api
