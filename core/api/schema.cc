#include "api/schema.h"

#include <algorithm>

namespace graylane::api {

const Property* Schema::find(std::string_view member) const {
  auto it = std::ranges::lower_bound(properties, member, {}, [](const Property& p) { return std::string_view(p.name); });
  return it != properties.end() && it->name == member ? &*it : nullptr;
}

}  // namespace graylane::api
