// The rules of where Pods may go.
#include <set>
#include <utility>

#include "apiserver/label_problems.h"
#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

// ---- affinity

void check_node_expression(const Value& expression, const std::string& field, Causes& causes) {
  const std::string op = text_at(expression, "operator");
  const int64_t values = size_at(expression, "values");
  if ((op == "In" || op == "NotIn") && values == 0)
    causes.required(field + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
  else if ((op == "Exists" || op == "DoesNotExist") && values > 0)
    causes.forbidden(field + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  else if ((op == "Gt" || op == "Lt") && values != 1)
    causes.required(field + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
  else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist" && op != "Gt" && op != "Lt")
    causes.invalid(field + ".operator", go_quoted(op), "not a valid selector operator");
  check_qualified(text_at(expression, "key"), field + ".key", causes);
  each_item(expression, "values", field + ".values", [&](const Value& value, const std::string& at) {
    const std::string text = value.as_string() ? *value.as_string() : "";
    if (const std::string problem = label_value_problem(text); !problem.empty()) causes.invalid(at, go_quoted(text), problem);
  });
}

void check_node_field(const Value& expression, const std::string& field, Causes& causes) {
  const std::string op = text_at(expression, "operator"), key = text_at(expression, "key");
  const int64_t values = size_at(expression, "values");
  if ((op == "In" || op == "NotIn") && values != 1)
    causes.required(field + ".values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  else if (op != "In" && op != "NotIn") causes.invalid(field + ".operator", go_quoted(op), "not a valid selector operator");
  if (key != "metadata.name") return causes.invalid(field + ".key", go_quoted(key), "not a valid field selector key");
  each_item(expression, "values", field + ".values", [&](const Value& value, const std::string& at) {
    if (value.as_string()) check_subdomain_text(*value.as_string(), at, causes);
  });
}

void check_node_term(const Value& term, const std::string& field, Causes& causes) {
  each_item(term, "matchExpressions", field + ".matchExpressions",
            [&](const Value& one, const std::string& at) { check_node_expression(one, at, causes); });
  each_item(term, "matchFields", field + ".matchFields",
            [&](const Value& one, const std::string& at) { check_node_field(one, at, causes); });
}

constexpr const char* kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr const char* kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

void check_weight(const Value& term, const std::string& field, Causes& causes) {
  const int64_t weight = number_at(term, "weight");
  if (weight < 1 || weight > 100) causes.invalid(field + ".weight", std::to_string(weight), "must be in the range 1-100");
}

void check_node_affinity(const Value& affinity, const std::string& field, Causes& causes) {
  if (const Value* required = affinity.find(kRequired)) {
    const std::string terms = field + "." + kRequired + ".nodeSelectorTerms";
    if (size_at(*required, "nodeSelectorTerms") == 0) causes.required(terms, "must have at least one node selector term");
    each_item(*required, "nodeSelectorTerms", terms,
              [&](const Value& term, const std::string& at) { check_node_term(term, at, causes); });
  }
  each_item(affinity, kPreferred, field + "." + kPreferred, [&](const Value& term, const std::string& at) {
    check_weight(term, at, causes);
    if (const Value* preference = term.find("preference")) check_node_term(*preference, at + ".preference", causes);
  });
}

void check_pod_term(const Value& term, const std::string& field, Causes& causes) {
  check_label_selector(term.find("labelSelector"), field + ".labelSelector", causes);
  check_label_selector(term.find("namespaceSelector"), field + ".namespaceSelector", causes);
  each_item(term, "namespaces", field + ".namespaces", [&](const Value& name, const std::string&) {
    if (name.as_string()) check_label_text(*name.as_string(), field + ".namespace", causes);
  });
  for (const char* keys : {"matchLabelKeys", "mismatchLabelKeys"}) {
    if (size_at(term, keys) > 0 && !term.find("labelSelector"))
      causes.forbidden(field + "." + keys, "must not be specified when labelSelector is not set");
  }
  const std::string key = text_at(term, "topologyKey");
  if (key.empty()) causes.required(field + ".topologyKey", "can not be empty");
  check_qualified(key, field + ".topologyKey", causes);
}

void check_pod_affinity(const Value& affinity, const std::string& field, Causes& causes) {
  each_item(affinity, kRequired, field + "." + kRequired,
            [&](const Value& term, const std::string& at) { check_pod_term(term, at, causes); });
  each_item(affinity, kPreferred, field + "." + kPreferred, [&](const Value& term, const std::string& at) {
    check_weight(term, at, causes);
    if (const Value* pods = term.find("podAffinityTerm")) check_pod_term(*pods, at + ".podAffinityTerm", causes);
  });
}

// ---- tolerations

void check_toleration(const Value& toleration, const std::string& field, Causes& causes) {
  const std::string key = text_at(toleration, "key"), op = text_at(toleration, "operator"), value = text_at(toleration, "value"),
                    effect = text_at(toleration, "effect");
  if (!key.empty()) check_qualified(key, field + ".key", causes);
  else if (op != "Exists")
    causes.invalid(field + ".operator", go_quoted(op),
                   "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
  if (toleration.find("tolerationSeconds") && effect != "NoExecute")
    causes.invalid(field + ".effect", go_quoted(effect), "effect must be 'NoExecute' when `tolerationSeconds` is set");
  const std::string problem = label_value_problem(value);
  if ((op.empty() || op == "Equal") && !problem.empty()) causes.invalid(field + ".operator", go_quoted(value), problem);
  if (op == "Exists" && !value.empty())
    causes.invalid(field + ".operator", go_quoted(value), "value must be empty when `operator` is 'Exists'");
  if (op == "Lt" || op == "Gt") causes.unsupported(field + ".operator", go_quoted(op), {"Equal", "Exists", "Lt", "Gt"});
  else if (!op.empty() && op != "Equal" && op != "Exists")
    causes.unsupported(field + ".operator", go_quoted(op), {"Equal", "Exists"});
  if (!effect.empty() && effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute")
    causes.unsupported(field + ".effect", go_quoted(effect), {"NoSchedule", "PreferNoSchedule", "NoExecute"});
}

// ---- spread

void check_constraint(const Value& constraint, const std::string& field, Causes& causes) {
  const int64_t skew = number_at(constraint, "maxSkew");
  const std::string action = text_at(constraint, "whenUnsatisfiable");
  if (skew <= 0) causes.invalid(field + ".maxSkew", std::to_string(skew), "must be greater than zero");
  if (text_at(constraint, "topologyKey").empty()) causes.required(field + ".topologyKey", "can not be empty");
  if (action != "DoNotSchedule" && action != "ScheduleAnyway")
    causes.unsupported(field + ".whenUnsatisfiable", go_quoted(action), {"DoNotSchedule", "ScheduleAnyway"});
  if (const Value* domains = constraint.find("minDomains"); domains && domains->as_int()) {
    if (*domains->as_int() <= 0) causes.invalid(field + ".minDomains", domains, "must be greater than zero");
    if (action != "DoNotSchedule")
      causes.invalid(field + ".minDomains", domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action);
  }
  if (size_at(constraint, "matchLabelKeys") > 0 && !constraint.find("labelSelector"))
    causes.forbidden(field + ".matchLabelKeys", "must not be specified when labelSelector is not set");
  check_label_selector(constraint.find("labelSelector"), field + ".labelSelector", causes);
}

}  // namespace

void check_affinity(const Value& spec, const std::string& owner, Causes& causes) {
  const std::string field = owner + ".affinity";
  if (const Value* nodes = find_path(spec, "affinity.nodeAffinity")) check_node_affinity(*nodes, field + ".nodeAffinity", causes);
  for (const char* member : {"podAffinity", "podAntiAffinity"}) {
    if (const Value* pods = find_path(spec, std::string("affinity.") + member))
      check_pod_affinity(*pods, field + "." + member, causes);
  }
}

void check_tolerations(const Value& spec, const std::string& owner, Causes& causes) {
  each_item(spec, "tolerations", owner + ".tolerations",
            [&](const Value& toleration, const std::string& field) { check_toleration(toleration, field, causes); });
}

void check_spread(const Value& spec, const std::string& owner, Causes& causes) {
  std::set<std::pair<std::string, std::string>> seen;
  each_item(spec, "topologySpreadConstraints", owner + ".topologySpreadConstraints",
            [&](const Value& constraint, const std::string& field) {
              check_constraint(constraint, field, causes);
              const std::string key = text_at(constraint, "topologyKey"), action = text_at(constraint, "whenUnsatisfiable");
              if (!seen.emplace(key, action).second)
                causes.duplicate(field + ".{topologyKey, whenUnsatisfiable}", go_quoted("{" + key + ", " + action + "}"));
            });
}

}  // namespace graylane::apiserver
