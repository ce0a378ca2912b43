#include "openapi/description_tables.h"

namespace graylane::openapi {

const char* const kPodDescriptions = R"(
Pod: Containers that run together in one place. Usually made by a Deployment or another controller, not by hand.
 spec: What should run, and how.
 status: It may lag a little behind what the Pod does.

PodTemplateSpec: The Pod that a controller makes copies of.
 metadata: Labels and annotations of the Pods. The controller's selector must match these labels.
 spec: What should run in each Pod.

PodSpec: What runs in a Pod, and how.
 containers: The containers. At least one; their names differ.
 initContainers: Containers that run one after the other, each to its end, before the others start.
 ephemeralContainers: Containers that were added to look into a running Pod.
 volumes: What containers can mount.
 restartPolicy: Whether ended containers are started again: Always, OnFailure or Never.
 terminationGracePeriodSeconds: How long the Pod may take to end before it is killed, in seconds. 30 unless said otherwise.
 activeDeadlineSeconds: After so many seconds the Pod is ended as failed.
 nodeName: The node to run on. Usually left to the scheduler.
 nodeSelector: Labels that the node must have.
 affinity: Wishes and rules about where the Pod may run.
 tolerations: Taints of nodes that the Pod puts up with.
 topologySpreadConstraints: How Pods are spread over zones or nodes.
 serviceAccountName: The service account that the Pod runs as.
 automountServiceAccountToken: Whether the Pod gets a token of its service account.
 imagePullSecrets: Secrets with credentials for pulling the images.
 hostname: The host name inside the Pod. The Pod's name unless said otherwise.
 subdomain: With a Service of that name, the Pod gets a DNS name below it.
 hostNetwork: True: the Pod uses the node's network.
 dnsPolicy: Where names are looked up: ClusterFirst, Default, ClusterFirstWithHostNet or None.
 dnsConfig: Further settings for looking up names.
 hostAliases: Lines that are added to the Pod's hosts file.
 securityContext: What holds for all containers that do not say otherwise.
 priorityClassName: How important the Pod is, by the name of a PriorityClass.
 schedulerName: Which scheduler places the Pod.
 readinessGates: Further conditions that must be true before the Pod counts as ready.
 enableServiceLinks: Whether addresses of Services are given to the containers as environment variables.
 shareProcessNamespace: True: containers see one another's processes.

Container: One program of a Pod.
 name: The container's name, which no other in the Pod has.
 image: The image to run, such as "nginx:1.27".
 imagePullPolicy: When the image is fetched: Always, IfNotPresent or Never.
 command: What to run in place of the image's entry point. $(NAME) stands for an environment variable.
 args: Arguments in place of the image's own.
 workingDir: The directory to start in.
 ports: Ports that the container listens on. For information; others can be reached too.
 env: Environment variables, one by one.
 envFrom: Environment variables from whole ConfigMaps and Secrets.
 resources: CPU and memory that it needs and may use.
 volumeMounts: Where the Pod's volumes appear in the container.
 volumeDevices: Where block devices appear in the container.
 livenessProbe: A check that restarts the container when it fails.
 readinessProbe: A check that decides whether the container gets traffic.
 startupProbe: A check for slow starters: the other probes wait until it has succeeded.
 lifecycle: What to do after the start and before the end.
 securityContext: Goes before what the Pod says for all its containers.
 restartPolicy: Of an init container, Always: it goes on beside the others.
 stdin: Whether standard input stays open.
 tty: Whether it gets a terminal.
 terminationMessagePath: The file whose content becomes the container's last message.
 terminationMessagePolicy: File, or FallbackToLogsOnError to take the end of the log when that file is empty.

ContainerPort: A port that a container listens on.
 name: A name to refer to the port by, such as "http".
 containerPort: The number, from 1 to 65535.
 protocol: TCP, UDP or SCTP. TCP unless said otherwise.
 hostPort: The same port on the node. Rarely needed.
 hostIP: The node's address for it.

EnvVar: An environment variable.
 name: Its name.
 value: Its value. $(NAME) stands for one that was defined before.
 valueFrom: Where the value comes from, when it is not written here.

EnvVarSource: Where the value of an environment variable comes from.
 configMapKeyRef: A key of a ConfigMap.
 secretKeyRef: A key of a Secret.
 fieldRef: A field of the Pod, such as status.podIP.
 resourceFieldRef: A limit or request of a container.

EnvFromSource: A ConfigMap or Secret whose keys all become environment variables.
 prefix: What to put before each name.
 configMapRef: The ConfigMap.
 secretRef: The Secret.

Probe: A check that is made again and again.
 httpGet: An HTTP request; a status from 200 to 399 is a success.
 tcpSocket: A connection; being accepted is a success.
 exec: A command in the container; exit code 0 is a success.
 grpc: A call of the gRPC health service.
 initialDelaySeconds: How long to wait after the start, in seconds.
 periodSeconds: How often to check, in seconds. 10 unless said otherwise.
 timeoutSeconds: How long one check may take, in seconds. 1 unless said otherwise.
 successThreshold: So many successes in a row make it good again.
 failureThreshold: So many failures in a row make it bad. 3 unless said otherwise.
 terminationGracePeriodSeconds: How long the container may take to end after a failed check.

HTTPGetAction: An HTTP request.
 path: The path to ask for.
 port: The port, as number or by the name of a container's port.
 host: The host to connect to. The Pod itself unless said otherwise.
 scheme: HTTP or HTTPS.
 httpHeaders: Headers to send.

TCPSocketAction: A TCP connection.
 port: The port, as number or by the name of a container's port.
 host: The host to connect to. The Pod itself unless said otherwise.

ExecAction: A command that is run in the container.
 command: The command and its arguments. No shell is between.

Lifecycle: What is done around a container's life.
 postStart: Right after it was started.
 preStop: Before it is asked to end.

ResourceRequirements: CPU and memory of a container.
 requests: What it needs. Decides where the Pod fits.
 limits: What it may use at most.
 claims: Devices that it uses, by the names of the Pod's claims.

VolumeMount: A volume inside a container.
 name: The name of one of the Pod's volumes.
 mountPath: Where it appears.
 subPath: The part of the volume that appears there.
 readOnly: Whether it can only be read.

Volume: Something that containers can mount.
 name: The name that mounts refer to.
 emptyDir: An empty directory that lives as long as the Pod.
 configMap: The entries of a ConfigMap as files.
 secret: The entries of a Secret as files.
 persistentVolumeClaim: The volume that a claim got.
 hostPath: A file or directory of the node.
 projected: Several sources in one directory.
 downwardAPI: Fields of the Pod as files.

SecurityContext: Users, groups and rights of a container.
 runAsUser: The user's number.
 runAsGroup: The group's number.
 runAsNonRoot: True: it is not started as root.
 privileged: True: it may do what root may do on the node.
 readOnlyRootFilesystem: True: only volumes can be written to.
 allowPrivilegeEscalation: Whether a process may gain more rights than its parent.
 capabilities: Capabilities to add and to drop.

PodSecurityContext: Users, groups and rights of all containers of a Pod.
 runAsUser: The user's number.
 runAsGroup: The group's number.
 runAsNonRoot: True: nothing is started as root.
 fsGroup: The group that owns the volumes.

PodStatus: What has been seen of a Pod.
 phase: Pending, Running, Succeeded, Failed or Unknown.
 podIP: The Pod's address.
 podIPs: All of its addresses.
 hostIP: The node's address.
 startTime: When the node took the Pod on.
 reason: Why it is in this phase, in one word.
 message: The same as a sentence.
 qosClass: Guaranteed, Burstable or BestEffort, by what the containers ask for.
 containerStatuses: What has been seen of each container.
 initContainerStatuses: And of each init container.

ContainerStatus: What has been seen of a container.
 name: The container's name.
 ready: Whether it gets traffic.
 restartCount: How often it was started again.
 state: Waiting, running or ended, and since when.
 lastState: How it ended the last time.
 image: The image that runs.
 imageID: The exact image that runs.
 started: Whether it has passed its startup probe.
)";

}  // namespace graylane::openapi
