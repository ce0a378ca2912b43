#include "route/path_index.h"

#include <bit>

#include "route/table.h"

namespace graylane::route {

namespace {

constexpr uint32_t kSeed = 0x811c9dc5U;

uint32_t extend(uint32_t hash, char c) { return (hash ^ static_cast<unsigned char>(c)) * 0x01000193U; }

/// The text under which a rule is found; nothing for rules that are always candidates.
std::string_view indexed_text(const Rule& rule) {
  switch (rule.path_kind) {
    case PathKind::kExact: return rule.path;
    case PathKind::kSegmentPrefix: return rule.path == "/" ? std::string_view() : std::string_view(rule.path);
    case PathKind::kPrefix:  // "/a/" can only match where "/a" is followed by a '/'
      return rule.path.size() > 1 && rule.path.back() == '/' ? std::string_view(rule.path).substr(0, rule.path.size() - 1)
                                                             : std::string_view();
    case PathKind::kRegex: return {};
  }
  return {};
}

}  // namespace

void PathIndex::insert(uint32_t hash, uint32_t rule) {
  const std::span<Slot> all = slots();
  size_t i = (hash * 0x9e3779b1U) & mask_;
  while (all[i].rule != kEnd && all[i].hash != hash) i = (i + 1) & mask_;
  const bool more = all[i].rule != kEnd;
  if (more) next_[rule] = all[i].rule & ~kMore;
  all[i] = {hash, more ? rule | kMore : rule};
}

uint32_t PathIndex::first(uint32_t hash) const {
  const std::span<const Slot> all = slots();
  for (size_t i = (hash * 0x9e3779b1U) & mask_; all[i].rule != kEnd; i = (i + 1) & mask_) {
    if (all[i].hash == hash) return all[i].rule;
  }
  return kEnd;
}

void PathIndex::build(const std::vector<Rule>& rules) {
  *this = PathIndex();
  if (rules.size() < kRulesMin) return;
  const size_t count = std::bit_ceil(rules.size() + rules.size() / 2);
  mask_ = static_cast<uint32_t>(count - 1);
  if (count > kInline) heap_.resize(count);
  next_.assign(rules.size(), kEnd);
  for (uint32_t rule = static_cast<uint32_t>(rules.size()); rule-- > 0;) {  // backwards: chains run forwards
    const std::string_view text = indexed_text(rules[rule]);
    if (text.empty()) {
      unindexed_.push_back(rule);
      continue;
    }
    uint32_t hash = kSeed;
    for (const char c : text) hash = extend(hash, c);
    insert(hash, rule);
    longest_ = std::max(longest_, static_cast<uint32_t>(text.size()));
  }
  std::ranges::reverse(unindexed_);
}

size_t PathIndex::indexed(std::string_view path, std::array<uint32_t, kHitsMax>& hits) const {
  size_t found = 0;
  uint32_t hash = kSeed;
  for (size_t i = 0; i <= path.size() && i <= longest_; ++i) {
    if (i == path.size() || (path[i] == '/' && i > 0)) {
      uint32_t rule = first(hash);
      bool more = rule != kEnd && (rule & kMore) != 0;
      if (more) rule &= ~kMore;
      while (rule != kEnd) {
        if (found == kHitsMax) return kTooMany;
        hits[found++] = rule;
        rule = more ? next_[rule] : kEnd;  // alone: no look at next_, which is a line of memory of its own
      }
    }
    if (i < path.size()) hash = extend(hash, path[i]);
  }
  if (found > 1) std::sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(found));
  return found;
}

}  // namespace graylane::route
