// The rules of access and of the other kinds that are stored.
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

int64_t number_or(const Value& document, const char* path, int64_t otherwise) {
  const Value* found = find_path(document, path);
  return found && found->as_int() ? *found->as_int() : otherwise;
}

void check_rights(const Value& role, bool is_cluster_wide, Causes& causes) {
  each_item(role, "rules", "rules", [&](const Value& rule, const std::string& field) {
    if (size_at(rule, "verbs") == 0) causes.required(field + ".verbs", "verbs must contain at least one value");
    if (size_at(rule, "nonResourceURLs") > 0) {
      if (!is_cluster_wide)
        causes.invalid(field + ".nonResourceURLs", rule.find("nonResourceURLs"),
                       "namespaced rules cannot apply to non-resource URLs");
      if (size_at(rule, "apiGroups") + size_at(rule, "resources") + size_at(rule, "resourceNames") > 0)
        causes.invalid(field + ".nonResourceURLs", rule.find("nonResourceURLs"),
                       "rules cannot apply to both regular resources and non-resource URLs");
      return;
    }
    if (size_at(rule, "apiGroups") == 0)
      causes.required(field + ".apiGroups", "resource rules must supply at least one api group");
    if (size_at(rule, "resources") == 0)
      causes.required(field + ".resources", "resource rules must supply at least one resource");
  });
}

constexpr const char* kRbacGroup = "rbac.authorization.k8s.io";

void check_subject(const Value& subject, bool is_cluster_wide, const std::string& field, Causes& causes) {
  const std::string kind = text_at(subject, "kind"), group = text_at(subject, "apiGroup");
  if (text_at(subject, "name").empty()) causes.required(field + ".name");
  if (kind == "ServiceAccount") {
    if (!group.empty()) causes.unsupported(field + ".apiGroup", go_quoted(group), {""});
    if (is_cluster_wide && text_at(subject, "namespace").empty()) causes.required(field + ".namespace");
  } else if (kind == "User" || kind == "Group") {
    if (!group.empty() && group != kRbacGroup) causes.unsupported(field + ".apiGroup", go_quoted(group), {kRbacGroup});
  } else {
    causes.unsupported(field + ".kind", go_quoted(kind), {"ServiceAccount", "User", "Group"});
  }
}

void check_binding(const Value& binding, bool is_cluster_wide, Causes& causes) {
  const std::string group = text_at(binding, "roleRef.apiGroup"), kind = text_at(binding, "roleRef.kind");
  if (!group.empty() && group != kRbacGroup) causes.unsupported("roleRef.apiGroup", go_quoted(group), {kRbacGroup});
  if (is_cluster_wide && kind != "ClusterRole") causes.unsupported("roleRef.kind", go_quoted(kind), {"ClusterRole"});
  if (!is_cluster_wide && kind != "Role" && kind != "ClusterRole")
    causes.unsupported("roleRef.kind", go_quoted(kind), {"Role", "ClusterRole"});
  if (text_at(binding, "roleRef.name").empty()) causes.required("roleRef.name");
  each_item(binding, "subjects", "subjects",
            [&](const Value& subject, const std::string& field) { check_subject(subject, is_cluster_wide, field, causes); });
}

void check_ingress_class(const Value& ingress_class, Causes& causes) {
  constexpr size_t kControllerMax = 250;  // bytes
  const std::string controller = text_at(ingress_class, "spec.controller");
  if (controller.size() > kControllerMax)
    causes.add({"FieldValueTooLong", "Too long: may not be more than 250 bytes", "spec.controller"});
  check_prefixed_path(controller, "spec.controller", causes);
}

void check_priority(const Value& priority, Causes& causes) {
  constexpr int64_t kHighestOfUsers = 1'000'000'000;
  const std::string name = text_at(priority, "metadata.name");
  if (name.starts_with("system-") && name != "system-node-critical" && name != "system-cluster-critical")
    causes.forbidden("metadata.name", "priority class names with 'system-' prefix are reserved for system use only. error: " +
                                          name + " is not a known system priority class");
  else if (number_or(priority, "value", 0) > kHighestOfUsers)
    causes.forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
}

void check_lease(const Value& lease, Causes& causes) {
  const Value* duration = find_path(lease, "spec.leaseDurationSeconds");
  if (duration && duration->as_int() && *duration->as_int() <= 0)
    causes.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
  check_not_negative(find_path(lease, "spec.leaseTransitions"), "spec.leaseTransitions", causes);
}

}  // namespace

void check_policy_rules(const RuleCall& call, Causes& causes) {
  const Value& document = call.document;
  const std::string& kind = call.kind;
  if (kind == "Role" || kind == "ClusterRole") check_rights(document, kind == "ClusterRole", causes);
  else if (kind == "RoleBinding" || kind == "ClusterRoleBinding") check_binding(document, kind == "ClusterRoleBinding", causes);
  else if (kind == "IngressClass") check_ingress_class(document, causes);
  else if (kind == "PriorityClass") check_priority(document, causes);
  else if (kind == "Lease") check_lease(document, causes);
}

}  // namespace graylane::apiserver
