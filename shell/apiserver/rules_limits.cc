// The rules of what limits others: LimitRanges, ResourceQuotas and PodDisruptionBudgets.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ranges>
#include <set>

#include "api/text_rules.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using api::Quantity;
using doc::Value;

namespace {

// ---- LimitRange

constexpr std::array<std::string_view, 3> kLimitTypes = {"Container", "PersistentVolumeClaim", "Pod"};
using Amounts = std::map<std::string, Quantity, std::less<>>;

double approximate(const Quantity& quantity) {
  double words = 0;
  for (const uint64_t word : quantity.magnitude | std::views::reverse) words = words * 0x1p64 + static_cast<double>(word);
  return words * std::pow(10.0, quantity.exponent);
}

/// The limits of one kind of thing. What is not given follows from what is, as the API fills it in.
class LimitRules {
 public:
  LimitRules(const Value& limit, const std::string& field, Causes& causes)
      : limit_(limit),
        field_(field),
        type_(text_at(limit, "type")),
        causes_(causes),
        max_(amounts("max")),
        min_(amounts("min")),
        ratio_(amounts("maxLimitRequestRatio")) {}

  void run(std::set<std::string>& types) {
    check_type(types);
    check_names(max_, "max");
    check_names(min_, "min");
    if (type_ == "Pod") check_no_defaults();
    else read_defaults();
    if (type_ == "PersistentVolumeClaim" && !min_.contains("storage") && !max_.contains("storage"))
      causes_.required(field_ + ".limits", "either minimum or maximum storage value is required, but neither was provided");
    check_names(ratio_, "maxLimitRequestRatio");
    std::set<std::string> names;
    for (const Amounts* part : std::initializer_list<const Amounts*>{&max_, &min_, &default_, &request_, &ratio_}) {
      for (const auto& [name, amount] : *part) names.insert(name);
    }
    for (const std::string& name : names) check_order(name);
  }

 private:
  void check_type(std::set<std::string>& types) {
    const bool is_known = std::ranges::find(kLimitTypes, type_) != kLimitTypes.end();
    if (!api::is_qualified_name(type_)) check_qualified(type_, field_ + ".type", causes_);
    else if (!type_.contains('/') && !is_known)
      causes_.invalid(field_ + ".type", go_quoted(type_), "must be a standard limit type or fully qualified");
    if (!types.insert(type_).second) causes_.duplicate(field_ + ".type", go_quoted(type_));
  }

  Amounts amounts(const char* member) {
    Amounts all;
    const Value* part = limit_.find(member);
    if (!part || !part->is_object()) return all;
    for (const doc::Member& entry : *part->as_object()) {
      if (auto amount = amount_of(&entry.value)) all.emplace(entry.key, *std::move(amount));
    }
    return all;
  }

  void check_names(const Amounts& all, const char* member) {
    for (const auto& [name, amount] : all) {
      const std::string at = field_ + "." + member + "[" + name + "]";
      if (type_ == "Pod" || type_ == "Container") check_container_resource(name, at, causes_);
      else check_resource_name(name, at, causes_);
    }
  }

  void check_no_defaults() {
    for (const char* member : {"default", "defaultRequest"}) {
      if (size_at(limit_, member) > 0) causes_.forbidden(field_ + "." + member, "may not be specified when `type` is 'Pod'");
    }
  }

  void read_defaults() {
    default_ = amounts("default");
    request_ = amounts("defaultRequest");
    if (type_ == "Container") {
      default_.insert(max_.begin(), max_.end());
      request_.insert(default_.begin(), default_.end());
      request_.insert(min_.begin(), min_.end());
    }
    check_names(default_, "default");
    check_names(request_, "defaultRequest");
  }

  static const Quantity* find(const Amounts& all, const std::string& name) {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
  }

  /// `low` over `high` is told at `member` of `name`, showing `shown`.
  void check_pair(const Quantity* low, const Quantity* high, const Quantity* shown, const char* member, const std::string& name,
                  const char* low_words, const char* high_words) {
    if (!low || !high || api::compare(*low, *high) <= 0) return;
    causes_.invalid(field_ + "." + member + "[" + name + "]", go_quoted(api::canonical_text(*shown)),
                    std::string(low_words) + " " + api::canonical_text(*low) + " is greater than " + high_words + " " +
                        api::canonical_text(*high));
  }

