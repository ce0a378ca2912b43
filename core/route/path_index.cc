#include "route/path_index.h"

#include <bit>
#include <cstring>
#include <new>

#include "route/table.h"

namespace graylane::route {

namespace {

/// The text under which a rule is found; nothing for rules that are always candidates.
std::string_view indexed_text(const Rule& rule) {
  const std::string_view path = rule.path;
  switch (rule.path_kind) {
    case PathKind::kExact: return path;
    case PathKind::kSegmentPrefix: return path == "/" ? std::string_view() : path;
    case PathKind::kPrefix:  // "/a/" can only match where "/a" is followed by a '/'
      return path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : std::string_view();
    case PathKind::kRegex: return {};
  }
  return {};
}

uint32_t hash_of(std::string_view text) {
  PathPrefix prefix;
  for (PathWalk walk(text); walk.next(prefix);) {}
  return prefix.hash;
}

/// It may answer, or turn the request into a redirect. All other parts of a policy are for whoever forwards.
bool acts(const Policy& policy) {
  return policy.closed || policy.redirect || policy.https_redirect || !policy.deny.empty() || !policy.allow.empty() ||
         policy.closed_by_auth || policy.rewrite;
}

uint32_t size32(size_t size) { return static_cast<uint32_t>(size); }

}  // namespace

/// Lays the block out, then fills it.
class PathIndexBuilder {
 public:
  explicit PathIndexBuilder(const std::vector<Rule>& rules, std::span<const std::shared_ptr<const Policy>> policies = {},
                            const Response* closed = nullptr)
      : rules_(rules), policies_(policies) {
    header_.rules = rules.data();
    header_.closed = closed;
    header_.size = size32(rules.size());
    if (rules.size() < PathIndex::kRulesMin || rules.size() >= PathIndex::kRuleMask || !fill_slots()) {
      slots_.clear();
      unindexed_.clear();
    }
    header_.mask = slots_.empty() ? 0 : size32(slots_.size() - 1);
    header_.unindexed = size32(unindexed_.size());
    const size_t words = slots_.size() + unindexed_.size();
    header_.heads_at = size32(sizeof(header_) + (words + words % 2) * sizeof(uint32_t));
    size_t bytes = texts_at();
    for (const Rule& rule : rules_) bytes += text_of(rule).size();
    header_.bytes = size32(bytes);
  }

  size_t bytes() const { return header_.bytes; }

  void write(std::byte* block) const {
    std::memcpy(block, &header_, sizeof(header_));
    std::byte* const slots = block + sizeof(header_);
    std::byte* const unindexed = std::ranges::copy(std::as_bytes(std::span(slots_)), slots).out;
    std::ranges::copy(std::as_bytes(std::span(unindexed_)), unindexed);
    std::byte* head_at = block + header_.heads_at;
    size_t text_at = texts_at();
    for (const Rule& rule : rules_) {
      const std::string_view text = text_of(rule);
      new (head_at) RuleHead(head_of(rule, text_at, text.size()));
      head_at += sizeof(RuleHead);
      std::ranges::copy(std::as_bytes(std::span(text)), block + text_at);
      text_at += text.size();
    }
  }

 private:
  size_t texts_at() const { return header_.heads_at + rules_.size() * sizeof(RuleHead); }

  static std::string_view text_of(const Rule& rule) {
    return rule.path_kind == PathKind::kRegex ? std::string_view() : std::string_view(rule.path);
  }

  /// False: too many rules for one place, as only a crafted table has.
  bool fill_slots() {
    slots_.assign(std::bit_ceil(rules_.size() + rules_.size() / 3), PathIndex::kFree);
    const size_t mask = slots_.size() - 1;
    for (uint32_t rule = 0; rule < rules_.size(); ++rule) {
      const std::string_view text = indexed_text(rules_[rule]);
      if (text.empty()) {
        unindexed_.push_back(rule);
        continue;
      }
      const uint32_t hash = hash_of(text);
      size_t i = hash & mask;
      for (size_t steps = 0; slots_[i] != PathIndex::kFree; i = (i + 1) & mask) {
        if (++steps > kStepsMax) return false;
      }
      slots_[i] = (hash >> PathIndex::kRuleBits << PathIndex::kRuleBits) | rule;
      header_.longest = std::max(header_.longest, size32(text.size()));
    }
    return true;
  }

  RuleHead head_of(const Rule& rule, size_t text_at, size_t text_size) const {
    RuleHead head{nullptr, rule.target, size32(text_at), size32(text_size), rule.path_kind, rule.kind, rule.role, false};
    if (rule.policy >= policies_.size()) return head;
    head.policy = policies_[rule.policy].get();
    head.policy_acts = acts(*head.policy);
    return head;
  }

  static constexpr size_t kStepsMax = 256;
  const std::vector<Rule>& rules_;
  std::span<const std::shared_ptr<const Policy>> policies_;
  PathIndexView::Header header_;
  std::vector<PathIndexView::Slot> slots_;
  std::vector<uint32_t> unindexed_;
};

namespace {

constexpr size_t kPieceBytes = 256 * 1024;

struct alignas(kLineBytes) Line {
  std::byte bytes[kLineBytes];
};

size_t lines_of(const PathIndexBuilder& builder) { return (builder.bytes() + kLineBytes - 1) / kLineBytes; }

/// Writes all blocks into one piece of memory.
std::vector<std::shared_ptr<const std::byte>> write_together(std::span<const PathIndexBuilder> builders) {
  size_t lines = 0;
  for (const PathIndexBuilder& builder : builders) lines += lines_of(builder);
  const auto memory = std::make_shared_for_overwrite<Line[]>(lines);
  std::vector<std::shared_ptr<const std::byte>> blocks;
  blocks.reserve(builders.size());
  Line* at = memory.get();
  for (const PathIndexBuilder& builder : builders) {
    builder.write(at->bytes);
    blocks.emplace_back(memory, at->bytes);
    at += lines_of(builder);
  }
  return blocks;
}

}  // namespace

void PathIndex::build(const std::vector<Rule>& rules) {
  const PathIndexBuilder builder(rules);
  set(write_together({&builder, 1})[0]);
}

void build_indexes(std::span<const std::shared_ptr<Host>> hosts) {
  while (!hosts.empty()) {
    std::vector<PathIndexBuilder> builders;
    builders.reserve(std::min(hosts.size(), kPieceBytes / 512));
    for (size_t bytes = 0; builders.size() < hosts.size() && bytes < kPieceBytes;) {
      const Host& host = *hosts[builders.size()];
      bytes += builders.emplace_back(host.rules, host.policies, host.closed.get()).bytes();
    }
    const auto blocks = write_together(builders);
    for (size_t i = 0; i < blocks.size(); ++i) hosts[i]->index.set(blocks[i]);
    hosts = hosts.subspan(blocks.size());
  }
}

}  // namespace graylane::route
