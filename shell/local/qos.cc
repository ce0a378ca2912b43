#include "local/qos.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "api/view_fields.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;

constexpr std::array<std::pair<std::string_view, double>, 14> kSuffixes = {{{"Ki", 0x1p10},
                                                                            {"Mi", 0x1p20},
                                                                            {"Gi", 0x1p30},
                                                                            {"Ti", 0x1p40},
                                                                            {"Pi", 0x1p50},
                                                                            {"Ei", 0x1p60},
                                                                            {"n", 1e-9},
                                                                            {"u", 1e-6},
                                                                            {"m", 1e-3},
                                                                            {"k", 1e3},
                                                                            {"M", 1e6},
                                                                            {"G", 1e9},
                                                                            {"T", 1e12},
                                                                            {"P", 1e15}}};

/// 0 for what is absent or no quantity.
double amount(const Value* resources, const char* list, const char* name) {
  const Value* value = fields::find(fields::find_object(resources, list), name);
  if (!value) return 0;
  if (const int64_t* number = value->as_int()) return static_cast<double>(*number);
  if (const double* number = value->as_double()) return *number;
  const std::string* text = value->as_string();
  if (!text) return 0;
  char* end = nullptr;
  const double number = std::strtod(text->c_str(), &end);
  for (const auto& [suffix, factor] : kSuffixes) {
    if (end == suffix) return number * factor;
  }
  return std::string_view(end) == "E" ? number * 1e18 : number;
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
