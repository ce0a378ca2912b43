#include "route/explain.h"

#include <gtest/gtest.h>

#include "route/test_agree.h"
#include "route/test_random.h"
#include "route/test_table.h"

namespace graylane::route::test {
namespace {

TEST(Explain, AgreesWithMatchForRandomTables) {
  // An explanation that differs from what happens is worse than none.
  for (uint64_t seed = 1000; seed < 1300; ++seed) {
    RandomTable random(seed);
    const Table table = random.table();
    for (int i = 0; i < 100; ++i)
      ASSERT_EQ(explain_disagrees(table, random.request()), "") << "seed " << seed << ", request " << i;
  }
}

struct Shop {
  TableBuilder tables;
  BackendId stable = tables.backend("stable");
  BackendId canary = tables.backend("canary");
  BackendId empty = tables.backend("empty", false);

  Explanation of(Split split, std::span<const HeaderField> headers = {}) {
    Scratch scratch;
    const HostPtr host = HostBuilder("app.example").split(PathKind::kSegmentPrefix, "/", std::move(split)).build();
    return explain(tables.exact(host).build(), get("app.example", "/x", headers), scratch);
  }
};

TEST(Explain, ADrawNamesEveryDestinationWithItsShare) {
  // Shares are a contract in full double precision: scripts compare them.
  Shop shop;
  const Explanation told = shop.of(test::split(1000, shop.stable, {{shop.canary, 2}}));
  ASSERT_EQ(told.to.size(), 2U);
  EXPECT_EQ(told.to[0].service, "default/stable");
  EXPECT_DOUBLE_EQ(told.to[0].share, 0.998);
  EXPECT_EQ(told.to[1].service, "default/canary");
  EXPECT_DOUBLE_EQ(told.to[1].share, 0.002);
  EXPECT_EQ(told.verdict, Verdict::kStable);
  EXPECT_FALSE(told.status);
}

TEST(Explain, SharesThatFillTheTotalLeaveNothingToTheStableVersion) {
  // 1 - 1/10 - 2/10 - 7/10 is not 0 in binary; a ghost of a share would be a destination that no draw gives.
  Shop shop;
  const Explanation told = shop.of(test::split(10, shop.stable, {{shop.canary, 1}, {shop.canary, 2}, {shop.canary, 7}}));
  EXPECT_EQ(told.to.size(), 3U);
  for (const Outcome& outcome : told.to) EXPECT_EQ(outcome.role, Role::kCanary);
}

TEST(Explain, TheShareOfACanaryThatIsDownGoesToTheStableVersion) {
  // That is where its requests go.
  Shop shop;
  const Explanation told = shop.of(test::split(100, shop.stable, {{shop.empty, 30}, {shop.canary, 20}}));
  ASSERT_EQ(told.to.size(), 2U);
  EXPECT_DOUBLE_EQ(told.to[0].share, 0.8);
  EXPECT_DOUBLE_EQ(told.to[1].share, 0.2);
}

TEST(Explain, EveryStepSaysWhyAndWhere) {
  // "Which rules did not apply, and why, down to file and line" is the reason to have explain.
  Shop shop;
  Split split = test::split(100, shop.stable, {{shop.canary, 20}});
  split.tests = {header_test("x-canary", "always", 1), cookie_test("c", "always", 1)};
  split.tests[1].at = {0, {7, 5}};
  const HeaderField headers[] = {{"Cookie", "c=always"}};
  const Explanation told = shop.of(split, headers);
  ASSERT_EQ(told.trace.size(), 4U);
  EXPECT_EQ(told.trace[0].rule, "host app.example");
  EXPECT_EQ(told.trace[1].rule, "path / (Prefix)");
  EXPECT_EQ(told.trace[1].at.to_string(), "test.yaml:1:1");
  EXPECT_FALSE(told.trace[2].matched);
  EXPECT_EQ(told.trace[2].why, "the request has no header x-canary");
  EXPECT_TRUE(told.trace[3].matched);
  EXPECT_EQ(told.trace[3].at.to_string(), "test.yaml:7:5");
  EXPECT_EQ(told.trace[3].object, "Ingress default/app.example");
  EXPECT_EQ(told.verdict, Verdict::kCanary);
}

TEST(Explain, AnAnswerOfTheGatewayHasAStatusAndNoDestination) {
  // The two are exclusive in the output format.
  Shop shop;
  Scratch scratch;
  const Explanation none = explain(shop.tables.build(), get("nobody.example", "/"), scratch);
  EXPECT_EQ(none.status, 404);
  EXPECT_TRUE(none.to.empty());
  EXPECT_EQ(name_of(none.verdict), "none");
  const Explanation down = shop.of(test::split(100, shop.empty, {{shop.canary, 100}}));
  EXPECT_EQ(down.status, 503);
  EXPECT_TRUE(down.to.empty());
}

}  // namespace
}  // namespace graylane::route::test
