// NameIndex: which Ingresses use a name. Names are hashes; a collision only shows more users than there are. A value; not
// thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace graylane::ingress_nginx {

struct Entry;

class NameIndex {
 public:
  void add(uint64_t name, const Entry& entry) {
    if (names_ + names_ / 3 >= slots_.size()) grow();
    Slot& slot = slots_[place_of(name)];
    if (slot.first == kNone) {
      slot.name = name;
      ++names_;
    }
    uint32_t use = free_;
    if (use == kNone) {
      use = static_cast<uint32_t>(uses_.size());
      uses_.emplace_back();
    } else {
      free_ = uses_[use].next;
    }
    uses_[use] = {&entry, slot.first};
    slot.first = use;
  }

  /// Nothing happens when it was not added.
  void remove(uint64_t name, const Entry& entry) {
    if (slots_.empty()) return;
    const size_t place = place_of(name);
    for (uint32_t* link = &slots_[place].first; *link != kNone; link = &uses_[*link].next) {
      if (uses_[*link].entry != &entry) continue;
      const uint32_t use = *link;
      *link = uses_[use].next;
      uses_[use] = {nullptr, free_};
      free_ = use;
      if (slots_[place].first == kNone) close_gap(place);
      return;
    }
  }

  bool has_several(uint64_t name) const {
    const uint32_t first = first_of(name);
    return first != kNone && uses_[first].next != kNone;
  }

  /// Calls visit(entry) for each user of the name.
  template <class F>
  void each(uint64_t name, F&& visit) const {
    for (uint32_t use = first_of(name); use != kNone; use = uses_[use].next) visit(*uses_[use].entry);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  /// Open addressing, at most three quarters full.
  struct Slot {
    uint64_t name = 0;
    uint32_t first = kNone;  // in uses_; none: free
  };
  struct Use {
    const Entry* entry = nullptr;
    uint32_t next = kNone;  // of the same name; of the free ones
  };

  size_t mask() const { return slots_.size() - 1; }

  /// Of the name, or where it would stand.
  size_t place_of(uint64_t name) const {
    size_t place = name & mask();
    while (slots_[place].first != kNone && slots_[place].name != name) place = (place + 1) & mask();
    return place;
  }
  uint32_t first_of(uint64_t name) const { return slots_.empty() ? kNone : slots_[place_of(name)].first; }

  void grow() {
    std::vector<Slot> old(std::bit_ceil(slots_.size() * 2 + 16));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.first != kNone) slots_[place_of(slot.name)] = slot;
    }
  }

  /// Moves back what stands behind a slot that became free, where a search would stop now.
  void close_gap(size_t gap) {
    --names_;
    for (size_t place = (gap + 1) & mask(); slots_[place].first != kNone; place = (place + 1) & mask()) {
      const size_t wanted = slots_[place].name & mask();
      if (((place - wanted) & mask()) < ((place - gap) & mask())) continue;
      slots_[gap] = slots_[place];
      slots_[place].first = kNone;
      gap = place;
    }
  }

  std::vector<Slot> slots_;
  std::vector<Use> uses_;
  uint32_t free_ = kNone;  // of uses_
  size_t names_ = 0;
};

}  // namespace graylane::ingress_nginx
