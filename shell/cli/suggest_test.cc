#include "cli/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace graylane::cli {
namespace {

const std::vector<std::string> kWords = {"explain", "lint", "get", "describe", "version"};

TEST(DidYouMean, FindsSwappedMissingAndUnfinishedWords) {
  // These are the mistakes that fingers make.
  EXPECT_EQ(nearest("explian", kWords), "explain");
  EXPECT_EQ(nearest("lnt", kWords), "lint");
  EXPECT_EQ(nearest("desc", kWords), "describe");
}

TEST(DidYouMean, SaysNothingWhenNothingIsNear) {
  // A wrong guess is worse than none.
  EXPECT_EQ(nearest("watch", kWords), "");
  EXPECT_EQ(nearest("xyz", kWords), "");
  EXPECT_EQ(nearest("-f", std::vector<std::string>{"-h"}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), kWords), "");
}

}  // namespace
}  // namespace graylane::cli
