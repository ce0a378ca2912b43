#include "route/path_index.h"

#include <gtest/gtest.h>

#include "route/table.h"

namespace graylane::route {
namespace {

Rule rule(PathKind kind, std::string path) {
  Rule made;
  made.path_kind = kind;
  made.path = std::move(path);
  return made;
}

std::vector<uint32_t> candidates(const PathIndex& index, std::string_view path) {
  std::vector<uint32_t> found;
  index.candidates(PathPrefixes(path), [&](uint32_t rule) {
    found.push_back(rule);
    return false;
  });
  return found;
}

std::vector<Rule> unrelated(size_t count) {
  std::vector<Rule> rules;
  for (size_t i = 0; i < count; ++i) rules.push_back(rule(PathKind::kExact, "/other/" + std::to_string(i)));
  return rules;
}

TEST(PathIndex, FewRulesNeedNoIndex) {
  // A walk over a handful of rules is faster than hashing.
  PathIndex index;
  index.build(unrelated(PathIndex::kRulesMin - 1));
  EXPECT_FALSE(index.active());
  index.build(unrelated(PathIndex::kRulesMin));
  EXPECT_TRUE(index.active());
}

TEST(PathIndex, CandidatesComeInOrderOfPrecedence) {
  // The first candidate that matches wins; an order by kind would change who wins.
  std::vector<Rule> rules = unrelated(10);
  rules.push_back(rule(PathKind::kSegmentPrefix, "/a"));  // 10
  rules.push_back(rule(PathKind::kRegex, "b"));           // 11
  rules.push_back(rule(PathKind::kExact, "/a/b"));        // 12
  rules.push_back(rule(PathKind::kPrefix, "/"));          // 13
  rules.push_back(rule(PathKind::kExact, "/a/b"));        // 14
  rules.push_back(rule(PathKind::kPrefix, "/a/"));        // 15
  rules.push_back(rule(PathKind::kSegmentPrefix, "/"));   // 16
  rules.push_back(rule(PathKind::kExact, "/a/b/c"));      // 17
  PathIndex index;
  index.build(rules);
  EXPECT_EQ(candidates(index, "/a/b"), (std::vector<uint32_t>{10, 11, 12, 13, 14, 15, 16}));
  EXPECT_EQ(candidates(index, "/x"), (std::vector<uint32_t>{11, 13, 16}));
}

TEST(PathIndex, StopsAtTheFirstThatTheVisitorTakes) {
  // What comes behind the winner is not looked at: it may be a costly expression.
  std::vector<Rule> rules = unrelated(10);
  rules.push_back(rule(PathKind::kExact, "/a"));
  rules.push_back(rule(PathKind::kRegex, "a"));
  PathIndex index;
  index.build(rules);
  int visits = 0;
  index.candidates(PathPrefixes("/a"), [&](uint32_t) { return ++visits == 1; });
  EXPECT_EQ(visits, 1);
}

TEST(PathIndex, ManyRulesForOnePathAreAllCandidates) {
  // The index has room for a few hits only; beyond that every rule is a candidate and none is lost.
  std::vector<Rule> rules;
  for (int i = 0; i < 100; ++i) rules.push_back(rule(PathKind::kExact, "/same"));
  PathIndex index;
  index.build(rules);
  EXPECT_EQ(candidates(index, "/same").size(), 100U);
}

TEST(PathIndex, ALongPathIsReadOnlyAsFarAsARuleReaches) {
  // A client that sends 8 KiB of slashes must not cost 8,000 look-ups.
  std::vector<Rule> rules = unrelated(10);
  rules.push_back(rule(PathKind::kSegmentPrefix, "/a"));
  PathIndex index;
  index.build(rules);
  std::string path = "/a";
  for (int i = 0; i < 2'000; ++i) path += "/a";
  EXPECT_EQ(candidates(index, path), (std::vector<uint32_t>{10}));
}

}  // namespace
}  // namespace graylane::route
