// What of Pods and Services may change.
#include <algorithm>
#include <array>
#include <map>

#include "apiserver/rules_change_parts.h"
#include "apiserver/service_fields.h"

namespace graylane::apiserver {

using doc::Value;

Value spec_without(const Value& content, std::span<const std::string_view> members) {
  const Value* found = content.find("spec");
  if (!found || !found->is_object()) return {};
  doc::Object spec;
  for (const doc::Member& member : *found->as_object()) {
    if (std::ranges::find(members, std::string_view(member.key)) == members.end()) spec.append(member.key, member.value, {});
  }
  return Value(std::move(spec));
}

namespace {

Value* member_of(Value* owner, const char* name) {
  return owner && owner->is_object() ? owner->as_object()->find(name) : nullptr;
}

void erase_members(Value* owner, std::initializer_list<const char*> names) {
  if (!owner || !owner->is_object()) return;
  for (const char* name : names) owner->as_object()->erase(name);
}

void erase_from_containers(Value* spec, std::initializer_list<const char*> names) {
  for (const char* list : {"containers", "initContainers"}) {
    Value* containers = member_of(spec, list);
    if (!containers || !containers->is_array()) continue;
    for (Value& container : *containers->as_array()) erase_members(&container, names);
  }
}

}  // namespace

void drop_storage_request(Value& spec) { erase_members(member_of(member_of(&spec, "resources"), "requests"), {"storage"}); }

void drop_movable(Value& pod) {
  Value* spec = member_of(&pod, "spec");
  Value* affinity = member_of(spec, "affinity");
  erase_members(affinity, {"nodeAffinity"});
  if (affinity && affinity->is_object() && affinity->as_object()->empty()) erase_members(spec, {"affinity"});
  erase_members(spec, {"nodeSelector", "tolerations", "schedulingGates"});
  erase_members(member_of(&pod, "metadata"), {"labels", "annotations"});
  erase_from_containers(spec, {"resources"});
}

namespace {

// ---- Pod

bool check_containers(const Value& live, const Value& next, Causes& causes) {
  for (const char* path : {"spec.containers", "spec.initContainers"}) {
    if (size_at(live, path) == size_at(next, path)) continue;
    causes.forbidden(path, "pod updates may not add or remove containers");
    return false;
  }
  return true;
}

bool check_deadline(const Value& live, const Value& next, Causes& causes) {
  const std::string field = "spec.activeDeadlineSeconds";
  const Value* before = find_path(live, field);
  const Value* now = find_path(next, field);
  if (before && before->as_int() && now && now->as_int() && *before->as_int() < *now->as_int()) {
    causes.invalid(field, now, "must be less than or equal to previous value");
    return false;
  }
  if (before && !now) causes.invalid(field, "null", "must not update from a positive integer to nil value");
  return true;
}

void check_tolerations(const Value& live, const Value& next, Causes& causes) {
  const auto without_time = [](const Value& toleration) {
    Value rest = toleration;
    erase_members(&rest, {"tolerationSeconds"});
    return rest;
  };
  doc::Array now = items_at(next, "spec.tolerations");
  std::ranges::transform(now, now.begin(), without_time);
  for (const Value& toleration : items_at(live, "spec.tolerations")) {
    if (std::ranges::find(now, without_time(toleration)) != now.end()) continue;
    return causes.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
  }
}

void check_gates(const Value& live, const Value& next, Causes& causes) {
  const doc::Array& before = items_at(live, "spec.schedulingGates");
  each_item(next, "spec.schedulingGates", "spec.schedulingGates", [&](const Value& gate, const std::string& field) {
    const std::string name = text_at(gate, "name");
    if (std::ranges::none_of(before, [&](const Value& old) { return text_at(old, "name") == name; }))
      causes.forbidden(field + ".name", "only deletion is allowed, but found new scheduling gate '" + name + "'");
  });
}

constexpr const char* kOnlySome =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// What is like before, whatever happens. While a Pod is gated nobody has looked where it may go; its node it gets once.
Value lasting_part(const Value& pod, const Value& live) {
  constexpr std::array<std::string_view, 3> kFree = {"activeDeadlineSeconds", "tolerations", "schedulingGates"};
  Value spec = spec_without(pod, kFree);
  erase_from_containers(&spec, {"image", "imagePullPolicy"});  // the default of the latter hangs on the image
  if (size_at(live, "spec.schedulingGates") > 0) {
    erase_members(member_of(&spec, "affinity"), {"nodeAffinity"});
    const Value* affinity = spec.find("affinity");
    if (affinity && size_at(spec, "affinity") == 0) erase_members(&spec, {"affinity"});
    erase_members(&spec, {"nodeSelector"});
  }
  if (text_at(live, "spec.nodeName").empty()) erase_members(&spec, {"nodeName"});
  return spec;
}

}  // namespace

void check_pod_change(const Value& live, const Value& next, Causes& causes) {
  if (!check_containers(live, next, causes) || !check_deadline(live, next, causes)) return;
  check_tolerations(live, next, causes);
  check_gates(live, next, causes);
  if (lasting_part(live, live) != lasting_part(next, live)) causes.forbidden("spec", kOnlySome);
}

namespace {

// ---- Service

bool is_headless(const Value& service) { return text_at(service, "spec.clusterIP") == "None"; }

/// Lists of which the first stays while there is one.
void check_first(const Value& live, const Value& next, const std::string& list, const char* gone, Causes& causes) {
  const doc::Array& before = items_at(live, list);
  const doc::Array& now = items_at(next, list);
  const Value shown(now);
  if (!before.empty() && now.empty()) causes.invalid(list + "[0]", &shown, gone);
  else if (!before.empty() && before.front() != now.front()) causes.invalid(list + "[0]", &shown, "may not change once set");
}

}  // namespace

void check_service_change(const Value& live, const Value& next, Causes& causes) {
  const std::string before = service_type(live), now = service_type(next);
  if (before != "ExternalName" && now != "ExternalName") {
    if (!is_headless(live) || !is_headless(next))
      check_first(live, next, "spec.clusterIPs", "primary clusterIP can not be unset", causes);
    if (!is_headless(live) && !is_headless(next))
      check_first(live, next, "spec.ipFamilies", "primary ipFamily can not be unset", causes);
  }
  const Value* name = find_path(next, "spec.loadBalancerClass");
  if (before == "LoadBalancer" && now == "LoadBalancer" && !is_same(find_path(live, "spec.loadBalancerClass"), name))
    causes.invalid("spec.loadBalancerClass", name, "may not change once set");
  if (needs_health_port(live) && needs_health_port(next) &&
      number_at(live, "spec.healthCheckNodePort") != number_at(next, "spec.healthCheckNodePort"))
    causes.forbidden("spec.healthCheckNodePort", "field is immutable");
}

}  // namespace graylane::apiserver
