// The rules of autoscalers: how far, by what, and how fast.
#include <algorithm>
#include <array>

#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr int64_t kWindowSecondsMax = 3'600, kPeriodSecondsMax = 1'800;

/// The core group's replication controllers alone have no group.
bool names_group(const Value& target) {
  const std::string version = text_at(target, "apiVersion");
  return version.find('/') != version.npos || (version == "v1" && text_at(target, "kind") == "ReplicationController");
}

void check_reference(const Value& target, const std::string& field, bool needs_group, Causes& causes) {
  for (const char* member : {"kind", "name"}) {
    const std::string text = text_at(target, member), at = field + "." + member;
    if (text.empty()) causes.required(at);
    else check_path_segment(text, at, causes);
  }
  const std::string version = text_at(target, "apiVersion");
  if (std::ranges::count(version, '/') > 1)
    causes.invalid(field + ".apiVersion", go_quoted(version), "unexpected GroupVersion string: " + version);
  else if (needs_group && !names_group(target))
    causes.invalid(field + ".apiVersion", go_quoted(version), "apiVersion must specify API group");
}

// ---- metrics

void check_target(const Value& source, const std::string& field, Causes& causes) {
  const Value* target = source.find("target");
  const std::string at = field + ".target", type = target ? text_at(*target, "type") : "";
  if (type.empty()) causes.required(at + ".type", "must specify a metric target type");
  if (type != "Utilization" && type != "Value" && type != "AverageValue")
    causes.invalid(at + ".type", go_quoted(type), "must be either Utilization, Value, or AverageValue");
  if (!target) return;
  for (const char* member : {"value", "averageValue"}) {
    const auto amount = amount_of(target->find(member));
    if (amount && (amount->negative || amount->magnitude.empty()))
      causes.invalid(at + "." + member, go_quoted(api::canonical_text(*amount)), "must be positive");
  }
  const Value* share = target->find("averageUtilization");
  if (share && share->as_int() && *share->as_int() < 1)
    causes.invalid(at + ".averageUtilization", share, "must be greater than 0");
}

void check_identifier(const Value& source, const std::string& field, Causes& causes) {
  const std::string name = text_at(source, "metric.name"), at = field + ".metric.name";
  if (name.empty()) causes.required(at, "must specify a metric name");
  else check_path_segment(name, at, causes);
}

bool has(const Value& source, const char* member) {
  const Value* target = source.find("target");
  return target && target->find(member);
}

void check_named(const Value& source, const std::string& field, const char* member, const char* none, Causes& causes) {
  if (text_at(source, member).empty()) causes.required(field + "." + member, none);
}

/// Of a resource of Pods or of one container.
void check_share(const Value& source, const std::string& field, Causes& causes) {
  check_target(source, field, causes);
  if (!has(source, "averageUtilization") && !has(source, "averageValue"))
    causes.required(field + ".target.averageUtilization", "must set either a target raw value or a target utilization");
  if (has(source, "averageUtilization") && has(source, "averageValue"))
    causes.forbidden(field + ".target.averageValue", "may not set both a target raw value and a target utilization");
}

void check_source(const Value& source, const std::string& kind, const std::string& field, Causes& causes) {
  if (kind == "resource" || kind == "containerResource")
    check_named(source, field, "name", "must specify a resource name", causes);
  if (kind == "resource") return check_share(source, field, causes);
  if (kind == "containerResource") {
    if (const std::string name = text_at(source, "name"); !name.empty()) check_container_resource(name, field + ".name", causes);
    check_named(source, field, "container", "must specify a container", causes);
    if (const std::string name = text_at(source, "container"); !name.empty())
      check_label_text(name, field + ".container", causes);
    return check_share(source, field, causes);
  }
  if (const Value* object = source.find("describedObject")) check_reference(*object, field + ".describedObject", false, causes);
  check_identifier(source, field, causes);
  check_target(source, field, causes);
  const bool value = has(source, "value"), average = has(source, "averageValue");
  const std::string at = field + ".target";
  if (kind == "object" && !value && !average)
    causes.required(at + ".averageValue", "must set either a target value or averageValue");
  if (kind == "external" && !value && !average)
    causes.required(at + ".averageValue", "must set either a target value for metric or a per-pod target");
  if (kind == "external" && value && average)
    causes.forbidden(at + ".value", "may not set both a target value for metric and a per-pod target");
  if (kind == "pods" && !average) causes.required(at + ".averageValue", "must specify a positive target averageValue");
}

struct Source {
  std::string_view type;
  const char* member;
};
constexpr std::array kSources = {Source{"Object", "object"}, Source{"External", "external"}, Source{"Pods", "pods"},
                                 Source{"Resource", "resource"}, Source{"ContainerResource", "containerResource"}};

