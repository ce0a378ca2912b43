#include "apiserver/catalog.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <tuple>

namespace graylane::apiserver {
namespace {

/// For sorting: general availability before beta before alpha, then the higher number. "v1beta2" -> (2, -1, -2).
std::tuple<int, int, int, std::string_view> rank(std::string_view version) {
  const char* at = version.data() + 1;
  const char* end = version.data() + version.size();
  int major = 0;
  const auto number = std::from_chars(at, end, major);
  if (!version.starts_with('v') || number.ec != std::errc()) return {4, 0, 0, version};
  std::string_view rest(number.ptr, static_cast<size_t>(end - number.ptr));
  if (rest.empty()) return {1, -major, 0, version};
  for (const auto& [word, stage] : {std::pair<std::string_view, int>{"beta", 2}, {"alpha", 3}}) {
    int minor = 0;
    if (rest.starts_with(word) && std::from_chars(rest.data() + word.size(), end, minor).ptr == end)
      return {stage, -major, -minor, version};
  }
  return {4, 0, 0, version};
}

/// The order of a cluster: kubectl takes the first group that has a name like "ingresses" or "events". Custom groups follow
/// Kubernetes' own ones, and a group that is only still there for old manifests is the last.
constexpr std::string_view kFirstGroups[] = {"",
                                             "apps",
                                             "events.k8s.io",
                                             "authentication.k8s.io",
                                             "authorization.k8s.io",
                                             "autoscaling",
                                             "batch",
                                             "networking.k8s.io",
                                             "policy",
                                             "rbac.authorization.k8s.io",
                                             "storage.k8s.io",
                                             "admissionregistration.k8s.io",
                                             "apiextensions.k8s.io",
                                             "scheduling.k8s.io",
                                             "coordination.k8s.io",
                                             "discovery.k8s.io"};

std::pair<size_t, std::string_view> group_rank(std::string_view name) {
  const auto* at = std::ranges::find(kFirstGroups, name);
  return {static_cast<size_t>(at - std::begin(kFirstGroups)) + (name == "extensions" ? 1 : 0), name};
}

}  // namespace

Catalog::Catalog(const api::Kinds& kinds) : kinds_(kinds) {
  std::map<std::string, std::map<std::string, std::vector<const api::Kind*>>> sorted;
  for (const api::Kind& kind : kinds.all()) sorted[kind.gvk.group][kind.gvk.version].push_back(&kind);
  for (auto& [name, versions] : sorted) {
    Group group{name, {}};
    for (auto& [version, members] : versions) {
      std::ranges::sort(members, {}, [](const api::Kind* kind) { return kind->plural; });
      group.versions.push_back({version, std::move(members)});
    }
    std::ranges::sort(group.versions, {}, [](const GroupVersion& v) { return rank(v.version); });
    groups_.push_back(std::move(group));
  }
  std::ranges::sort(groups_, {}, [](const Group& group) { return group_rank(group.name); });
}

const Group* Catalog::group(std::string_view name) const {
  const auto found = std::ranges::find(groups_, name, &Group::name);
  return found == groups_.end() ? nullptr : &*found;
}

const GroupVersion* Catalog::version(std::string_view group_name, std::string_view version) const {
  const Group* found = group(group_name);
  if (!found) return nullptr;
  const auto at = std::ranges::find(found->versions, version, &GroupVersion::version);
  return at == found->versions.end() ? nullptr : &*at;
}

const api::Kind* Catalog::resource(std::string_view group_name, std::string_view version_name, std::string_view plural) const {
  const GroupVersion* found = version(group_name, version_name);
  if (!found) return nullptr;
  const auto at = std::ranges::find(found->kinds, plural, [](const api::Kind* kind) { return std::string_view(kind->plural); });
  return at == found->kinds.end() ? nullptr : *at;
}

}  // namespace graylane::apiserver