  void check_order(const std::string& name) {
    const Quantity *min = find(min_, name), *max = find(max_, name), *usual = find(default_, name),
                   *request = find(request_, name);
    check_pair(min, max, min, "min", name, "min value", "max value");
    check_pair(min, request, request, "defaultRequest", name, "min value", "default request value");
    check_pair(request, max, request, "defaultRequest", name, "default request value", "max value");
    check_pair(request, usual, request, "defaultRequest", name, "default request value", "default limit value");
    check_pair(min, usual, min, "default", name, "min value", "default value");
    check_pair(usual, max, max, "default", name, "default value", "max value");
    check_ratio(name, min, max);
    const bool may_differ = (!name.contains('/') || name.contains("kubernetes.io/")) && !name.starts_with("hugepages-");
    if (!may_differ && usual && request && api::compare(*usual, *request) != 0)
      causes_.invalid(field_ + ".defaultRequest[" + name + "]", go_quoted(api::canonical_text(*request)),
                      "default value " + api::canonical_text(*usual) + " must equal to defaultRequest value " +
                          api::canonical_text(*request) + " in " + name);
  }

  void check_ratio(const std::string& name, const Quantity* min, const Quantity* max) {
    const Quantity* ratio = find(ratio_, name);
    if (!ratio) return;
    const std::string at = field_ + ".maxLimitRequestRatio[" + name + "]", shown = api::canonical_text(*ratio);
    if (api::compare(*ratio, *api::parse_quantity("1")) < 0)
      causes_.invalid(at, go_quoted(shown), "ratio " + shown + " is less than 1");
    if (!min || !max || min->magnitude.empty()) return;
    const double most = approximate(*max) / approximate(*min);
    if (approximate(*ratio) > most)
      causes_.invalid(at, go_quoted(shown), "ratio " + shown + " is greater than max/min = " + std::to_string(most));
  }

