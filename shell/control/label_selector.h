// LabelSelector: matchLabels and matchExpressions, as workloads have them. A plain value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/labels.h"
#include "doc/value.h"

namespace graylane::control {

class LabelSelector {
 public:
  LabelSelector() = default;
  /// `value`: of spec.selector; may be null. What cannot be understood makes it select nothing.
  explicit LabelSelector(const doc::Value* value);

  /// An empty selector selects nothing: nobody means to own everything.
  bool selects(const api::Labels& labels) const;
  bool empty() const { return labels_.empty() && requirements_.empty(); }

 private:
  enum class Operator : uint8_t { kIn, kNotIn, kExists, kDoesNotExist, kUnknown };
  struct Requirement {
    std::string key;
    Operator op = Operator::kUnknown;
    std::vector<std::string> values;
  };

  static Requirement read(const doc::Value& expression);
  static bool holds(const Requirement& requirement, const api::Labels& labels);

  api::Labels labels_;
  std::vector<Requirement> requirements_;
};

}  // namespace graylane::control
