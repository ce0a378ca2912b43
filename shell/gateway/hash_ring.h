// HashRing: consistent hashing. Each member has many points on a ring; a key goes to the member of the next point, so that a
// member that comes or goes moves only its own share of the keys. Immutable after build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace graylane::gateway {

class HashRing {
 public:
  static constexpr uint32_t kPoints = 160;  // of each member: shares are even to about 8 %

  HashRing() = default;
  /// The same names give the same ring, whatever their order.
  explicit HashRing(std::span<const std::string_view> names);

  /// `accept(member)`: in the order of the ring from the key on, until one is accepted. False: none was.
  template <class F>
  bool find(std::string_view key, F&& accept) const {
    const size_t from = first_point(key);
    for (size_t i = 0; i < points_.size(); ++i) {
      if (accept(points_[(from + i) % points_.size()].second)) return true;
    }
    return false;
  }

 private:
  size_t first_point(std::string_view key) const;
  std::vector<std::pair<uint64_t, uint32_t>> points_;  // sorted
};

}  // namespace graylane::gateway
