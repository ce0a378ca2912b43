// The rules of what Pods are made of, for Pods and for templates of them.
#include <algorithm>
#include <array>
#include <set>

#include "api/text_rules.h"
#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr int64_t kModeMax = 0777;
constexpr size_t kNameserversMax = 3, kSearchesMax = 32, kSearchCharactersMax = 2'048;

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

void check_containers(const Value& spec, const std::string& field, Causes& causes) {
  std::set<std::string> names;
  if (size_at(spec, "containers") == 0) causes.required(field + ".containers");
  for (const char* list : {"containers", "initContainers"}) {
    each_item(spec, list, field + "." + list, [&](const Value& container, const std::string& at) {
      const std::string name = text_at(container, "name");
      check_container(container, at, causes);
      if (!names.insert(name).second && !name.empty()) causes.duplicate(at + ".name", go_quoted(name));
    });
  }
}

/// No two containers listen on the same port of their node.
void check_host_ports(const Value& spec, const std::string& field, Causes& causes) {
  std::set<std::string> seen;
  const bool of_host = flag_at(spec, "hostNetwork");
  each_item(spec, "containers", field + ".containers", [&](const Value& container, const std::string& owner) {
    each_item(container, "ports", owner + ".ports", [&](const Value& port, const std::string& at) {
      const int64_t number = number_at(port, "hostPort");
      const std::string given = text_at(port, "protocol"), protocol = given.empty() ? "TCP" : given;
      const std::string shown = protocol + "/" + text_at(port, "hostIP") + "/" + std::to_string(number);
      if (number == 0) return;
      if (!seen.insert(shown).second) causes.duplicate(at + ".hostPort", go_quoted(shown));
      if (of_host && number != number_at(port, "containerPort"))
        causes.invalid(at + ".hostPort", std::to_string(number), "must match `containerPort` when `hostNetwork` is true");
    });
  });
}

void check_dns(const Value& spec, const std::string& owner, Causes& causes) {
  const std::string field = owner + ".dnsConfig";
  const Value* config = spec.find("dnsConfig");
  const auto servers = static_cast<size_t>(size_at(spec, "dnsConfig.nameservers"));
  if (text_at(spec, "dnsPolicy") == "None") {
    if (!config) return causes.required(field, "must provide `dnsConfig` when `dnsPolicy` is None");
    if (servers == 0)
      return causes.required(field + ".nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
  if (!config) return;
  if (servers > kNameserversMax)
    causes.invalid(field + ".nameservers", config->find("nameservers"), "must not have more than 3 nameservers");
  each_item(*config, "nameservers", field + ".nameservers", [&](const Value& server, const std::string& at) {
    if (server.as_string()) check_address(*server.as_string(), at, causes);
  });
  size_t characters = 0;
  for (const Value& search : items_at(*config, "searches")) characters += search.as_string() ? search.as_string()->size() + 1 : 0;
  if (static_cast<size_t>(size_at(*config, "searches")) > kSearchesMax)
    causes.invalid(field + ".searches", config->find("searches"), "must not have more than 32 search paths");
  if (characters > kSearchCharactersMax + 1)
    causes.invalid(field + ".searches", config->find("searches"),
                   "must not have more than 2048 characters (including spaces) in the search list");
  each_item(*config, "options", field + ".options", [&](const Value& option, const std::string& at) {
    if (text_at(option, "name").empty()) causes.required(at, "must not be empty");
  });
}

void check_gates(const Value& spec, const std::string& owner, Causes& causes) {
  std::set<std::string> seen;
  each_item(spec, "readinessGates", owner + ".readinessGates", [&](const Value& gate, const std::string& field) {
    check_qualified(text_at(gate, "conditionType"), field + ".conditionType", causes);
  });
  each_item(spec, "schedulingGates", owner + ".schedulingGates", [&](const Value& gate, const std::string& field) {
    const std::string name = text_at(gate, "name");
    check_qualified(name, field, causes);
    if (!seen.insert(name).second) causes.duplicate(field, go_quoted(name));
  });
}

void check_names(const Value& spec, const std::string& field, Causes& causes) {
  for (const char* member : {"serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"}) {
    if (const std::string name = text_at(spec, member); !name.empty()) check_subdomain_text(name, field + "." + member, causes);
  }
  for (const char* member : {"hostname", "subdomain"}) {
    if (const std::string name = text_at(spec, member); !name.empty()) check_label_text(name, field + "." + member, causes);
  }
  const Value* deadline = spec.find("activeDeadlineSeconds");
  if (deadline && deadline->as_int() && (*deadline->as_int() < 1 || *deadline->as_int() > INT32_MAX))
    causes.invalid(field + ".activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
}

/// What only a Pod itself must keep, or only one that is new.
void check_new_pod(const Value& spec, Causes& causes) {
  if (size_at(spec, "ephemeralContainers") > 0) causes.forbidden("spec.ephemeralContainers", "cannot be set on create");
  if (!text_at(spec, "nodeName").empty() && size_at(spec, "schedulingGates") > 0)
    causes.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
}

}  // namespace

void check_pod_rules(const RuleCall& call, const std::string& field, Causes& causes) {
  const Value* spec = find_path(call.document, field);
  if (!spec || !spec->is_object()) return;
  const std::string policy = text_at(*spec, "dnsPolicy");
  each_item(*spec, "volumes", field + ".volumes", [&](const Value& volume, const std::string& at) {
    if (volume.is_object()) check_volume(volume, at, causes);
  });
  check_containers(*spec, field, causes);
  check_host_ports(*spec, field, causes);
  if (!policy.empty() && policy != "ClusterFirst" && policy != "ClusterFirstWithHostNet" && policy != "Default" &&
      policy != "None")
    causes.unsupported(field + ".dnsPolicy", go_quoted(policy), {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"});
  check_label_map(*spec, "nodeSelector", causes, field + ".nodeSelector");
  check_affinity(*spec, field, causes);
  check_dns(*spec, field, causes);
  check_gates(*spec, field, causes);
  check_spread(*spec, field, causes);
  check_names(*spec, field, causes);
  check_tolerations(*spec, field, causes);
  if (call.kind == "Pod" && !call.live) check_new_pod(*spec, causes);
}

}  // namespace graylane::apiserver
