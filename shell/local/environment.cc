#include "local/environment.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/service.h"
#include "api/view_fields.h"
#include "local/base64.h"

namespace graylane::local {

namespace {

/// Cluster addresses of our own making: nothing listens there, and a program that is told of one would try it.
constexpr std::string_view kUnservedRange = "127.20.";

namespace fields = api::fields;
using doc::Value;

// ---- Services

std::string variable_name(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c == '-' || c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

void add_service(const api::Object& object, Environment& variables) {
  const api::Service service = api::read_service(object);
  const bool answers = !service.cluster_ip.starts_with(kUnservedRange);
  if (service.cluster_ip.empty() || service.cluster_ip == "None" || service.ports.empty() || !answers) return;
  const std::string prefix = variable_name(object.key.name) + "_SERVICE_";
  variables[prefix + "HOST"] = service.cluster_ip;
  variables[prefix + "PORT"] = std::to_string(service.ports.front().number);
  for (const api::ServicePort& port : service.ports) {
    if (!port.name.empty()) variables[prefix + "PORT_" + variable_name(port.name)] = std::to_string(port.number);
  }
}

bool wants_services(const api::Object& pod) {
  const Value* links = fields::find(fields::find_object(&pod.content, "spec"), "enableServiceLinks");
  return !links || !links->as_bool() || *links->as_bool();
}

// ---- What is ours

void add_ports(const PodFacts& facts, const Value& container, Environment& variables) {
  bool is_first = true;
  for (const Value& port : fields::items(&container, "ports")) {
    const int32_t declared = fields::number(&port, "containerPort");
    if (fields::text(&port, "protocol", "TCP") != "TCP" || declared <= 0) continue;
    const auto changed = facts.real_ports.find(declared);
    const std::string real = std::to_string(changed == facts.real_ports.end() ? declared : changed->second);
    variables["PORT_" + std::to_string(declared)] = real;
    if (std::exchange(is_first, false)) variables["PORT"] = real;
  }
}

// ---- ConfigMaps and Secrets

bool is_optional(const Value* reference) {
  const Value* optional = fields::find(reference, "optional");
  return optional && optional->as_bool() && *optional->as_bool();
}

/// All text entries of a ConfigMap or Secret.
Environment entries_of(const api::Object& object) {
  Environment entries;
  const bool is_secret = object.key.kind == "Secret";
  for (const auto& [key, value] : fields::labels(&object.content, "data")) {
    entries[key] = is_secret ? decode_base64(value).value_or("") : value;
  }
  if (!is_secret) return entries;
  for (const auto& [key, value] : fields::labels(&object.content, "stringData")) entries[key] = value;
  return entries;
}

std::unexpected<Error> missing(std::string what) { return fail(ErrorCode::kNotFound, std::move(what)); }

Result<void> add_all(const PodFacts& facts, const Value& source, const char* kind, const Value* reference,
                     Environment& variables) {
  const std::string name = fields::text(reference, "name");
  const api::ObjectPtr object = facts.find(kind, name);
  if (!object && is_optional(reference)) return {};
  if (!object) return missing(std::string(kind) + " " + name + " of envFrom does not exist");
  const std::string prefix = fields::text(&source, "prefix");
  for (auto& [key, value] : entries_of(*object)) variables[prefix + key] = value;
  return {};
}

Result<std::optional<std::string>> entry_of(const PodFacts& facts, const char* kind, const Value* reference) {
  const std::string name = fields::text(reference, "name");
  const std::string key = fields::text(reference, "key");
  const api::ObjectPtr object = facts.find(kind, name);
  if (object) {
    const Environment entries = entries_of(*object);
    if (const auto entry = entries.find(key); entry != entries.end()) return entry->second;
  }
  if (is_optional(reference)) return std::nullopt;
  return missing(std::string(kind) + " " + name + (object ? " has no key " + key : " does not exist"));
}

// ---- Downward API

std::optional<std::string> subscript(std::string_view path, std::string_view list) {
  if (!path.starts_with(list) || !path.ends_with("']")) return std::nullopt;
  path.remove_prefix(list.size());
  if (!path.starts_with("['") || path.size() < 4) return std::nullopt;
  return std::string(path.substr(2, path.size() - 4));
}

Result<std::string> field_of(const PodFacts& facts, std::string_view path) {
  const Value* metadata = fields::find_object(&facts.pod.content, "metadata");
  const Value* spec = fields::find_object(&facts.pod.content, "spec");
  if (path == "metadata.name") return facts.pod.key.name;
  if (path == "metadata.namespace") return facts.pod.key.ns;
  if (path == "metadata.uid") return fields::text(metadata, "uid");
  if (path == "spec.nodeName") return fields::text(spec, "nodeName", facts.node_name);
  if (path == "spec.serviceAccountName") return fields::text(spec, "serviceAccountName", "default");
  if (path == "status.podIP" || path == "status.podIPs") return facts.ip;
  if (path == "status.hostIP" || path == "status.hostIPs") return std::string("127.0.0.1");
  for (const char* list : {"labels", "annotations"}) {
    const auto key = subscript(path, std::string("metadata.") + list);
    if (!key) continue;
    const api::Labels entries = fields::labels(metadata, list);
    const auto entry = entries.find(*key);
    return entry == entries.end() ? std::string() : entry->second;
  }
  return fail(ErrorCode::kUnsupported, "fieldPath " + std::string(path) + " is not known");
}

/// Nothing: an optional reference that leads nowhere.
Result<std::optional<std::string>> value_from(const PodFacts& facts, const Value& source) {
  if (const Value* field = fields::find_object(&source, "fieldRef")) {
    auto value = field_of(facts, fields::text(field, "fieldPath"));
    if (!value) return std::unexpected(std::move(value.error()));
    return std::optional(std::move(*value));
  }
  if (const Value* reference = fields::find_object(&source, "configMapKeyRef")) return entry_of(facts, "ConfigMap", reference);
  if (const Value* reference = fields::find_object(&source, "secretKeyRef")) return entry_of(facts, "Secret", reference);
  return fail(ErrorCode::kUnsupported, "only fieldRef, configMapKeyRef and secretKeyRef are known to local Pods");
}

Result<void> add_variable(const PodFacts& facts, const Value& entry, Environment& variables) {
  const std::string name = fields::text(&entry, "name");
  if (name.empty()) return {};
  const Value* source = fields::find_object(&entry, "valueFrom");
  if (!source) {
    variables[name] = expand(fields::text(&entry, "value"), variables);
    return {};
  }
  auto value = value_from(facts, *source);
  if (!value) {
    Error error = std::move(value.error());
    error.what = "env " + name + ": " + error.what;
    return std::unexpected(std::move(error));
  }
  if (*value) variables[name] = std::move(**value);
  return {};
}

}  // namespace

std::string expand(std::string_view text, const Environment& variables) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const size_t end = text[i + 1] == '(' ? text.find(')', i) : text.npos;
    if (text[i + 1] == '$') {
      result += '$';
      ++i;
    } else if (end != text.npos) {
      const auto variable = variables.find(std::string(text.substr(i + 2, end - i - 2)));
      result += variable == variables.end() ? std::string(text.substr(i, end - i + 1)) : variable->second;
      i = end;
    } else {
      result += text[i];
    }
  }
  return result;
}

Result<Environment> environment_of(const PodFacts& facts, const Value& container, Environment base) {
  Environment variables = std::move(base);
  variables["POD_IP"] = facts.ip;
  variables["POD_NAME"] = facts.pod.key.name;
  variables["HOSTNAME"] = facts.pod.key.name;
  add_ports(facts, container, variables);
  if (wants_services(facts.pod)) {
    for (const api::ObjectPtr& service : facts.services) add_service(*service, variables);
  }
  for (const Value& source : fields::items(&container, "envFrom")) {
    for (const auto& [member, kind] : {std::pair("configMapRef", "ConfigMap"), std::pair("secretRef", "Secret")}) {
      const Value* reference = fields::find_object(&source, member);
      if (!reference) continue;
      if (auto added = add_all(facts, source, kind, reference, variables); !added) return std::unexpected(added.error());
    }
  }
  for (const Value& entry : fields::items(&container, "env")) {
    if (auto added = add_variable(facts, entry, variables); !added) return std::unexpected(added.error());
  }
  return variables;
}

}  // namespace graylane::local
