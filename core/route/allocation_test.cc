#include <gtest/gtest.h>

#include "route/match.h"
#include "route/split.h"
#include "route/test_count_new.h"
#include "route/test_random.h"
#include "route/test_table.h"

namespace graylane::route::test {
namespace {

/// How often normalise(), match() and the draws allocate for one request, once the scratch has its capacity.
uint64_t allocations(const Table& table, const Request& request, Scratch& scratch) {
  NullTracer tracer;
  Rng rng(1);
  SplitState state;
  uint64_t before = 0;
  for (int i = 0; i < 2; ++i) {
    before = allocated.calls;
    const Normalised normalised = normalise(request, *table.listener, scratch.text);
    const Match found = match(table, request, normalised, scratch, tracer);
    if (found.kind == Match::Kind::kDraw) pick_exact(state, 1, 3, rng);
  }
  return allocated.calls - before;
}

TEST(Allocation, TheCounterCounts) {
  // A counter that is not linked in would let the other tests pass.
  const uint64_t before = allocated.calls;
  const std::string text(1'000, 'a');
  EXPECT_EQ(allocated.calls, before + (text.size() > 15 ? 1U : 0U));
}

TEST(Allocation, LookupsAllocateNothing) {
  // Memory of the heap per request is what makes a gateway slow at its worst moments.
  TableBuilder tables;
  const BackendId stable = tables.backend("stable");
  const BackendId canary = tables.backend("canary");
  Split split = test::split(100, stable, {{canary, 20}});
  split.tests = {affinity_test("s", "canary", 1), header_test("x-canary", "always", 1),
                 pattern_test("x-kind", regex("^b.*a$"), 1), cookie_test("c", "always", 1)};
  Policy policy;
  policy.deny.push_back(cidr("10.0.0.0/8"));
  policy.rewrite = TextTemplate::literal("/new/path/that/is/longer/than/a/short/string");
  HostBuilder host("a-host-with-a-long-name.app.example");
  for (int i = 0; i < 20; ++i) host.forward(PathKind::kExact, "/other/path/number/" + std::to_string(i), stable);
  host.forward(PathKind::kRegex, "^/(regex|expression)/([a-z]+)", canary)
      .policy(policy)
      .split(PathKind::kSegmentPrefix, "/shop", std::move(split))
      .rewriting("^/shop");
  const Table table = tables.exact(host.build()).by_regex("^api\\d+\\.example$", HostBuilder("~").build()).build();

  const HeaderField headers[] = {{"X-Canary", "never, of course, or at least not always"},
                                 {"X-Canary", "and a second line of that"},
                                 {"X-Kind", "banana"},
                                 {"Cookie", "a=1; b=2; c=maybe; s=node|other"}};
  Scratch scratch;
  for (const std::string_view target :
       {"/shop/cart/with/a/long/path/behind/it?x=1", "/%73hop//cart/./with/../an%20escaped/long/path/x", "/other/path/number/7",
        "/regex/matching", "/nothing/here"}) {
    EXPECT_EQ(allocations(table, get("A-Host-With-A-Long-Name.App.Example:8080", target, headers), scratch), 0U) << target;
  }
  EXPECT_EQ(allocations(table, get("api12345678901234567890.example", "/"), scratch), 0U);
}

TEST(Allocation, RandomRequestsAllocateNothing) {
  // Whatever features meet in a table.
  for (uint64_t seed = 2'000; seed < 2'050; ++seed) {
    RandomTable random(seed);
    const Table table = random.table();
    Scratch scratch;
    for (int i = 0; i < 50; ++i)
      ASSERT_EQ(allocations(table, random.request(), scratch), 0U) << "seed " << seed << ", request " << i;
  }
}

}  // namespace
}  // namespace graylane::route::test