void check_metric(const Value& metric, const std::string& field, Causes& causes) {
  const std::string type = text_at(metric, "type");
  const auto told = std::ranges::find(kSources, type, &Source::type);
  const auto unsupported = [&] {
    causes.unsupported(field + ".type", go_quoted(type), {"ContainerResource", "External", "Object", "Pods", "Resource"});
  };
  if (type.empty()) causes.required(field + ".type", "must specify a metric source type");
  if (told == kSources.end()) unsupported();
  size_t present = 0;
  for (const Source& source : kSources) {
    const Value* found = metric.find(source.member);
    if (found && ++present == 1) check_source(*found, source.member, field + "." + source.member, causes);
  }
  if (told == kSources.end()) unsupported();  // the original says it twice, too
  else if (!metric.find(told->member))
    causes.required(field + "." + told->member, "must populate information for the given metric source");
  if (present == 1) return;
  for (const Source& source : kSources) {
    if (metric.find(source.member) && (told == kSources.end() || source.member != told->member))
      causes.forbidden(field + "." + source.member, "must populate the given metric source only");
  }
}

/// Whether something besides the Pods themselves says when to begin again.
bool sees_from_outside(const Value& autoscaler) {
  return std::ranges::any_of(items_at(autoscaler, "spec.metrics"), [](const Value& metric) {
    const std::string type = text_at(metric, "type");
    return type == "Object" || type == "External";
  });
}

// ---- behaviour

void check_policy(const Value& policy, const std::string& field, Causes& causes) {
  const std::string type = text_at(policy, "type");
  const int64_t value = number_at(policy, "value"), period = number_at(policy, "periodSeconds");
  if (type != "Pods" && type != "Percent") causes.unsupported(field + ".type", go_quoted(type), {"Percent", "Pods"});
  if (value <= 0) causes.invalid(field + ".value", std::to_string(value), "must be greater than zero");
  if (period <= 0) causes.invalid(field + ".periodSeconds", std::to_string(period), "must be greater than zero");
  if (period > kPeriodSecondsMax)
    causes.invalid(field + ".periodSeconds", std::to_string(period), "must be less than or equal to 1800");
}

void check_scaling(const Value& autoscaler, const char* path, Causes& causes) {
  const Value* rules = find_path(autoscaler, path);
  if (!rules || !rules->is_object()) return;
  const std::string field = path, select = text_at(*rules, "selectPolicy");
  const int64_t window = number_at(*rules, "stabilizationWindowSeconds");
  if (window < 0)
    causes.invalid(field + ".stabilizationWindowSeconds", std::to_string(window), "must be greater than or equal to zero");
  if (window > kWindowSecondsMax)
    causes.invalid(field + ".stabilizationWindowSeconds", std::to_string(window), "must be less than or equal to 3600");
  if (!select.empty() && select != "Max" && select != "Min" && select != "Disabled")
    causes.unsupported(field + ".selectPolicy", go_quoted(select), {"Disabled", "Max", "Min"});
  each_item(*rules, "policies", field + ".policies",
            [&](const Value& policy, const std::string& at) { check_policy(policy, at, causes); });
  check_amount_not_negative(rules->find("tolerance"), field + ".tolerance", causes);
}

void check_counts(const Value& autoscaler, Causes& causes) {
  const Value* given = find_path(autoscaler, "spec.minReplicas");
  const int64_t least = given && given->as_int() ? *given->as_int() : 1, most = number_at(autoscaler, "spec.maxReplicas");
  const std::string field = "spec.maxReplicas", shown = std::to_string(most);
  if (least < 1) causes.invalid("spec.minReplicas", given, "must be greater than or equal to 1");
  if (most == 0) causes.required(field, "must be set and greater than 0");
  else if (most < 0) causes.invalid(field, shown, "must be greater than or equal to 1");
  if (most < least) causes.invalid(field, shown, "must be greater than or equal to `minReplicas`");
}

}  // namespace

void check_autoscaler_rules(const RuleCall& call, Causes& causes) {
  const Value& autoscaler = call.document;
  check_counts(autoscaler, causes);
  if (const Value* target = find_path(autoscaler, "spec.scaleTargetRef"))
    check_reference(*target, "spec.scaleTargetRef", true, causes);
  each_item(autoscaler, "spec.metrics", "spec.metrics",
            [&](const Value& metric, const std::string& field) { check_metric(metric, field, causes); });
  const Value* least = find_path(autoscaler, "spec.minReplicas");
  if (least && *least == Value(int64_t{0}) && !sees_from_outside(autoscaler))
    causes.forbidden("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas");
  check_scaling(autoscaler, "spec.behavior.scaleUp", causes);
  check_scaling(autoscaler, "spec.behavior.scaleDown", causes);
}

}  // namespace graylane::apiserver
