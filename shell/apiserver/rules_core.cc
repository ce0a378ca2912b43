// The rules of the core group.
#include <algorithm>
#include <array>
#include <optional>

#include "api/quantity.h"
#include "api/text_rules.h"
#include "apiserver/rules_parts.h"
#include "doc/parse.h"
#include "doc/text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr std::array<std::string_view, 4> kAccessModes = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};

/// What a Secret of some type must hold: `reason` is of the annotation or the data that is missing.
struct SecretType {
  std::string_view type;
  std::array<std::string_view, 2> keys;  // the second may be empty
};
constexpr std::array kSecretTypes = {
    SecretType{"kubernetes.io/tls", {"tls.crt", "tls.key"}},
    SecretType{"kubernetes.io/ssh-auth", {"ssh-privatekey"}},
    SecretType{"kubernetes.io/dockercfg", {".dockercfg"}},
    SecretType{"kubernetes.io/dockerconfigjson", {".dockerconfigjson"}},
};

/// Of data, or of stringData, which becomes data.
const Value* entry_of(const Value& secret, std::string_view key) {
  for (const char* part : {"stringData", "data"}) {
    const Value* entries = secret.find(part);
    if (const Value* found = entries && entries->is_object() ? entries->find(key) : nullptr) return found;
  }
  return nullptr;
}

/// Whether the text (base64 where it stands in `data`) is JSON.
bool is_json(const Value& secret, std::string_view key) {
  const Value* plain = secret.find("stringData");
  const Value* text = plain && plain->is_object() ? plain->find(key) : nullptr;
  if (!text) {
    const Value* encoded = entry_of(secret, key);
    const auto bytes = encoded && encoded->as_string() ? doc::decode_base64(*encoded->as_string()) : std::nullopt;
    return bytes && doc::parse_json(*bytes, nullptr).diagnostics.empty();
  }
  return text->as_string() && doc::parse_json(*text->as_string(), nullptr).diagnostics.empty();
}

void check_secret(const Value& secret, Causes& causes) {
  const std::string type = text_at(secret, "type");
  const Value* annotations = find_path(secret, "metadata.annotations");
  const bool names_account = annotations && annotations->find("kubernetes.io/service-account.name");
  if (type == "kubernetes.io/service-account-token" && !names_account)
    causes.required("metadata.annotations[kubernetes.io/service-account.name]");
  if (type == "kubernetes.io/basic-auth" && !entry_of(secret, "username") && !entry_of(secret, "password")) {
    causes.required("data[username]");
    causes.required("data[password]");
  }
  const auto row = std::ranges::find(kSecretTypes, type, &SecretType::type);
  if (row == kSecretTypes.end()) return;
  const bool is_docker = type.starts_with("kubernetes.io/docker");
  for (std::string_view key : row->keys) {
    if (key.empty()) continue;
    const std::string field = "data[" + std::string(key) + "]";
    const Value* entry = entry_of(secret, key);
    const bool is_key = type == "kubernetes.io/ssh-auth";
    if (!entry || (is_key && entry->as_string() && entry->as_string()->empty())) causes.required(field);
    else if (is_docker && !is_json(secret, key))
      causes.invalid(field, "\"<secret contents redacted>\"", "unexpected end of JSON input");
  }
}

/// A key stands in one of the two.
void check_config_map(const Value& map, Causes& causes) {
  const Value* binary = map.find("binaryData");
  const Value* data = map.find("data");
  if (!binary || !binary->is_object() || !data || !data->is_object()) return;
  for (const doc::Member& member : *binary->as_object()) {
    if (data->find(member.key))
      causes.invalid("data[" + member.key + "]", go_quoted(member.key), "duplicate of key present in binaryData");
  }
}

void check_modes(const Value& owner, const char* path, Causes& causes, std::string_view none) {
  if (size_at(owner, path) == 0) causes.required(path, none);
  each_item(owner, path, path, [&](const Value& mode, const std::string&) {
    const std::string* text = mode.as_string();
    if (text && std::ranges::find(kAccessModes, *text) == kAccessModes.end())
      causes.unsupported(path, go_quoted(*text), {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"});
  });
}

void check_positive(const Value* value, const std::string& field, Causes& causes) {
  const auto quantity = amount_of(value);
  if (quantity && (quantity->negative || quantity->magnitude.empty()))
    causes.invalid(field, go_quoted(api::canonical_text(*quantity)), "must be greater than zero");
}

void check_claim(const Value& claim, Causes& causes) {
  check_modes(claim, "spec.accessModes", causes, "at least 1 access mode is required");
  const Value* storage = find_path(claim, "spec.resources.requests.storage");
  if (!storage) causes.required("spec.resources[storage]");
  else check_positive(storage, "spec.resources[storage]", causes);
}

/// Members of a volume's spec that are not where it is kept.
constexpr std::array<std::string_view, 9> kNoSources = {
    "capacity",     "accessModes", "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
    "mountOptions", "volumeMode",  "nodeAffinity", "volumeAttributesClassName"};

void check_volume(const Value& volume, Causes& causes) {
  check_modes(volume, "spec.accessModes", causes, "");
  const Value* capacity = find_path(volume, "spec.capacity");
  const Value* storage = find_path(volume, "spec.capacity.storage");
  if (!capacity) causes.required("spec.capacity");
  if (!storage || (capacity && capacity->as_object()->size() > 1))
    causes.unsupported("spec.capacity", capacity ? doc::to_json(*capacity) : "null", {"storage"});
  check_positive(storage, "spec.capacity[storage]", causes);
  const Value* spec = volume.find("spec");
  const auto is_source = [](const doc::Member& member) {
    return std::ranges::find(kNoSources, std::string_view(member.key)) == kNoSources.end();
  };
  if (!spec || !spec->is_object() || std::ranges::none_of(*spec->as_object(), is_source))
    causes.required("spec", "must specify a volume type");
}

}  // namespace

void check_core_rules(const RuleCall& call, Causes& causes) {
  const Value& document = call.document;
  const std::string& kind = call.kind;
  if (kind == "Secret") check_secret(document, causes);
  else if (kind == "ConfigMap") check_config_map(document, causes);
  else if (kind == "PersistentVolumeClaim") check_claim(document, causes);
  else if (kind == "PersistentVolume") check_volume(document, causes);
  else if (kind == "Pod") check_pod_rules(call, "spec", causes);
  else if (kind == "PodTemplate") check_pod_rules(call, "template.spec", causes);
}

}  // namespace graylane::apiserver
