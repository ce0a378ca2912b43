// PathIndex: for a host with many rules, the few rules whose path can match, in order of precedence. It never decides: a
// candidate is still matched, so an index and a walk over all rules give the same answer. Immutable after build.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace graylane::route {

struct Rule;

class PathIndex {
 public:
  /// Below this many rules a walk is faster.
  static constexpr size_t kRulesMin = 8;
  static constexpr uint32_t kEnd = UINT32_MAX;

  void build(const std::vector<Rule>& rules);
  bool active() const { return mask_ != 0; }

  /// Calls visit(rule index) with candidates in ascending order until it returns true. Exact and segment-prefix rules are
  /// found by hashing each prefix of the path that ends before a '/' and the whole path; other rules are always candidates.
  template <class F>
  void candidates(std::string_view path, F&& visit) const {
    std::array<uint32_t, kHitsMax> hits;
    const size_t found = indexed(path, hits);
    if (found == kTooMany) return walk(std::forward<F>(visit));
    size_t hit = 0;
    for (const uint32_t rule : unindexed_) {
      for (; hit < found && hits[hit] < rule; ++hit) {
        if (visit(hits[hit])) return;
      }
      if (visit(rule)) return;
    }
    for (; hit < found; ++hit) {
      if (visit(hits[hit])) return;
    }
  }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t rule = kEnd;  // the first rule of that hash, with kMore where next_ leads to others
  };
  static constexpr uint32_t kMore = 0x8000'0000U;
  static constexpr size_t kHitsMax = 32;
  static constexpr size_t kTooMany = SIZE_MAX;

  template <class F>
  void walk(F&& visit) const {
    for (uint32_t rule = 0; rule < next_.size(); ++rule) {
      if (visit(rule)) return;
    }
  }

  std::span<const Slot> slots() const { return mask_ < kInline ? std::span<const Slot>(inline_) : std::span<const Slot>(heap_); }
  std::span<Slot> slots() { return mask_ < kInline ? std::span<Slot>(inline_) : std::span<Slot>(heap_); }
  void insert(uint32_t hash, uint32_t rule);
  /// As in Slot::rule; kEnd: none.
  uint32_t first(uint32_t hash) const;
  /// Fills `hits` with the indexed candidates in ascending order; returns how many, or kTooMany.
  size_t indexed(std::string_view path, std::array<uint32_t, kHitsMax>& hits) const;

  // Open addressing, at most two thirds full. Those of an ordinary host stand here and not behind a pointer: each line of
  // memory that is found only after another one was read costs a lookup more than all of its arithmetic.
  static constexpr size_t kInline = 16;
  uint32_t mask_ = 0;                // number of slots - 1; 0: no index
  uint32_t longest_ = 0;             // indexed text
  std::vector<uint32_t> unindexed_;  // ascending
  std::array<Slot, kInline> inline_;
  std::vector<Slot> heap_;
  std::vector<uint32_t> next_;  // per rule
};

}  // namespace graylane::route
