// KeyIndex: finds the members of one object while it is being built. Linear for small objects; beyond that a balanced tree, so that
// an object of a million keys (in whatever order, with whatever hashes) does not take a million times a million comparisons.
#pragma once

#include <optional>
#include <set>
#include <string_view>

#include "doc/value.h"

namespace graylane::doc {

class KeyIndex {
 public:
  /// The object must outlive this and stay where it is; members may only be appended or replaced.
  explicit KeyIndex(const Object& object) : object_(object), tree_(Less{&object}) {}

  std::optional<size_t> find(std::string_view key) {
    if (object_.size() <= kLinear) {
      const Member* member = object_.find_member(key);
      return member ? std::optional(static_cast<size_t>(member - &*object_.begin())) : std::nullopt;
    }
    for (; indexed_ < object_.size(); ++indexed_) tree_.insert(indexed_);
    const auto it = tree_.find(key);
    return it == tree_.end() ? std::nullopt : std::optional(*it);
  }

 private:
  static constexpr size_t kLinear = 32;
  struct Less {
    using is_transparent = void;
    const Object* object;
    std::string_view key(size_t index) const { return (object->begin() + static_cast<std::ptrdiff_t>(index))->key; }
    bool operator()(size_t a, size_t b) const { return key(a) < key(b); }
    bool operator()(size_t a, std::string_view b) const { return key(a) < b; }
    bool operator()(std::string_view a, size_t b) const { return a < key(b); }
  };

  const Object& object_;
  std::set<size_t, Less> tree_;
  size_t indexed_ = 0;
};

}  // namespace graylane::doc
