#include "gateway/hash_ring.h"

#include <algorithm>

#include "route/host_map.h"

namespace graylane::gateway {

namespace {

uint64_t mixed(uint64_t hash) {
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

}  // namespace

HashRing::HashRing(std::span<const std::string_view> names) {
  points_.reserve(names.size() * kPoints);
  for (uint32_t member = 0; member < names.size(); ++member) {
    const uint64_t base = route::hash_text(names[member]);
    for (uint64_t point = 0; point < kPoints; ++point) points_.emplace_back(mixed(base + mixed(point + 1)), member);
  }
  std::ranges::sort(points_);
}

size_t HashRing::first_point(std::string_view key) const {
  const auto at = std::ranges::lower_bound(points_, mixed(route::hash_text(key)), {}, &std::pair<uint64_t, uint32_t>::first);
  return at == points_.end() ? 0 : static_cast<size_t>(at - points_.begin());
}

}  // namespace graylane::gateway
