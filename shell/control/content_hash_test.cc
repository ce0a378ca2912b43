#include "control/content_hash.h"

#include <gtest/gtest.h>

#include "doc/parse.h"

namespace graylane::control {
namespace {

TEST(ContentHash, FollowsContentNotOrder) {
  // What is named by its content must not be renamed because a client sorts its members, and must be when a digit changes.
  const auto hash = [](std::string_view text) { return content_hash(doc::parse_yaml(text, {}).documents.at(0)); };
  EXPECT_EQ(hash("{a: 1, b: {c: x, d: y}}"), hash("{b: {d: y, c: x}, a: 1}"));
  EXPECT_NE(hash("{a: 1}"), hash("{a: 2}"));
  EXPECT_NE(hash("{a: 1}"), hash("{a: '1'}"));
  EXPECT_NE(hash("[a, b]"), hash("[b, a]"));
  EXPECT_NE(hash("{a: {b: c}}"), hash("{a: b, c: {}}"));
  EXPECT_EQ(hash("{}").size(), 10U);
}

}  // namespace
}  // namespace graylane::control
