#include "apiserver/discovery.h"

#include <algorithm>

#include "api/build.h"
#include "apiserver/columns_text.h"
#include "apiserver/metrics.h"
#include "apiserver/pipeline.h"

namespace graylane::apiserver {

using api::Kind;
using api::make_object;
using doc::Value;

namespace {

const std::vector<std::string> kVerbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
const std::vector<std::string> kPartVerbs = {"get", "patch", "update"};

const api::GroupVersionKind kBinding = {"", "v1", "Binding"};

/// No kind of objects, but a way to write one.
Kind bindings() {
  Kind kind;
  kind.gvk = kBinding;
  kind.plural = "bindings";
  kind.singular = "binding";
  kind.is_stored = false;
  return kind;
}

struct Subresource {
  std::string name;
  api::GroupVersionKind shows;
  std::vector<std::string> verbs;
};

bool is_namespace(const Kind& kind) { return kind.gvk.group.empty() && kind.gvk.kind == "Namespace"; }

const std::vector<std::string>& verbs_of(const Kind& kind) {
  static const std::vector<std::string> kAnswered = {"create"};
  static const std::vector<std::string> kRead = {"get", "list"};
  static const std::vector<std::string> kOneByOne = {"create", "delete", "get", "list", "patch", "update", "watch"};
  // The order is what is seen of custom kinds on a cluster.
  static const std::vector<std::string> kCustom = {"delete", "deletecollection", "get",    "list",
                                                   "patch",  "create",           "update", "watch"};
  if (kind.custom) return kCustom;
  if (kind.is_stored) return is_namespace(kind) ? kOneByOne : kVerbs;
  return is_measured(kind) ? kRead : kAnswered;
}

std::vector<Subresource> subresources_of(const Kind& kind) {
  std::vector<Subresource> all;
  if (is_namespace(kind)) all.push_back({"finalize", kind.gvk, {"update"}});
  if (is_pod(kind)) {
    all.push_back({"binding", kBinding, {"create"}});
    all.push_back({"eviction", {"policy", "v1", "Eviction"}, {"create"}});
    all.push_back({"log", kind.gvk, {"get"}});
  }
  if (kind.has_scale) all.push_back({"scale", {"autoscaling", "v1", "Scale"}, kPartVerbs});
  if (kind.has_status) all.push_back({"status", kind.gvk, kPartVerbs});
  if (kind.custom) std::ranges::reverse(all);
  return all;
}

Value resource(const Kind& kind) {
  doc::Object object = *make_object({{"name", Value(kind.plural)},
                                     {"singularName", Value(kind.singular)},
                                     {"namespaced", Value(kind.namespaced)},
                                     {"kind", Value(kind.gvk.kind)},
                                     {"verbs", text_list(verbs_of(kind))}})
                            .as_object();
  if (!kind.short_names.empty()) object.append("shortNames", text_list(kind.short_names), {});
  if (!kind.categories.empty()) object.append("categories", text_list(kind.categories), {});
  return Value(std::move(object));
}

Value resource(const Kind& kind, const Subresource& part) {
  doc::Object object = *make_object({{"name", Value(kind.plural + "/" + part.name)},
                                     {"singularName", Value("")},
                                     {"namespaced", Value(kind.namespaced)},
                                     {"kind", Value(part.shows.kind)},
                                     {"verbs", text_list(part.verbs)}})
                            .as_object();
  if (part.shows.group != kind.gvk.group || part.shows.version != kind.gvk.version) {
    object.append("group", Value(part.shows.group), {});
    object.append("version", Value(part.shows.version), {});
  }
  return Value(std::move(object));
}

Value response_kind(const api::GroupVersionKind& gvk) {
  return make_object({{"group", Value(gvk.group)}, {"version", Value(gvk.version)}, {"kind", Value(gvk.kind)}});
}

Value resource_discovery(const Kind& kind) {
  doc::Object object = *make_object({{"resource", Value(kind.plural)},
                                     {"responseKind", response_kind(kind.gvk)},
                                     {"scope", Value(kind.namespaced ? "Namespaced" : "Cluster")},
                                     {"singularResource", Value(kind.singular)},
                                     {"verbs", text_list(verbs_of(kind))}})
                            .as_object();
  if (!kind.short_names.empty()) object.append("shortNames", text_list(kind.short_names), {});
  if (!kind.categories.empty()) object.append("categories", text_list(kind.categories), {});
  doc::Array parts;
  for (const Subresource& part : subresources_of(kind))
    parts.push_back(make_object(
        {{"subresource", Value(part.name)}, {"responseKind", response_kind(part.shows)}, {"verbs", text_list(part.verbs)}}));
  if (!parts.empty()) object.append("subresources", Value(std::move(parts)), {});
  return Value(std::move(object));
}

Value group_discovery(const Group& group) {
  doc::Array versions;
  for (const GroupVersion& version : group.versions) {
    doc::Array resources;
    if (group.name.empty()) resources.push_back(resource_discovery(bindings()));
    for (const Kind* kind : version.kinds) resources.push_back(resource_discovery(*kind));
    versions.push_back(make_object(
        {{"version", Value(version.version)}, {"resources", Value(std::move(resources))}, {"freshness", Value("Current")}}));
  }
  doc::Object metadata;
  if (!group.name.empty()) metadata.append("name", Value(group.name), {});
  return make_object({{"metadata", Value(std::move(metadata))}, {"versions", Value(std::move(versions))}});
}

Value group_version(const std::string& group, const std::string& version) {
  return make_object({{"groupVersion", Value(group + "/" + version)}, {"version", Value(version)}});
}

}  // namespace

std::vector<std::string> subresource_names(const Kind& kind) {
  std::vector<std::string> names;
  for (Subresource& part : subresources_of(kind)) names.push_back(std::move(part.name));
  return names;
}

Value api_versions() {
  const Value address = make_object({{"clientCIDR", Value("0.0.0.0/0")}, {"serverAddress", Value("")}});
  return make_object({{"kind", Value("APIVersions")},
                      {"versions", text_list({"v1"})},
                      {"serverAddressByClientCIDRs", Value(doc::Array{address})}});
}

Value api_group(const Group& group) {
  doc::Array versions;
  for (const GroupVersion& version : group.versions) versions.push_back(group_version(group.name, version.version));
  return make_object({{"kind", Value("APIGroup")},
                      {"apiVersion", Value("v1")},
                      {"name", Value(group.name)},
                      {"versions", Value(std::move(versions))},
                      {"preferredVersion", group_version(group.name, group.versions.front().version)}});
}

Value api_group_list(const Catalog& catalog) {
  doc::Array groups;
  for (const Group& group : catalog.groups()) {
    if (group.name.empty()) continue;
    Value one = api_group(group);
    one.as_object()->erase("kind");
    one.as_object()->erase("apiVersion");
    groups.push_back(std::move(one));
  }
  return make_object({{"kind", Value("APIGroupList")}, {"apiVersion", Value("v1")}, {"groups", Value(std::move(groups))}});
}

Value api_resource_list(const std::string& group, const GroupVersion& version) {
  doc::Array resources;
  if (group.empty()) resources.push_back(resource(bindings()));
  for (const Kind* kind : version.kinds) {
    resources.push_back(resource(*kind));
    for (const Subresource& part : subresources_of(*kind)) resources.push_back(resource(*kind, part));
  }
  const bool core = group.empty();  // it has no apiVersion of its own there
  doc::Object object;
  object.append("kind", Value("APIResourceList"), {});
  if (!core) object.append("apiVersion", Value("v1"), {});
  object.append("groupVersion", Value(core ? version.version : group + "/" + version.version), {});
  object.append("resources", Value(std::move(resources)), {});
  return Value(std::move(object));
}

Value group_discovery_list(const Catalog& catalog, bool core, const std::string& format) {
  doc::Array items;
  for (const Group& group : catalog.groups()) {
    if (group.name.empty() == core) items.push_back(group_discovery(group));
  }
  return make_object({{"kind", Value("APIGroupDiscoveryList")},
                      {"apiVersion", Value("apidiscovery.k8s.io/" + format)},
                      {"metadata", Value(doc::Object())},
                      {"items", Value(std::move(items))}});
}

Value path_list(const Catalog& catalog) {
  std::vector<std::string> paths = {"/api", "/apis", "/healthz", "/livez", "/readyz", "/openapi/v2", "/openapi/v3", "/version"};
  for (const Group& group : catalog.groups()) {
    const std::string root = group.name.empty() ? "/api" : "/apis/" + group.name;
    if (!group.name.empty()) paths.push_back(root);
    for (const GroupVersion& version : group.versions) paths.push_back(root + "/" + version.version);
  }
  std::ranges::sort(paths);
  return make_object({{"paths", text_list(paths)}});
}

Value version_document() {
  return make_object({{"major", Value("1")},
                      {"minor", Value("36")},  // whose rules are followed: names, Pods' generation, deprecations
                      {"emulationMajor", Value("1")},
                      {"emulationMinor", Value("36")},
                      {"minCompatibilityMajor", Value("1")},
                      {"minCompatibilityMinor", Value("35")},
                      {"gitVersion", Value("v1.36.0+graylane")},
                      {"gitCommit", Value("")},
                      {"gitTreeState", Value("clean")},
                      {"buildDate", Value("1970-01-01T00:00:00Z")},
                      {"goVersion", Value("none")},
                      {"compiler", Value("g++")},
                      {"platform", Value("linux/amd64")}});
}

}  // namespace graylane::apiserver
