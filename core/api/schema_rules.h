// Rules: what a schema of a CustomResourceDefinition demands of a value beyond its type and structure. Immutable; owned by the set
// that its schema belongs to. Rules of CEL are not among them: they stay in the definition and are not run.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/pattern.h"
#include "api/schema.h"
#include "doc/value.h"

namespace graylane::api {

struct Rules {
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  std::string format;  // "date-time", "int32"; unknown ones are not looked at
  std::shared_ptr<const Pattern> pattern;
  std::vector<doc::Value> enum_values;  // empty: any
  std::vector<std::string> required;

  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<double> multiple_of;
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;
  bool unique_items = false;
  int64_t min_length = 0;  // characters
  int64_t max_length = kUnlimited;
  int64_t min_items = 0;
  int64_t max_items = kUnlimited;
  int64_t min_properties = 0;
  int64_t max_properties = kUnlimited;

  // Further schemas for the same value. They only judge it: they neither declare fields nor have defaults.
  std::vector<const Schema*> all_of;
  std::vector<const Schema*> any_of;
  std::vector<const Schema*> one_of;
  const Schema* none_of = nullptr;
};

}  // namespace graylane::api
