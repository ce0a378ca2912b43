#include "api/kinds.h"

#include <algorithm>
#include <cassert>

#include "api/crd.h"
#include "api/kinds_tables.h"
#include "api/schema_table.h"

namespace graylane::api {
namespace {

using NameRule = Kind::NameRule;

/// What a version of a kind has of its own. `aliases`: its short names, separated by commas.
struct Row {
  const char* group;
  const char* version;
  const char* kind;
  const char* plural;
  const char* aliases;
  const char* type;  // in the tables
  void (*fill)(doc::Object&) = nullptr;
  void (*check)(const doc::Object&, Report&) = nullptr;
};

constexpr const char* kNetworking = "networking.k8s.io";
constexpr const char* kDiscovery = "discovery.k8s.io";
constexpr const char* kAuthorization = "authorization.k8s.io";
constexpr const char* kAdmission = "admissionregistration.k8s.io";
constexpr const char* kRbac = "rbac.authorization.k8s.io";

constexpr Row kRows[] = {
    {"", "v1", "ConfigMap", "configmaps", "cm", "ConfigMap"},
    {"", "v1", "Endpoints", "endpoints", "ep", "Endpoints", nullptr, check_endpoints},
    {"", "v1", "Event", "events", "ev", "Event", nullptr, check_event},
    {"", "v1", "LimitRange", "limitranges", "limits", "LimitRange", fill_limit_range},
    {"", "v1", "Namespace", "namespaces", "ns", "Namespace", fill_namespace},
    {"", "v1", "Node", "nodes", "no", "Node"},
    {"", "v1", "PersistentVolume", "persistentvolumes", "pv", "PersistentVolume"},
    {"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", "PersistentVolumeClaim", nullptr, check_volume_claim},
    {"", "v1", "Pod", "pods", "po", "Pod", fill_pod, check_pod},
    {"", "v1", "PodTemplate", "podtemplates", "", "PodTemplate", fill_pod_template_object},
    {"", "v1", "ReplicationController", "replicationcontrollers", "rc", "ReplicationController", fill_replication_controller,
     check_workload},
    {"", "v1", "ResourceQuota", "resourcequotas", "quota", "ResourceQuota"},
    {"", "v1", "Secret", "secrets", "", "Secret", fill_secret},
    {"", "v1", "Service", "services", "svc", "Service", fill_service, check_service},
    {"", "v1", "ServiceAccount", "serviceaccounts", "sa", "ServiceAccount"},
    {kAdmission, "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "", "MutatingWebhookConfiguration"},
    {kAdmission, "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "", "ValidatingAdmissionPolicy"},
    {kAdmission, "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "",
     "ValidatingAdmissionPolicyBinding"},
    {kAdmission, "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "", "ValidatingWebhookConfiguration"},
    {kCrdGroup, "v1", kCrdKind, "customresourcedefinitions", "crd,crds", "CustomResourceDefinition", fill_crd, check_crd},
    {"apps", "v1", "ControllerRevision", "controllerrevisions", "", "ControllerRevision"},
    {"apps", "v1", "DaemonSet", "daemonsets", "ds", "DaemonSet", fill_update_strategy, check_workload},
    {"apps", "v1", "Deployment", "deployments", "deploy", "Deployment", fill_deployment, check_workload},
    {"apps", "v1", "ReplicaSet", "replicasets", "rs", "ReplicaSet", fill_pod_template, check_workload},
    {"apps", "v1", "StatefulSet", "statefulsets", "sts", "StatefulSet", fill_update_strategy, check_workload},
    {kAuthorization, "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", "", "SubjectAccessReview"},
    {kAuthorization, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "", "SelfSubjectAccessReview"},
    {kAuthorization, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", "", "SelfSubjectRulesReview"},
    {kAuthorization, "v1", "SubjectAccessReview", "subjectaccessreviews", "", "SubjectAccessReview"},
    {"authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", "", "SelfSubjectReview"},
    {"authentication.k8s.io", "v1", "TokenReview", "tokenreviews", "", "TokenReview"},
    {"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", "HorizontalPodAutoscaler",
     fill_autoscaler, check_autoscaler},
    {"autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", "OldHorizontalPodAutoscaler",
     fill_old_autoscaler, check_autoscaler},
    {"batch", "v1", "CronJob", "cronjobs", "cj", "CronJob", fill_cron_job, check_cron_job},
    {"batch", "v1", "Job", "jobs", "", "Job", fill_job, check_job},
    {"coordination.k8s.io", "v1", "Lease", "leases", "", "Lease"},
    {kDiscovery, "v1", "EndpointSlice", "endpointslices", "", "EndpointSlice", nullptr, check_endpoint_slice},
    {kDiscovery, "v1beta1", "EndpointSlice", "endpointslices", "", "EndpointSliceBeta", nullptr, check_endpoint_slice},
    {"events.k8s.io", "v1", "Event", "events", "ev", "NewEvent", nullptr, check_new_event},
    {"metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", "", "NodeMetrics"},
    {"metrics.k8s.io", "v1beta1", "PodMetrics", "pods", "", "PodMetrics"},
    {kNetworking, "v1", "Ingress", "ingresses", "ing", "Ingress", nullptr, check_ingress},
    {kNetworking, "v1beta1", "Ingress", "ingresses", "ing", "IngressBeta", nullptr, check_ingress},
    {"extensions", "v1beta1", "Ingress", "ingresses", "", "IngressBeta", nullptr, check_ingress},
    {kNetworking, "v1", "IngressClass", "ingressclasses", "", "IngressClass"},
    {kNetworking, "v1beta1", "IngressClass", "ingressclasses", "", "IngressClass"},
    {kNetworking, "v1", "NetworkPolicy", "networkpolicies", "netpol", "NetworkPolicy", fill_network_policy},
    {"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", "PodDisruptionBudget", nullptr,
     check_disruption_budget},
    {kRbac, "v1", "ClusterRole", "clusterroles", "", "ClusterRole"},
    {kRbac, "v1", "ClusterRoleBinding", "clusterrolebindings", "", "ClusterRoleBinding", fill_binding},
    {kRbac, "v1", "Role", "roles", "", "Role"},
    {kRbac, "v1", "RoleBinding", "rolebindings", "", "RoleBinding", fill_binding},
    {"scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc", "PriorityClass"},
    {"storage.k8s.io", "v1", "StorageClass", "storageclasses", "sc", "StorageClass"},
};

/// What a kind has beside its fields, in all of its versions.
struct Traits {
  bool cluster_scoped = false;
  bool in_all = false;
  bool extends_api = false;
  bool status = false;
  bool scale = false;
  bool generation = false;
  bool only_stored = false;
  bool computed = false;
  bool created_by_update = false;
  bool needs_revision = false;
  NameRule name_rule = NameRule::kDnsSubdomain;
};

struct KindTraits {
  const char* kind;
  Traits traits;
};

constexpr KindTraits kTraits[] = {
    {"ClusterRole",
     {.cluster_scoped = true, .only_stored = true, .created_by_update = true, .name_rule = NameRule::kPathSegment}},
    {"ClusterRoleBinding",
     {.cluster_scoped = true, .only_stored = true, .created_by_update = true, .name_rule = NameRule::kPathSegment}},
    {"CronJob", {.in_all = true, .status = true, .generation = true, .only_stored = true}},
    {"CustomResourceDefinition", {.cluster_scoped = true, .extends_api = true, .status = true, .generation = true}},
    {"DaemonSet", {.in_all = true, .status = true, .generation = true, .only_stored = true}},
    {"Deployment", {.in_all = true, .status = true, .scale = true, .generation = true}},
    {"Endpoints", {.created_by_update = true}},
    {"Event", {.created_by_update = true, .name_rule = NameRule::kPathSegment}},
    {"EndpointSlice", {.generation = true}},
    {"HorizontalPodAutoscaler", {.in_all = true, .status = true, .only_stored = true}},
    {"Ingress", {.status = true, .generation = true}},
    {"IngressClass", {.cluster_scoped = true, .generation = true}},
    {"Job", {.in_all = true, .status = true, .generation = true, .only_stored = true}},
    {"LimitRange", {.only_stored = true, .created_by_update = true}},
    {"Lease", {.created_by_update = true, .needs_revision = true}},
    {"LocalSubjectAccessReview", {.computed = true}},
    {"MutatingWebhookConfiguration", {.cluster_scoped = true, .extends_api = true, .generation = true, .only_stored = true}},
    {"Namespace", {.cluster_scoped = true, .status = true, .name_rule = NameRule::kDnsLabel}},
    {"NetworkPolicy", {.generation = true, .only_stored = true}},
    {"Node", {.cluster_scoped = true, .status = true}},
    {"NodeMetrics", {.cluster_scoped = true, .computed = true}},
    {"PersistentVolume", {.cluster_scoped = true, .status = true, .only_stored = true}},
    {"PersistentVolumeClaim", {.status = true, .only_stored = true}},
    {"Pod", {.in_all = true, .status = true, .generation = true}},
    {"PodDisruptionBudget", {.status = true, .generation = true, .needs_revision = true, .name_rule = NameRule::kPathSegment}},
    {"PodMetrics", {.computed = true}},
    {"PodTemplate", {.generation = true}},
    {"PriorityClass", {.cluster_scoped = true, .generation = true}},
    {"ReplicaSet", {.in_all = true, .status = true, .scale = true, .generation = true}},
    {"ReplicationController", {.in_all = true, .status = true, .scale = true, .generation = true, .only_stored = true}},
    {"ResourceQuota", {.status = true, .only_stored = true}},
    {"Role", {.only_stored = true, .created_by_update = true, .name_rule = NameRule::kPathSegment}},
    {"RoleBinding", {.only_stored = true, .created_by_update = true, .name_rule = NameRule::kPathSegment}},
    {"SelfSubjectAccessReview", {.cluster_scoped = true, .computed = true}},
    {"SelfSubjectReview", {.cluster_scoped = true, .computed = true}},
    {"SelfSubjectRulesReview", {.cluster_scoped = true, .computed = true}},
    {"Service", {.in_all = true, .status = true, .created_by_update = true, .name_rule = NameRule::kService}},
    {"StatefulSet",
     {.in_all = true, .status = true, .scale = true, .generation = true, .only_stored = true, .name_rule = NameRule::kDnsLabel}},
    {"StorageClass", {.cluster_scoped = true, .only_stored = true}},
    {"SubjectAccessReview", {.cluster_scoped = true, .computed = true}},
    {"TokenReview", {.cluster_scoped = true, .computed = true}},
    {"ValidatingAdmissionPolicy",
     {.cluster_scoped = true, .extends_api = true, .status = true, .generation = true, .only_stored = true}},
    {"ValidatingAdmissionPolicyBinding", {.cluster_scoped = true, .extends_api = true, .only_stored = true}},
    {"ValidatingWebhookConfiguration", {.cluster_scoped = true, .extends_api = true, .generation = true, .only_stored = true}},
};

/// A version that is not the stored one: in which group its objects are kept, and how their form changes.
struct OtherVersion {
  const char* group;
  const char* version;
  const char* kind;
  const char* storage_group;
  void (*to_storage)(doc::Object&);
  void (*from_storage)(doc::Object&);
};

constexpr OtherVersion kOtherVersions[] = {
    {"autoscaling", "v1", "HorizontalPodAutoscaler", "autoscaling", autoscaler_to_storage, autoscaler_from_storage},
    {kDiscovery, "v1beta1", "EndpointSlice", kDiscovery, endpoint_slice_to_storage, endpoint_slice_from_storage},
    {"events.k8s.io", "v1", "Event", "", event_to_storage, event_from_storage},
    {"extensions", "v1beta1", "Ingress", kNetworking, ingress_to_storage, ingress_from_storage},
    {kNetworking, "v1beta1", "Ingress", kNetworking, ingress_to_storage, ingress_from_storage},
    {kNetworking, "v1beta1", "IngressClass", kNetworking, nullptr, nullptr},
};

struct Deprecation {
  const char* group;
  const char* version;
  const char* kind;
  const char* text;
};

constexpr Deprecation kDeprecations[] = {
    {"", "v1", "Endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"},
    {kDiscovery, "v1beta1", "EndpointSlice",
     "discovery.k8s.io/v1beta1 EndpointSlice is deprecated in v1.21+, unavailable in v1.25+; use discovery.k8s.io/v1 "
     "EndpointSlice"},
    {"extensions", "v1beta1", "Ingress",
     "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress"},
    {kNetworking, "v1beta1", "Ingress",
     "networking.k8s.io/v1beta1 Ingress is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress"},
    {kNetworking, "v1beta1", "IngressClass",
     "networking.k8s.io/v1beta1 IngressClass is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 "
     "IngressClass"},
};

void add_traits(Kind& kind) {
  const auto found = std::ranges::find(kTraits, kind.gvk.kind, [](const KindTraits& row) { return std::string_view(row.kind); });
  const Traits traits = found == std::end(kTraits) ? Traits{} : found->traits;
  if (traits.in_all) kind.categories = {"all"};
  if (traits.extends_api) kind.categories = {"api-extensions"};
  kind.namespaced = !traits.cluster_scoped;
  kind.has_status = traits.status;
  kind.has_scale = traits.scale;
  kind.has_generation = traits.generation;
  kind.is_acted_on = !traits.only_stored;
  kind.is_stored = !traits.computed;
  kind.is_created_by_update = traits.created_by_update;
  kind.needs_revision = traits.needs_revision;
  kind.name_rule = traits.name_rule;
}

template <class Row>
const Row* row_of(std::span<const Row> rows, const GroupVersionKind& gvk) {
  const auto found = std::ranges::find_if(
      rows, [&](const Row& row) { return gvk.group == row.group && gvk.version == row.version && gvk.kind == row.kind; });
  return found == rows.end() ? nullptr : &*found;
}

void add_version(Kind& kind) {
  if (const auto* row = row_of<Deprecation>(kDeprecations, kind.gvk)) kind.deprecation = row->text;
  const auto* row = row_of<OtherVersion>(kOtherVersions, kind.gvk);
  if (!row) return;
  kind.is_storage = false;
  kind.storage_group = row->storage_group;
  kind.to_storage = row->to_storage;
  kind.from_storage = row->from_storage;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

/// "a,b" -> a, b.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    words.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

Kind kind_of(const Row& row, const SchemaTable& table, const SchemaSetPtr& schemas) {
  Kind kind;
  kind.gvk = {row.group, row.version, row.kind};
  kind.storage_group = row.group;
  kind.plural = row.plural;
  kind.singular = lower(row.kind);
  kind.short_names = words_of(row.aliases);
  kind.schemas = schemas;
  kind.schema = table.type(row.type);
  kind.fill = row.fill;
  kind.check = row.check;
  add_traits(kind);
  add_version(kind);
  assert(kind.schema);
  return kind;
}

Kinds make_builtin_kinds() {
  SchemaTable table;
  for (const char* types :
       {kMetaTypes,    kPodTypes,    kContainerTypes, kVolumeTypes,      kAffinityTypes,    kWorkloadTypes, kServiceTypes,
        kIngressTypes, kConfigTypes, kPodStatusTypes, kOtherVolumeTypes, kCoreTypes,        kStorageTypes,  kAppsTypes,
        kBatchTypes,   kPolicyTypes, kReviewTypes,    kMetricsTypes,     kAutoscalingTypes, kCrdTypes,      kAdmissionTypes})
    table.add(types);
  SchemaSetPtr schemas = table.finish();
  Kinds kinds;
  for (const Row& row : kRows) kinds.add(kind_of(row, table, schemas));
  return kinds;
}

bool is_api_version(const GroupVersionKind& gvk, std::string_view api_version) {
  if (gvk.group.empty()) return api_version == gvk.version;
  return api_version.size() == gvk.group.size() + 1 + gvk.version.size() && api_version.starts_with(gvk.group) &&
         api_version[gvk.group.size()] == '/' && api_version.ends_with(gvk.version);
}

}  // namespace

void Kinds::add(Kind kind) {
  auto after = std::ranges::upper_bound(kinds_, std::string_view(kind.gvk.kind), {},
                                        [](const Kind& k) { return std::string_view(k.gvk.kind); });
  kinds_.insert(after, std::move(kind));
}

const Kind* Kinds::find(std::string_view api_version, std::string_view kind) const {
  auto name = [](const Kind& k) { return std::string_view(k.gvk.kind); };
  for (const Kind& k : std::ranges::equal_range(kinds_, kind, {}, name)) {
    if (is_api_version(k.gvk, api_version)) return &k;
  }
  return nullptr;
}

const Kind& Kinds::storage_of(const Kind& kind) const {
  if (kind.is_storage) return kind;
  auto name = [](const Kind& k) { return std::string_view(k.gvk.kind); };
  for (const Kind& k : std::ranges::equal_range(kinds_, std::string_view(kind.gvk.kind), {}, name)) {
    if (k.is_storage && k.storage_group == kind.storage_group) return k;
  }
  return kind;
}

const Kinds& builtin_kinds() {
  static const Kinds kKinds = make_builtin_kinds();
  return kKinds;
}

}  // namespace graylane::api
