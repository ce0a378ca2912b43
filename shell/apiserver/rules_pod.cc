// The rules of what Pods are made of, for Pods and for templates of them.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "api/quantity.h"
#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr std::array kProbes = {"livenessProbe", "readinessProbe", "startupProbe"};
constexpr std::array<std::string_view, 4> kHandlers = {"exec", "httpGet", "tcpSocket", "grpc"};
constexpr std::array<std::string_view, 4> kActions = {"exec", "httpGet", "tcpSocket", "sleep"};
constexpr int64_t kModeMax = 0777;

bool is_env_name(const std::string& name) {
  return std::ranges::all_of(name, [](unsigned char c) { return c >= 0x20 && c < 0x7F && c != '='; });
}

void check_env(const Value& env, const std::string& field, Causes& causes) {
  const std::string name = text_at(env, "name");
  if (!is_env_name(name))
    causes.invalid(field + ".name", go_quoted(name),
                   "a valid environment variable name must consist only of printable ASCII characters other than '='");
  const Value* from = env.find("valueFrom");
  if (!from || !from->is_object()) return;
  const std::string at = field + ".valueFrom";
  if (from->as_object()->empty())
    causes.invalid(at, "\"\"",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
  else if (!text_at(env, "value").empty()) causes.invalid(at, "\"\"", "may not be specified when `value` is not empty");
  else if (from->as_object()->size() > 1) causes.invalid(at, "\"\"", "may not have more than one field specified at a time");
}

/// Of a probe or a hook.
template <size_t N>
void check_handler(const Value& owner, const std::string& field, const std::array<std::string_view, N>& handlers,
                   Causes& causes) {
  size_t count = 0;
  for (std::string_view handler : handlers) {
    if (!owner.find(handler)) continue;
    if (++count > 1) causes.forbidden(field + "." + std::string(handler), "may not specify more than 1 handler type");
  }
  if (count == 0) causes.required(field, "must specify a handler type");
  if (owner.find("exec") && size_at(owner, "exec.command") == 0) causes.required(field + ".exec.command");
  for (const char* handler : {"httpGet", "tcpSocket"}) {
    const Value* action = owner.find(handler);
    if (action && !action->find("port"))
      causes.invalid(field + "." + handler + ".port", "0", "must be between 1 and 65535, inclusive");
  }
}

void check_probes(const Value& container, const std::string& field, Causes& causes) {
  for (const char* name : kProbes) {
    const Value* probe = container.find(name);
    if (!probe || !probe->is_object()) continue;
    const std::string at = field + "." + name;
    check_handler(*probe, at, kHandlers, causes);
    const Value* threshold = probe->find("successThreshold");
    if (std::string_view(name) != "readinessProbe" && threshold && threshold->as_int() && *threshold->as_int() > 1)
      causes.invalid(at + ".successThreshold", threshold, "must be 1");
    for (const char* member :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
      const Value* number = probe->find(member);
      if (number && number->as_int() && *number->as_int() < 0)
        causes.invalid(at + "." + member, number, "must be greater than or equal to 0");
    }
  }
  for (const char* hook : {"postStart", "preStop"}) {
    const Value* action = find_path(container, std::string("lifecycle.") + hook);
    if (action && action->is_object()) check_handler(*action, field + ".lifecycle." + hook, kActions, causes);
  }
}

std::optional<api::Quantity> amount(const Value& value) {
  return api::parse_quantity(value.as_string() ? *value.as_string() : doc::to_json(value));
}

bool is_resource(const std::string& name) {
  constexpr std::array<std::string_view, 3> kStandard = {"cpu", "memory", "ephemeral-storage"};
  return name.contains('/') || name.starts_with("hugepages-") || std::ranges::find(kStandard, name) != kStandard.end();
}

void check_resources(const Value& container, const std::string& field, Causes& causes) {
  for (const char* part : {"limits", "requests"}) {
    const Value* all = find_path(container, std::string("resources.") + part);
    if (!all || !all->is_object()) continue;
    for (const doc::Member& member : *all->as_object()) {
      const std::string at = field + ".resources." + part + "[" + member.key + "]";
      if (!is_resource(member.key)) {
        causes.invalid(at, go_quoted(member.key), "must be a standard resource type or fully qualified");
        causes.invalid(at, go_quoted(member.key), "must be a standard resource for containers");
      }
      const auto quantity = amount(member.value);
      if (quantity && quantity->negative)
        causes.invalid(at, go_quoted(api::canonical_text(*quantity)), "must be greater than or equal to 0");
    }
  }
}

void check_mounts(const Value& container, const std::string& field, Causes& causes) {
  std::set<std::string> seen;
  each_item(container, "volumeMounts", field + ".volumeMounts", [&](const Value& mount, const std::string& at) {
    const std::string path = text_at(mount, "mountPath");
    if (!path.empty() && !seen.insert(path).second) causes.invalid(at + ".mountPath", go_quoted(path), "must be unique");
  });
}

void check_ports(const Value& container, const std::string& field, Causes& causes) {
  std::set<std::string> seen;
  each_item(container, "ports", field + ".ports", [&](const Value& port, const std::string& at) {
    const std::string name = text_at(port, "name");
    if (number_at(port, "containerPort") == 0) causes.required(at + ".containerPort");
    if (!name.empty() && !seen.insert(name).second)
      causes.add({"FieldValueDuplicate", "Duplicate value: " + go_quoted(name), at + ".name"});
  });
}

void check_container(const Value& container, const std::string& field, Causes& causes) {
  const std::string image = text_at(container, "image");
  if (!image.empty() && (image.front() == ' ' || image.back() == ' '))
    causes.invalid(field + ".image", go_quoted(image), "must not have leading or trailing whitespace");
  check_ports(container, field, causes);
  each_item(container, "env", field + ".env", [&](const Value& env, const std::string& at) { check_env(env, at, causes); });
  each_item(container, "envFrom", field + ".envFrom", [&](const Value& from, const std::string&) {
    if (!from.find("configMapRef") && !from.find("secretRef"))
      causes.invalid(field + ".envFrom", "\"\"", "must specify one of: `configMapRef` or `secretRef`");
  });
  check_probes(container, field, causes);
  check_resources(container, field, causes);
  check_mounts(container, field, causes);
}

void check_volume(const Value& volume, const std::string& field, Causes& causes) {
  size_t sources = 0;
  for (const doc::Member& member : *volume.as_object()) {
    if (member.key == "name") continue;
    if (++sources > 1) causes.forbidden(field + "." + member.key, "may not specify more than 1 volume type");
  }
  if (volume.find("configMap") && text_at(volume, "configMap.name").empty()) causes.required(field + ".configMap.name");
  for (const char* source : {"configMap", "secret", "downwardAPI", "projected"}) {
    const Value* mode = find_path(volume, std::string(source) + ".defaultMode");
    if (mode && mode->as_int() && (*mode->as_int() < 0 || *mode->as_int() > kModeMax))
      causes.invalid(field + "." + source + ".defaultMode", mode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

}  // namespace

void check_pod_rules(const Value& pod, const std::string& field, Causes& causes) {
  const Value* spec = find_path(pod, field);
  if (!spec || !spec->is_object()) return;
  each_item(*spec, "volumes", field + ".volumes", [&](const Value& volume, const std::string& at) {
    if (volume.is_object()) check_volume(volume, at, causes);
  });
  for (const char* list : {"initContainers", "containers"})
    each_item(*spec, list, field + "." + list,
              [&](const Value& container, const std::string& at) { check_container(container, at, causes); });
  check_label_map(*spec, "nodeSelector", causes, field + ".nodeSelector");
  if (text_at(*spec, "dnsPolicy") == "None" && !spec->find("dnsConfig"))
    causes.required(field + ".dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
}

void check_label_map(const Value& owner, const char* path, Causes& causes, const std::string& field) {
  const Value* labels = find_path(owner, path);
  if (!labels || !labels->is_object()) return;
  const std::string at = field.empty() ? path : field;
  for (const doc::Member& member : *labels->as_object()) {
    if (const std::string problem = key_problem(member.key); !problem.empty()) causes.invalid(at, go_quoted(member.key), problem);
    const std::string value = member.value.as_string() ? *member.value.as_string() : "";
    if (const std::string problem = label_value_problem(value); !problem.empty()) causes.invalid(at, go_quoted(value), problem);
  }
}

}  // namespace graylane::apiserver
