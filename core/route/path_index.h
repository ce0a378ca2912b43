// PathIndex: what a lookup reads of a host, in one block of memory, so that one wait brings it all: a hash table, the head of
// each rule, the texts of their paths. For a host with many rules it finds the few whose path can match. It never decides: a
// candidate is still matched, so an index and a walk over all rules give the same answer. Immutable after build.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "route/path_prefixes.h"

namespace graylane::route {

struct Host;
struct Policy;
struct Response;
struct Rule;
enum class PathKind : uint8_t;
enum class RuleKind : uint8_t;
enum class Role : uint8_t;

/// What a lookup reads of a Rule.
struct RuleHead {
  const Policy* policy = nullptr;
  uint32_t target = 0;
  uint32_t text_at = 0;  // in the block; an expression has no text here
  uint32_t text_size = 0;
  PathKind path_kind{};
  RuleKind kind{};
  Role role{};
  bool policy_acts = false;  // it may answer or rewrite; else it only has limits
};

/// A view of the block; empty: no rules.
class PathIndexView {
 public:
  PathIndexView() = default;
  explicit PathIndexView(const std::byte* block) : block_(block) {}

  const Response* closed() const { return block_ == nullptr ? nullptr : header().closed; }
  uint32_t size() const { return block_ == nullptr ? 0 : header().size; }
  const RuleHead& head(uint32_t rule) const { return at<RuleHead>(header().heads_at)[rule]; }
  std::string_view text(const RuleHead& head) const { return {at<char>(head.text_at), head.text_size}; }
  const Rule* rules() const { return header().rules; }
  /// There is a hash table.
  bool active() const { return block_ != nullptr && header().mask != 0; }

  /// Calls visit(rule index) with candidates in ascending order until it returns true. Exact and segment-prefix rules are
  /// found by the hash of each prefix of the path that ends before a '/' and of the whole path; other rules are always candidates.
  template <class F>
  void candidates(const PathPrefixes& prefixes, F&& visit) const {
    std::array<uint32_t, kHitsMax> hits;
    const size_t found = active() ? indexed(prefixes, hits) : kTooMany;
    if (found == kTooMany) return walk(std::forward<F>(visit));
    size_t hit = 0;
    for (const uint32_t rule : unindexed()) {
      for (; hit < found && hits[hit] < rule; ++hit) {
        if (visit(hits[hit])) return;
      }
      if (visit(rule)) return;
    }
    for (; hit < found; ++hit) {
      if (visit(hits[hit])) return;
    }
  }

  const std::byte* begin() const { return block_; }
  /// All that a lookup may read.
  std::span<const std::byte> bytes() const {
    return block_ == nullptr ? std::span<const std::byte>() : std::span(block_, header().bytes);
  }

 private:
  struct Header {
    const Rule* rules = nullptr;
    const Response* closed = nullptr;  // Host::closed
    uint32_t size = 0;                 // number of rules
    uint32_t mask = 0;                 // number of slots - 1; 0: no hash table
    uint32_t longest = 0;              // indexed text
    uint32_t unindexed = 0;            // number of rules
    uint32_t heads_at = 0;
    uint32_t bytes = 0;
  };
  /// The index of a rule, and above it a part of its text's hash. Open addressing, at most three quarters full.
  using Slot = uint32_t;
  static constexpr uint32_t kRuleBits = 24;
  static constexpr uint32_t kRuleMask = (1U << kRuleBits) - 1;
  static constexpr Slot kFree = UINT32_MAX;
  static constexpr size_t kHitsMax = 32;
  static constexpr size_t kTooMany = SIZE_MAX;

  template <class F>
  void walk(F&& visit) const {
    for (uint32_t rule = 0; rule < size(); ++rule) {
      if (visit(rule)) return;
    }
  }

  template <class T>
  const T* at(size_t offset) const {
    return reinterpret_cast<const T*>(block_ + offset);
  }
  const Header& header() const { return *at<Header>(0); }
  const Slot* slots() const { return at<Slot>(sizeof(Header)); }
  /// Rules that are always candidates, ascending.
  std::span<const uint32_t> unindexed() const {
    return {slots() + (header().mask == 0 ? 0 : header().mask + 1), header().unindexed};
  }

  /// Fills `hits` with the indexed candidates in ascending order; returns how many, or kTooMany.
  size_t indexed(const PathPrefixes& prefixes, std::array<uint32_t, kHitsMax>& hits) const {
    size_t found = 0;
    const Header& all = header();
    prefixes.each([&](PathPrefix prefix) {
      if (prefix.size > all.longest) return true;
      const uint32_t tag = prefix.hash >> kRuleBits;
      for (uint32_t i = prefix.hash & all.mask; slots()[i] != kFree; i = (i + 1) & all.mask) {
        if (slots()[i] >> kRuleBits != tag) continue;
        if (found == kHitsMax) {
          found = kTooMany;
          return true;
        }
        hits[found++] = slots()[i] & kRuleMask;
      }
      return false;
    });
    if (found > 1 && found != kTooMany) std::sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(found));
    return found;
  }

  friend class PathIndexBuilder;

 protected:
  const std::byte* block_ = nullptr;
};

/// The owner; it stays where it is, since a block points to the rules that it was made of.
class PathIndex : public PathIndexView {
 public:
  /// Below this many rules a walk is faster.
  static constexpr size_t kRulesMin = 8;

  PathIndex() = default;
  PathIndex(const PathIndex&) = delete;
  PathIndex& operator=(const PathIndex&) = delete;
  ~PathIndex() = default;

  void build(const std::vector<Rule>& rules);

 private:
  friend void build_indexes(std::span<const std::shared_ptr<Host>> hosts);
  void set(std::shared_ptr<const std::byte> block) {
    memory_ = std::move(block);
    block_ = memory_.get();
  }
  std::shared_ptr<const std::byte> memory_;  // shared with the blocks beside it
};

/// Once for each host, when its rules and policies are complete; a host without index has no rules for match(). The blocks
/// of hosts that are built together lie together, some hundred to a piece of memory, which lives until the last of them goes.
void build_indexes(std::span<const std::shared_ptr<Host>> hosts);

}  // namespace graylane::route
