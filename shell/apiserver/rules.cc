#include "apiserver/rules.h"

#include <algorithm>
#include <array>

#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

namespace {

using Check = void (*)(const RuleCall&, Causes&);

struct Row {
  std::string_view group;
  std::string_view kind;  // empty: the others of its group
  Check check;
};
constexpr std::array kRows = {
    Row{"", "Service", check_service_rules},
    Row{"", "Endpoints", check_network_rules},
    Row{"", "LimitRange", check_limit_rules},
    Row{"", "ResourceQuota", check_limit_rules},
    Row{"", "ReplicationController", check_workload_rules},
    Row{"", "", check_core_rules},
    Row{"apps", "", check_workload_rules},
    Row{"autoscaling", "", check_autoscaler_rules},
    Row{"batch", "", check_job_rules},
    Row{"discovery.k8s.io", "", check_network_rules},
    Row{"networking.k8s.io", "NetworkPolicy", check_network_rules},
    Row{"networking.k8s.io", "IngressClass", check_policy_rules},
    Row{"networking.k8s.io", "Ingress", check_ingress_rules},
    Row{"policy", "", check_limit_rules},
    Row{"rbac.authorization.k8s.io", "", check_policy_rules},
    Row{"scheduling.k8s.io", "", check_policy_rules},
    Row{"coordination.k8s.io", "", check_policy_rules},
};

}  // namespace

void check_rules(const doc::Value& document, const doc::Value* live, const api::Kind& kind, std::vector<patch::Cause>& causes) {
  if (kind.custom) return;
  Causes gathered(causes);
  const auto& [group, version, name] = kind.gvk;
  const auto is_its = [&](const Row& row) { return row.group == group && (row.kind.empty() || row.kind == name); };
  const auto row = std::ranges::find_if(kRows, is_its);
  const bool is_old_ingress = name == "Ingress" && version != "v1";
  if (row != kRows.end() && !is_old_ingress) row->check({document, name, live}, gathered);
}

}  // namespace graylane::apiserver
