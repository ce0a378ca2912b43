// The defaults of autoscalers, network policies, bindings and limits that depend on other fields.
#include "api/build.h"
#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

doc::Value scaling_policy(const char* type, int64_t value) {
  return make_object({{"type", doc::Value(type)}, {"value", make_number(value)}, {"periodSeconds", make_number(15)}});
}

void fill_scaling(doc::Object& behavior) {
  doc::Object& up = object_member(behavior, "scaleUp");
  fill_in(up, "stabilizationWindowSeconds", make_number(0), {});
  fill_in(up, "selectPolicy", doc::Value("Max"), {});
  fill_in(up, "policies", doc::Value(doc::Array{scaling_policy("Pods", 4), scaling_policy("Percent", 100)}), {});
  doc::Object& down = object_member(behavior, "scaleDown");
  fill_in(down, "selectPolicy", doc::Value("Max"), {});
  fill_in(down, "policies", doc::Value(doc::Array{scaling_policy("Percent", 100)}), {});
}

/// Adds what one side says to the other where that says nothing.
void fill_missing(doc::Object& into, const doc::Object* from) {
  if (!from) return;
  for (const doc::Member& member : *from) fill_in(into, member.key, member.value, {});
}

void fill_limit(doc::Object& limit) {
  const std::string* type = find_text(limit, "type");
  if (!type || *type != "Container") return;
  const auto copy_of = [&](const char* member) {
    const doc::Object* found = find_object(limit, member);
    return found ? *found : doc::Object();
  };
  doc::Object by_default = copy_of("default"), requests = copy_of("defaultRequest");
  const doc::Object max = copy_of("max"), min = copy_of("min");
  fill_missing(by_default, &max);
  fill_missing(requests, &by_default);
  fill_missing(requests, &min);
  if (!by_default.empty()) limit.set("default", doc::Value(std::move(by_default)));
  if (!requests.empty()) limit.set("defaultRequest", doc::Value(std::move(requests)));
}

}  // namespace

doc::Value default_metric() {
  const doc::Value target =
      make_object({{"type", doc::Value("Utilization")}, {"averageUtilization", make_number(kDefaultCpuPercent)}});
  return make_object(
      {{"type", doc::Value("Resource")}, {"resource", make_object({{"name", doc::Value("cpu")}, {"target", target}})}});
}

void fill_autoscaler(doc::Object& autoscaler) {
  doc::Object* spec = find_object(autoscaler, "spec");
  if (!spec) return;
  const doc::Array* metrics = find_array(*spec, "metrics");
  if (!spec->find("metrics") || (metrics && metrics->empty())) spec->set("metrics", doc::Value(doc::Array{default_metric()}));
  if (doc::Object* behavior = find_object(*spec, "behavior")) fill_scaling(*behavior);
}

void fill_network_policy(doc::Object& policy) {
  doc::Object* spec = find_object(policy, "spec");
  if (!spec) return;
  const doc::Array* egress = find_array(*spec, "egress");
  doc::Array types{doc::Value("Ingress")};
  if (egress && !egress->empty()) types.emplace_back("Egress");
  fill_in(*spec, "policyTypes", doc::Value(std::move(types)), policy.find("spec")->at());
}

void fill_binding(doc::Object& binding) {
  for_each_object(binding, "subjects", [](doc::Object& subject, Position at) {
    const std::string* kind = find_text(subject, "kind");
    if (kind && *kind != "ServiceAccount") fill_in(subject, "apiGroup", doc::Value("rbac.authorization.k8s.io"), at);
  });
}

void fill_limit_range(doc::Object& range) {
  doc::Object* spec = find_object(range, "spec");
  if (spec) for_each_object(*spec, "limits", [](doc::Object& limit, Position) { fill_limit(limit); });
}

}  // namespace graylane::api
