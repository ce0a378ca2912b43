#include "openapi/description_tables.h"

namespace graylane::openapi {

const char* const kOtherDescriptions = R"(
ConfigMap: Configuration for Pods, as keys and values that are no secrets.
 data: Texts by key. Keys have letters, digits, '-', '_' and '.'.
 binaryData: Bytes by key, in base64.
 immutable: True: the data cannot be changed any more.

Secret: Keys and values that are not for everybody's eyes.
 data: Bytes by key, in base64.
 stringData: Texts by key, for writing: they are stored in data.
 type: What it is for, such as "kubernetes.io/tls". Opaque unless said otherwise.
 immutable: True: the data cannot be changed any more.

Namespace: A part of the cluster in which names are unique.
 spec: What has to be cleaned up before it can go.
 status: Whether it is active or ending.

NamespaceSpec: What a namespace waits for.
 finalizers: Who has to clean up before the namespace can go.

NamespaceStatus: How a namespace is doing.
 phase: Active or Terminating.

ServiceAccount: An identity for Pods.
 secrets: Secrets that its Pods may use.
 imagePullSecrets: Secrets with credentials for pulling images.
 automountServiceAccountToken: Whether its Pods get a token.

Node: A machine that Pods run on.
 spec: How it may be used.
 status: What is known of it.

Event: Something that happened to an object.
 involvedObject: The object.
 regarding: The object.
 reason: What happened, in one word.
 message: The same as a sentence.
 note: The same as a sentence.
 type: Normal or Warning.
 count: How often it has happened.
 firstTimestamp: When it happened first.
 lastTimestamp: When it happened last.
 source: Who reports it.

PersistentVolume: Storage of the cluster.
 spec: Where it is, how large, and who may have it.
 status: Whether somebody has it.

PersistentVolumeClaim: A request for storage.
 spec: How much, and of what class.
 status: What it got.

StorageClass: How volumes are made.
 provisioner: Who makes them.
 parameters: Settings for that.
 reclaimPolicy: What becomes of a volume when its claim is gone.
 volumeBindingMode: Immediate, or WaitForFirstConsumer to wait for a Pod.
 allowVolumeExpansion: Whether volumes may grow.

Role: Rights inside one namespace.
 rules: What is allowed.

ClusterRole: Rights in all namespaces and for what is in none.
 rules: What is allowed.
 aggregationRule: Other ClusterRoles whose rules are added.

PolicyRule: What is allowed.
 verbs: get, list, watch, create, update, patch, delete; "*" for all.
 apiGroups: Groups of the API; "" is the core group.
 resources: Resources, such as "pods" or "deployments/scale".
 resourceNames: Only objects of these names.
 nonResourceURLs: Paths of the server, such as "/healthz".

RoleBinding: Gives somebody the rights of a role in one namespace.
 roleRef: The role.
 subjects: Who gets it.

ClusterRoleBinding: Gives somebody the rights of a ClusterRole everywhere.
 roleRef: The role.
 subjects: Who gets it.

ResourceQuota: How much a namespace may use.
 spec: The bounds.
 status: What is used.

LimitRange: Bounds and defaults for the Pods of a namespace.
 spec: The bounds.

PriorityClass: How important Pods are.
 value: Higher goes first.
 globalDefault: Whether Pods without a class have this one.
 preemptionPolicy: Whether its Pods drive out others.
 description: For whom the class is.

Lease: Who holds something, and for how long.
 spec: The holder and the times.

LeaseSpec: Who holds a lease.
 holderIdentity: Who holds it; empty when nobody does.
 leaseDurationSeconds: How long it holds without being renewed.
 acquireTime: When the holder got it.
 renewTime: When the holder renewed it last.
 leaseTransitions: How often it has changed hands.

CustomResourceDefinition: A kind of object that is added to the API.
 spec: The kind: its names, its versions, and what its objects look like.
 status: Whether it is served.

CustomResourceDefinitionSpec: A kind of one's own.
 group: The group of the API, such as "example.com".
 names: The kind's names.
 scope: Namespaced or Cluster.
 versions: The versions, each with its schema.
 conversion: How objects get from one version to another.
 preserveUnknownFields: Fields that no schema names are kept. Must be false.

CustomResourceDefinitionNames: The names of a kind.
 plural: The name in paths, such as "widgets". The definition is named by it and the group.
 singular: The name for one.
 kind: The name in objects, in CamelCase.
 listKind: The name of its lists.
 shortNames: Abbreviations.
 categories: Groups of kinds that it is listed with, such as "all".

CustomResourceDefinitionVersion: One version of a kind.
 name: Its name, such as "v1".
 served: Whether it can be asked for.
 storage: True for the one version that objects are stored in.
 schema: What its objects look like.
 subresources: Whether it has status and scale of its own.
 additionalPrinterColumns: What `kubectl get` shows.
 selectableFields: Fields that objects can be selected by.
 deprecated: Whether its use is warned of.
 deprecationWarning: What the warning says.
)";

}  // namespace graylane::openapi
