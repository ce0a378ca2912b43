#include "apiserver/rules.h"

#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

void check_rules(const doc::Value& document, const api::Kind& kind, std::vector<patch::Cause>& causes) {
  if (kind.custom) return;
  Causes gathered(causes);
  const std::string& group = kind.gvk.group;
  if (group == "apps" || group == "batch" || kind.gvk.kind == "ReplicationController")
    check_workload_rules(document, kind.gvk.kind, gathered);
  const std::string& name = kind.gvk.kind;
  if (name == "Service" || (name == "Ingress" && kind.gvk.version == "v1")) check_service_rules(document, name, gathered);
  if (name == "Pod") check_pod_rules(document, "spec", gathered);
  else if (name == "CronJob") check_pod_rules(document, "spec.jobTemplate.spec.template.spec", gathered);
  else check_pod_rules(document, name == "PodTemplate" ? "template.spec" : "spec.template.spec", gathered);
  if (group.empty()) check_core_rules(document, kind.gvk.kind, gathered);
  else check_policy_rules(document, kind.gvk.kind, gathered);
}

}  // namespace graylane::apiserver
