#include "local/qos.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "api/quantity.h"
#include "api/view_fields.h"
#include "doc/print.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;

/// About as many; 0 for what is absent or no quantity.
double amount(const Value* resources, const char* list, const char* name) {
  const Value* value = fields::find(fields::find_object(resources, list), name);
  if (!value) return 0;
  const auto quantity = api::parse_quantity(value->is_string() ? *value->as_string() : doc::to_json(*value));
  if (!quantity || quantity->negative) return 0;
  double words = 0;
  for (const uint64_t word : quantity->magnitude | std::views::reverse) words = words * 0x1p64 + static_cast<double>(word);
  return words * std::pow(10.0, quantity->exponent);
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

}  // namespace

std::string qos_class(const Value* spec) {
  bool any = false, guaranteed = true;
  for (const char* list : {"initContainers", "containers"}) {
    for (const Value& container : fields::items(spec, list)) {
      const Value* resources = fields::find_object(&container, "resources");
      for (const char* name : {"cpu", "memory"}) {
        const double limit = amount(resources, "limits", name), request = amount(resources, "requests", name);
        any = any || limit > 0 || request > 0;
        guaranteed = guaranteed && limit > 0 && (request <= 0 || same(request, limit));  // a limit alone is a request too
      }
    }
  }
  return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace graylane::local