  const Value& limit_;
  const std::string& field_;
  const std::string type_;
  Causes& causes_;
  const Amounts max_, min_, ratio_;
  Amounts default_, request_;
};

void check_range_of_limits(const Value& range, Causes& causes) {
  std::set<std::string> types;
  each_item(range, "spec.limits", "spec.limits",
            [&](const Value& limit, const std::string& field) { LimitRules(limit, field, causes).run(types); });
}

// ---- ResourceQuota

constexpr std::array<std::string_view, 9> kCounted = {"configmaps", "persistentvolumeclaims", "pods",
                                                      "secrets",    "replicationcontrollers", "resourcequotas",
                                                      "services",   "services.loadbalancers", "services.nodeports"};
constexpr std::array<std::string_view, 10> kMeasured = {
    "cpu",        "memory",        "requests.cpu",      "requests.memory",  "requests.ephemeral-storage",
    "limits.cpu", "limits.memory", "ephemeral-storage", "requests.storage", "limits.ephemeral-storage"};

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_quota_resource(const std::string& name) {
  return is_one_of(kCounted, name) || is_one_of(kMeasured, name) || name.starts_with("hugepages-") ||
         name.starts_with("requests.hugepages-");
}

void check_quota_amounts(const Value& quota, const char* path, Causes& causes) {
  const Value* amounts = find_path(quota, path);
  if (!amounts || !amounts->is_object()) return;
  for (const doc::Member& member : *amounts->as_object()) {
    const std::string field = std::string(path) + "[" + member.key + "]";
    check_resource_name(member.key, field, causes);
    if (!member.key.contains('/') && !is_quota_resource(member.key))
      causes.invalid(field, go_quoted(member.key), "must be a standard resource for quota");
    check_amount_not_negative(&member.value, field, causes);
    const auto amount = amount_of(&member.value);
    if (amount && !api::is_whole(*amount) && (is_one_of(kCounted, member.key) || is_extended_resource(member.key)))
      causes.invalid(field, go_quoted(api::canonical_text(*amount)), "must be an integer");
  }
}

constexpr std::array<std::string_view, 7> kScopes = {
    "BestEffort",  "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass",
    "Terminating", "VolumeAttributesClass"};
constexpr std::array<std::string_view, 6> kOfCompute = {"cpu",        "memory",       "requests.cpu", "requests.memory",
                                                        "limits.cpu", "limits.memory"};

/// Whether a resource that the API knows can be counted in that scope.
bool scope_counts(const std::string& scope, const std::string& name) {
  const bool is_pod = name == "pods", is_compute = is_one_of(kOfCompute, name);
  if (scope == "BestEffort") return is_pod;
  if (scope == "VolumeAttributesClass") return name == "persistentvolumeclaims" || name == "requests.storage";
  return !is_one_of(kScopes, scope) || is_pod || is_compute;
}

void check_counted(const Value& quota, const std::string& scope, const std::string& field, const Value* shown, Causes& causes) {
  const Value* hard = find_path(quota, "spec.hard");
  if (!hard || !hard->is_object()) return;
  for (const doc::Member& member : *hard->as_object()) {
    if (is_quota_resource(member.key) && !scope_counts(scope, member.key))
      causes.invalid(field, shown, "unsupported scope applied to resource");
  }
}

void check_scopes(const Value& quota, Causes& causes) {
  const Value* scopes = find_path(quota, "spec.scopes");
  std::set<std::string> all;
  for (const Value& item : items_at(quota, "spec.scopes")) {
    const std::string scope = item.as_string() ? *item.as_string() : "";
    if (!is_one_of(kScopes, scope)) causes.invalid("spec.scopes", scopes, "unsupported scope");
    check_counted(quota, scope, "spec.scopes", scopes, causes);
    all.insert(scope);
  }
  for (const char* scope : {"BestEffort", "Terminating"}) {
    if (all.contains(scope) && all.contains(std::string("Not") + scope))
      causes.invalid("spec.scopes", scopes, "conflicting scopes");
  }
}

void check_scope_values(const Value& requirement, const std::string& field, Causes& causes) {
  const std::string op = text_at(requirement, "operator");
  const bool has_values = size_at(requirement, "values") > 0;
  if (op == "In" || op == "NotIn") {
    if (!has_values)
      causes.required(field + ".values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (has_values)
      causes.invalid(field + ".values", requirement.find("values"),
                     "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
  } else {
    causes.invalid(field + ".operator", go_quoted(op), "not a valid selector operator");
  }
}

void check_scope_selector(const Value& quota, Causes& causes) {
  const std::string field = "spec.scopeSelector.matchExpressions";
  for (const Value& requirement : items_at(quota, field)) {
    const std::string scope = text_at(requirement, "scopeName");
    if (!is_one_of(kScopes, scope)) causes.invalid(field + ".scopeName", go_quoted(scope), "unsupported scope");
    check_counted(quota, scope, field, find_path(quota, "spec.scopeSelector"), causes);
    if (is_one_of(kScopes, scope) && !scope.ends_with("Class") && text_at(requirement, "operator") != "Exists")
      causes.invalid(field + ".operator", go_quoted(text_at(requirement, "operator")),
                     "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
                     "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or "
                     "ResourceQuotaScopeCrossNamespacePodAffinity");
    check_scope_values(requirement, field, causes);
  }
}

void check_quota(const Value& quota, Causes& causes) {
  check_quota_amounts(quota, "spec.hard", causes);
  check_scopes(quota, causes);
  check_scope_selector(quota, causes);
  check_quota_amounts(quota, "status.hard", causes);
  check_quota_amounts(quota, "status.used", causes);
}

// ---- PodDisruptionBudget

/// As it is in the types of the real API server.
std::string go_text(const Value& spec) {
  const auto text = [&](const char* member) { return spec.find(member) ? doc::to_json(*spec.find(member)) : "null"; };
  return R"({"MinAvailable":)" + text("minAvailable") + R"(,"Selector":)" + text("selector") + R"(,"MaxUnavailable":)" +
         text("maxUnavailable") + R"(,"UnhealthyPodEvictionPolicy":)" + text("unhealthyPodEvictionPolicy") + "}";
}

void check_budget(const Value& budget, Causes& causes) {
  const Value* spec = budget.find("spec");
  if (!spec || !spec->is_object()) return;
  if (spec->find("minAvailable") && spec->find("maxUnavailable"))
    causes.invalid("spec", go_text(*spec), "minAvailable and maxUnavailable cannot be both set");
  for (const char* member : {"minAvailable", "maxUnavailable"}) {
    const std::string field = std::string("spec.") + member;
    check_count_or_percent(spec->find(member), field, causes);
    check_at_most_whole(spec->find(member), field, causes);
  }
  check_label_selector(spec->find("selector"), "spec.selector", causes);
}

}  // namespace

void check_limit_rules(const RuleCall& call, Causes& causes) {
  if (call.kind == "LimitRange") check_range_of_limits(call.document, causes);
  else if (call.kind == "ResourceQuota") check_quota(call.document, causes);
  else if (call.kind == "PodDisruptionBudget") check_budget(call.document, causes);
}

}  // namespace graylane::apiserver
