#include "route/path_prefixes.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "route/split.h"

namespace graylane::route {
namespace {

std::vector<PathPrefix> prefixes_of(std::string_view path) {
  std::vector<PathPrefix> found;
  PathPrefixes(path).each([&](PathPrefix prefix) {
    found.push_back(prefix);
    return false;
  });
  return found;
}

std::vector<size_t> sizes_of(std::string_view path) {
  std::vector<size_t> sizes;
  for (const PathPrefix& prefix : prefixes_of(path)) sizes.push_back(prefix.size);
  return sizes;
}

TEST(PathPrefixes, EndBeforeEachSlashAndWithThePath) {
  // Where a rule's path may end; one that is missing would lose the rule.
  EXPECT_EQ(sizes_of("/"), (std::vector<size_t>{1}));
  EXPECT_EQ(sizes_of("/a"), (std::vector<size_t>{2}));
  EXPECT_EQ(sizes_of("/a/"), (std::vector<size_t>{2, 3}));
  EXPECT_EQ(sizes_of("/a//b"), (std::vector<size_t>{2, 3, 5}));
  EXPECT_EQ(sizes_of("/eightchr/x"), (std::vector<size_t>{9, 11}));
  EXPECT_EQ(sizes_of("/1/2/3/4/5/6/7/8/9/10"), (std::vector<size_t>{2, 4, 6, 8, 10, 12, 14, 16, 18, 21}));
}

TEST(PathPrefixes, TheHashIsThatOfThePrefixAlone) {
  // A rule's path is hashed by itself, a request's on the way to its end: both must come to the same.
  Rng rng(1);
  std::map<std::string, uint32_t> seen;
  for (int round = 0; round < 2'000; ++round) {
    std::string path;
    for (uint64_t left = rng.below(40); left > 0; --left) path += rng.below(5) == 0 ? '/' : static_cast<char>('a' + rng.below(3));
    for (const PathPrefix& prefix : prefixes_of("/" + path)) {
      const std::string text = ("/" + path).substr(0, prefix.size);
      const auto [place, is_new] = seen.try_emplace(text, prefix.hash);
      ASSERT_EQ(place->second, prefix.hash) << text;
      ASSERT_EQ(prefixes_of(text).back().hash, prefix.hash) << text;
    }
  }
  std::map<uint32_t, std::string> by_hash;
  for (const auto& [text, hash] : seen) EXPECT_TRUE(by_hash.try_emplace(hash, text).second) << text << " and " << by_hash[hash];
}

}  // namespace
}  // namespace graylane::route
