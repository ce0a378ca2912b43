// The rules of containers.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "api/text_rules.h"
#include "apiserver/causes.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr std::array kProbes = {"livenessProbe", "readinessProbe", "startupProbe"};
constexpr std::array<std::string_view, 4> kHandlers = {"exec", "httpGet", "tcpSocket", "grpc"};
constexpr std::array<std::string_view, 4> kActions = {"exec", "httpGet", "tcpSocket", "sleep"};

bool is_env_name(const std::string& name) {
  return std::ranges::all_of(name, [](unsigned char c) { return c >= 0x20 && c < 0x7F && c != '='; });
}

constexpr std::array<std::string_view, 9> kEnvFields = {
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
/// Known as fields of a Pod, but no variable shows them.
constexpr std::array<std::string_view, 5> kOtherFields = {"metadata.annotations", "metadata.labels", "spec.restartPolicy",
                                                          "spec.schedulerName", "status.phase"};

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// "metadata.labels['a']": both parts; the second is empty for "metadata.labels".
std::pair<std::string, std::string> split_subscript(const std::string& path) {
  const size_t begin = path.find("['");
  if (begin == path.npos || !path.ends_with("']")) return {path, {}};
  return {path.substr(0, begin), path.substr(begin + 2, path.size() - begin - 4)};
}

void check_field_ref(const Value& source, const std::string& field, Causes& causes) {
  const std::string version = text_at(source, "apiVersion"), path = text_at(source, "fieldPath"), at = field + ".fieldPath";
  if (path.empty()) return causes.required(at);
  const auto fail = [&](const std::string& why) { causes.invalid(at, go_quoted(path), "error converting fieldPath: " + why); };
  if (!version.empty() && version != "v1") return fail("unsupported pod version: " + version);
  const auto [whole, key] = split_subscript(path);
  if (whole.size() != path.size()) {
    if (whole != "metadata.annotations" && whole != "metadata.labels")
      return fail("field label does not support subscript: " + path);
    return check_qualified(whole == "metadata.labels" ? key : lower_case(key), field, causes);
  }
  if (is_one_of(kEnvFields, path) || path == "spec.host") return;
  if (!is_one_of(kOtherFields, path)) return fail("field label not supported: " + path);
  causes.unsupported(at, go_quoted(path),
                     {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
                      "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"});
}

/// Amounts are told in these units only.
void check_divisor(const Value& source, const std::string& resource, const std::string& field, Causes& causes) {
  constexpr std::array<std::string_view, 13> kUnits = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                                       "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
  const auto divisor = amount_of(source.find("divisor"));
  if (!divisor || divisor->magnitude.empty()) return;
  const std::string text = api::canonical_text(*divisor);
  const auto is_of = [&](std::string_view what) { return resource.ends_with(what); };
  const bool is_cpu = is_of(".cpu");
  if (is_cpu ? text == "1m" || text == "1" : is_one_of(kUnits, text)) return;
  if (is_cpu)
    return causes.invalid(field + ".divisor", go_quoted(resource),
                          "only divisor's values 1m and 1 are supported with the cpu resource");
  const char* what = is_of(".memory") ? "memory" : is_of(".ephemeral-storage") ? "local ephemeral storage" : "hugepages";
  causes.invalid(field + ".divisor", go_quoted(resource),
                 "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the " +
                     std::string(what) + " resource");
}

void check_resource_ref(const Value& source, const std::string& field, Causes& causes) {
  constexpr std::array<std::string_view, 6> kKnown = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                                                      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  const std::string resource = text_at(source, "resource");
  const bool is_huge = resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
  if (resource.empty()) return causes.required(field + ".resource");
  if (is_one_of(kKnown, resource) || is_huge) return check_divisor(source, resource, field, causes);
  causes.unsupported(field + ".resource", go_quoted(resource),
                     {"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
                      "requests.memory"});
}

void check_key_ref(const Value& source, const std::string& field, Causes& causes) {
  check_subdomain_text(text_at(source, "name"), field + ".name", causes);
  const std::string key = text_at(source, "key");
  if (key.empty()) return causes.required(field + ".key");
  if (const char* problem = data_key_problem(key)) causes.invalid(field + ".key", go_quoted(key), problem);
}

void check_env(const Value& env, const std::string& field, Causes& causes) {
  const std::string name = text_at(env, "name");
  if (!is_env_name(name))
    causes.invalid(field + ".name", go_quoted(name),
                   "a valid environment variable name must consist only of printable ASCII characters other than '='");
  const Value* from = env.find("valueFrom");
  if (!from || !from->is_object()) return;
  const std::string at = field + ".valueFrom";
  if (const Value* source = from->find("fieldRef")) check_field_ref(*source, at + ".fieldRef", causes);
  if (const Value* source = from->find("resourceFieldRef")) check_resource_ref(*source, at + ".resourceFieldRef", causes);
  for (const char* source : {"configMapKeyRef", "secretKeyRef"}) {
    if (const Value* found = from->find(source)) check_key_ref(*found, at + "." + source, causes);
  }
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
    if (!action) continue;
    const Value* port = action->find("port");
    if (port && port->as_string()) check_port_name(*port->as_string(), field + "." + handler + ".port", causes);
    else check_port_number(port && port->as_int() ? *port->as_int() : 0, field + "." + handler + ".port", causes);
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

/// More may be asked for than there is; not so of these.
bool is_exact(const std::string& name) {
  return (name.contains('/') && !name.contains("kubernetes.io/")) || name.starts_with("hugepages-");
}

void check_amount(const Value& value, const std::string& name, const std::string& field, Causes& causes) {
  const auto amount = amount_of(&value);
  if (!amount) return;
  if (amount->negative) causes.invalid(field, go_quoted(api::canonical_text(*amount)), "must be greater than or equal to 0");
  if (is_extended_resource(name) && !api::is_whole(*amount))
    causes.invalid(field, go_quoted(api::canonical_text(*amount)), "must be an integer");
}

using Amounts = std::map<std::string_view, api::Quantity>;

Amounts amounts_of(const Value* all) {
  Amounts amounts;
  if (!all || !all->is_object()) return amounts;
  for (const doc::Member& member : *all->as_object()) {
    if (auto amount = amount_of(&member.value)) amounts.emplace(member.key, *std::move(amount));
  }
  return amounts;
}

void check_limit_of(const std::string& name, const api::Quantity& request, const Amounts& limits, const std::string& field,
                    Causes& causes) {
  const auto limit = limits.find(name);
  if (limit == limits.end()) {
    if (is_exact(name)) causes.required(field + ".limits", "Limit must be set for non overcommitable resources");
    return;
  }
  const int order = api::compare(request, limit->second);
  const std::string words = name + " limit of " + api::canonical_text(limit->second),
                    shown = go_quoted(api::canonical_text(request));
  if (is_exact(name) && order != 0) causes.invalid(field + ".requests", shown, "must be equal to " + words);
  else if (order > 0) causes.invalid(field + ".requests", shown, "must be less than or equal to " + words);
}

void check_resources(const Value& container, const std::string& owner, Causes& causes) {
  const std::string field = owner + ".resources";
  const Value* given = find_path(container, "resources.limits");
  const Amounts limits = amounts_of(given);
  bool huge = false, usual = false;
  for (const char* part : {"limits", "requests"}) {
    const Value* all = find_path(container, std::string("resources.") + part);
    if (!all || !all->is_object()) continue;
    for (const doc::Member& member : *all->as_object()) {
      const std::string at = field + "." + part + "[" + member.key + "]";
      check_container_resource(member.key, at, causes);
      check_amount(member.value, member.key, at, causes);
      const auto request = all == given ? std::nullopt : amount_of(&member.value);
      if (request) check_limit_of(member.key, *request, limits, field, causes);
      huge = huge || member.key.starts_with("hugepages-");
      usual = usual || member.key == "cpu" || member.key == "memory";
    }
  }
  if (huge && !usual) causes.forbidden(field, "HugePages require cpu or memory");
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
    if (!name.empty() && !api::is_port_name(name)) check_port_name(name, at + ".name", causes);
    else if (!name.empty() && !seen.insert(name).second) causes.duplicate(at + ".name", go_quoted(name));
    if (number_at(port, "containerPort") == 0) causes.required(at + ".containerPort");
    else check_port_number(number_at(port, "containerPort"), at + ".containerPort", causes);
    if (number_at(port, "hostPort") != 0) check_port_number(number_at(port, "hostPort"), at + ".hostPort", causes);
  });
}

}  // namespace

void check_container(const Value& container, const std::string& field, Causes& causes) {
  const std::string image = text_at(container, "image");
  if (!image.empty() && (image.front() == ' ' || image.back() == ' '))
    causes.invalid(field + ".image", go_quoted(image), "must not have leading or trailing whitespace");
  check_ports(container, field, causes);
  each_item(container, "env", field + ".env", [&](const Value& env, const std::string& at) { check_env(env, at, causes); });
  each_item(container, "envFrom", field + ".envFrom", [&](const Value& from, const std::string& at) {
    const Value* sources[] = {from.find("configMapRef"), from.find("secretRef")};
    if (!sources[0] && !sources[1])
      causes.invalid(field + ".envFrom", "\"\"", "must specify one of: `configMapRef` or `secretRef`");
    if (sources[0] && sources[1])
      causes.invalid(field + ".envFrom", "\"\"", "may not have more than one field specified at a time");
    for (const char* source : {"configMapRef", "secretRef"}) {
      if (from.find(source) && text_at(*from.find(source), "name").empty()) causes.required(at + "." + source + ".name");
    }
  });
  check_probes(container, field, causes);
  check_resources(container, field, causes);
  check_mounts(container, field, causes);
}

}  // namespace graylane::apiserver
