// MemberFinder: finds members of one object that does not change meanwhile, in time that does not grow with its square when all
// are asked for. Internal to core/patch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "doc/value.h"

namespace graylane::patch {

class MemberFinder {
 public:
  /// The object must outlive this; null: an object without members.
  explicit MemberFinder(const doc::Object* object) : object_(object) {}

  /// The index of the member of that key; -1 when there is none.
  std::ptrdiff_t index(std::string_view key) {
    const size_t size = object_ ? object_->size() : 0;
    // Two versions of an object mostly have their members in the same order.
    if (next_ < size && key_at(next_) == key) return static_cast<std::ptrdiff_t>(next_++);
    if (size <= kLinear) {
      for (size_t i = 0; i < size; ++i) {
        if (key_at(i) == key) return found(i);
      }
      return -1;
    }
    if (sorted_.empty()) sort();
    auto it = std::ranges::lower_bound(sorted_, key, {}, [this](uint32_t i) { return key_at(i); });
    return it != sorted_.end() && key_at(*it) == key ? found(*it) : -1;
  }

  const doc::Value* find(std::string_view key) {
    const std::ptrdiff_t i = index(key);
    return i < 0 ? nullptr : &(object_->begin() + i)->value;
  }

 private:
  static constexpr size_t kLinear = 16;

  std::string_view key_at(size_t i) const { return (object_->begin() + static_cast<std::ptrdiff_t>(i))->key; }
  std::ptrdiff_t found(size_t i) {
    next_ = i + 1;
    return static_cast<std::ptrdiff_t>(i);
  }
  void sort() {
    sorted_.resize(object_->size());
    for (uint32_t i = 0; i < sorted_.size(); ++i) sorted_[i] = i;
    std::ranges::sort(sorted_, {}, [this](uint32_t i) { return key_at(i); });
  }

  const doc::Object* object_;
  std::vector<uint32_t> sorted_;
  size_t next_ = 0;
};

}  // namespace graylane::patch
