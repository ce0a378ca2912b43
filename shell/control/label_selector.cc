#include "control/label_selector.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "api/view_fields.h"

namespace graylane::control {

namespace fields = api::fields;

LabelSelector::Requirement LabelSelector::read(const doc::Value& expression) {
  constexpr std::array<std::pair<std::string_view, Operator>, 4> kOperators = {{{"In", Operator::kIn},
                                                                                {"NotIn", Operator::kNotIn},
                                                                                {"Exists", Operator::kExists},
                                                                                {"DoesNotExist", Operator::kDoesNotExist}}};
  Requirement requirement{fields::text(&expression, "key"), Operator::kUnknown, {}};
  const std::string name = fields::text(&expression, "operator");
  for (const auto& [text, op] : kOperators) {
    if (name == text) requirement.op = op;
  }
  for (const doc::Value& value : fields::items(&expression, "values")) {
    if (const std::string* text = value.as_string()) requirement.values.push_back(*text);
  }
  return requirement;
}

LabelSelector::LabelSelector(const doc::Value* value) : labels_(fields::labels(value, "matchLabels")) {
  for (const doc::Value& expression : fields::items(value, "matchExpressions")) requirements_.push_back(read(expression));
}

bool LabelSelector::holds(const Requirement& requirement, const api::Labels& labels) {
  const auto found = labels.find(requirement.key);
  const bool has = found != labels.end();
  const auto listed = [&] { return std::ranges::find(requirement.values, found->second) != requirement.values.end(); };
  switch (requirement.op) {
    case Operator::kIn: return has && listed();
    case Operator::kNotIn: return !has || !listed();  // as Kubernetes: who lacks the label is not in the list either
    case Operator::kExists: return has;
    case Operator::kDoesNotExist: return !has;
    case Operator::kUnknown: break;
  }
  return false;
}

bool LabelSelector::selects(const api::Labels& labels) const {
  if (empty() || (!labels_.empty() && !api::selects(labels_, labels))) return false;
  return std::ranges::all_of(requirements_, [&](const Requirement& one) { return holds(one, labels); });
}

}  // namespace graylane::control
