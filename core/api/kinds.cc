#include "api/kinds.h"

#include <algorithm>
#include <cassert>

#include "api/kinds_tables.h"
#include "api/schema_table.h"

namespace graylane::api {
namespace {

using NameRule = Kind::NameRule;

/// group, version, kind, plural, short names, namespaced, type in the tables, and what differs from the usual.
struct Row {
  const char* group;
  const char* version;
  const char* kind;
  const char* plural;
  std::vector<std::string> short_names;
  bool namespaced;
  const char* type;
  void (*fill)(doc::Object&) = nullptr;
  void (*check)(const doc::Object&, Report&) = nullptr;
  NameRule name_rule = NameRule::kDnsSubdomain;
  const char* storage_group = nullptr;  // null: the group
};

constexpr const char* kNetworking = "networking.k8s.io";
constexpr const char* kDiscovery = "discovery.k8s.io";

std::vector<Row> rows() {
  return {
      {"", "v1", "ConfigMap", "configmaps", {"cm"}, true, "ConfigMap"},
      {"", "v1", "Endpoints", "endpoints", {"ep"}, true, "Endpoints", nullptr, check_endpoints},
      {"", "v1", "Namespace", "namespaces", {"ns"}, false, "Namespace", fill_namespace, nullptr, NameRule::kDnsLabel},
      {"", "v1", "Pod", "pods", {"po"}, true, "Pod", fill_pod, check_pod},
      {"", "v1", "Secret", "secrets", {}, true, "Secret", fill_secret},
      {"", "v1", "Service", "services", {"svc"}, true, "Service", fill_service, check_service, NameRule::kService},
      {"apps", "v1", "Deployment", "deployments", {"deploy"}, true, "Deployment", fill_deployment, check_workload},
      {"apps", "v1", "ReplicaSet", "replicasets", {"rs"}, true, "ReplicaSet", fill_pod_template, check_workload},
      {kNetworking, "v1", "Ingress", "ingresses", {"ing"}, true, "Ingress", nullptr, check_ingress},
      {kNetworking, "v1beta1", "Ingress", "ingresses", {"ing"}, true, "IngressBeta", nullptr, check_ingress},
      {"extensions",
       "v1beta1",
       "Ingress",
       "ingresses",
       {"ing"},
       true,
       "IngressBeta",
       nullptr,
       check_ingress,
       NameRule::kDnsSubdomain,
       kNetworking},
      {kNetworking, "v1", "IngressClass", "ingressclasses", {}, false, "IngressClass"},
      {kNetworking, "v1beta1", "IngressClass", "ingressclasses", {}, false, "IngressClass"},
      {kDiscovery, "v1", "EndpointSlice", "endpointslices", {}, true, "EndpointSlice", nullptr, check_endpoint_slice},
      {kDiscovery, "v1beta1", "EndpointSlice", "endpointslices", {}, true, "EndpointSliceBeta", nullptr, check_endpoint_slice},
  };
}

/// What a kind has beside its fields, in all of its versions.
struct Traits {
  const char* kind;
  bool in_all;
  bool status;
  bool scale;
  bool generation;
};

constexpr Traits kTraits[] = {
    {"Deployment", true, true, true, true},       {"Ingress", false, true, false, true},
    {"Namespace", false, true, false, false},     {"Pod", true, true, false, true},
    {"ReplicaSet", true, true, true, true},       {"Service", true, true, false, false},
    {"EndpointSlice", false, false, false, true}, {"IngressClass", false, false, false, true},
};

void add_traits(Kind& kind) {
  const auto found =
      std::ranges::find(kTraits, kind.gvk.kind, [](const Traits& traits) { return std::string_view(traits.kind); });
  if (found == std::end(kTraits)) return;
  if (found->in_all) kind.categories = {"all"};
  kind.has_status = found->status;
  kind.has_scale = found->scale;
  kind.has_generation = found->generation;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

Kind kind_of(const Row& row, const SchemaTable& table, const SchemaSetPtr& schemas) {
  Kind kind;
  kind.gvk = {row.group, row.version, row.kind};
  kind.storage_group = row.storage_group ? row.storage_group : row.group;
  kind.plural = row.plural;
  kind.singular = lower(row.kind);
  kind.short_names = row.short_names;
  kind.namespaced = row.namespaced;
  kind.name_rule = row.name_rule;
  kind.schemas = schemas;
  kind.schema = table.type(row.type);
  kind.fill = row.fill;
  kind.check = row.check;
  add_traits(kind);
  assert(kind.schema);
  return kind;
}

Kinds make_builtin_kinds() {
  SchemaTable table;
  for (const char* types : {kMetaTypes, kPodTypes, kContainerTypes, kVolumeTypes, kAffinityTypes, kWorkloadTypes, kServiceTypes,
                            kIngressTypes, kConfigTypes})
    table.add(types);
  SchemaSetPtr schemas = table.finish();
  Kinds kinds;
  for (const Row& row : rows()) kinds.add(kind_of(row, table, schemas));
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

const Kinds& builtin_kinds() {
  static const Kinds kKinds = make_builtin_kinds();
  return kKinds;
}

}  // namespace graylane::api
