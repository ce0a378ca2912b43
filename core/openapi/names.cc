#include "openapi/names.h"

#include "api/build.h"

namespace graylane::openapi {
namespace {

constexpr std::string_view kBuiltInSuffix = ".k8s.io";

/// "networking.istio.io" -> "io.istio.networking".
std::string reversed(std::string_view group) {
  std::string text;
  while (!group.empty()) {
    const size_t dot = group.rfind('.');
    const std::string_view label = group.substr(dot == group.npos ? 0 : dot + 1);
    text += (text.empty() ? "" : ".") + std::string(label);
    group = group.substr(0, dot == group.npos ? 0 : dot);
  }
  return text;
}

/// The package of a built-in group: "apps", "networking" of networking.k8s.io.
std::string_view short_group(std::string_view group) {
  return group.empty() ? "core" : group.substr(0, std::min(group.find('.'), group.size()));
}

std::string package_of(const api::Kind& kind) {
  const std::string& group = kind.gvk.group;
  if (kind.custom) return reversed(group);
  if (group == "apiextensions.k8s.io") return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions";
  return "io.k8s.api." + std::string(short_group(group));
}

std::string capitalised(std::string_view text) {
  std::string word(text);
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
  return word;
}

}  // namespace

std::string definition_name(const api::Kind& kind) { return package_of(kind) + "." + kind.gvk.version + "." + kind.gvk.kind; }

doc::Value reference_to(const std::string& definition, Version version) {
  const char* place = version == Version::kV2 ? "#/definitions/" : "#/components/schemas/";
  return api::make_object({{"$ref", doc::Value(place + definition)}});
}

doc::Value group_version_kind(const api::Kind& kind) {
  return api::make_object(
      {{"group", doc::Value(kind.gvk.group)}, {"version", doc::Value(kind.gvk.version)}, {"kind", doc::Value(kind.gvk.kind)}});
}

std::string operation_group(const api::GroupVersionKind& gvk) {
  std::string_view group = gvk.group.empty() ? "core" : std::string_view(gvk.group);
  if (group.ends_with(kBuiltInSuffix)) group = short_group(group);
  std::string text;
  while (!group.empty()) {
    const size_t dot = std::min(group.find('.'), group.size());
    text += capitalised(group.substr(0, dot));
    group.remove_prefix(std::min(dot + 1, group.size()));
  }
  return text + capitalised(gvk.version);
}

}  // namespace graylane::openapi
