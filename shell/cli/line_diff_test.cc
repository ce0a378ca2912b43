#include "cli/line_diff.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace graylane::cli {
namespace {

TEST(UnifiedDiff, LooksAsDiffMinusU) {
  // People pipe it into patch and git apply.
  EXPECT_EQ(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- f\n+++ f\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n+9\n");
}

TEST(UnifiedDiff, FarChangesAreSeparateHunks) {
  // A change at each end of a long file must not print the file.
  std::string before, after;
  for (int i = 1; i <= 30; ++i) before += std::to_string(i) + "\n";
  after = "0\n" + before + "31\n";
  EXPECT_EQ(unified_diff("f", before, after),
            "--- f\n+++ f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -28,3 +29,4 @@\n 28\n 29\n 30\n+31\n");
}

TEST(UnifiedDiff, TellsOfAMissingLastLineEnd) {
  // Without the mark patch would add one.
  EXPECT_EQ(unified_diff("f", "a", "a\n"), "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  EXPECT_EQ(unified_diff("f", "a\n", "a\n"), "");
  EXPECT_EQ(unified_diff("f", "", "a\n"), "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n");
}

/// The text that the diff makes of `before`; complete when the context covers everything.
std::string kept_and_added(const std::string& diff) {
  std::string out;
  for (size_t begin = 0, line = 0; begin < diff.size(); ++line) {
    const size_t end = diff.find('\n', begin) + 1;
    const std::string text = diff.substr(begin, end - begin);
    if (line >= 3 && text[0] != '-' && text[0] != '@') out += text.substr(1);
    begin = end;
  }
  return out;
}

TEST(UnifiedDiff, AppliedItGivesTheNewText) {
  // Random small texts meet every corner of the search; they are short enough for the context to show all of them.
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string before = "first\n", after = "FIRST\n";
    for (auto i = random() % 4; i > 0; --i) before += std::string(1, static_cast<char>('a' + random() % 3)) + "\n";
    for (auto i = random() % 4; i > 0; --i) after += std::string(1, static_cast<char>('a' + random() % 3)) + "\n";
    const std::string diff = unified_diff("f", before, after);
    ASSERT_EQ(std::count(diff.begin(), diff.end(), '@'), 4) << diff;
    ASSERT_EQ(kept_and_added(diff), after) << diff;
  }
}

}  // namespace
}  // namespace graylane::cli
