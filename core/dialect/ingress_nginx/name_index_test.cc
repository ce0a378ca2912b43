#include "dialect/ingress_nginx/name_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "dialect/ingress_nginx/model.h"
#include "route/split.h"

namespace graylane::ingress_nginx {
namespace {

std::multiset<const Entry*> users(const NameIndex& index, uint64_t name) {
  std::multiset<const Entry*> found;
  index.each(name, [&](const Entry& entry) { found.insert(&entry); });
  return found;
}

TEST(NameIndex, HasWhatWasAddedAndNothingElse) {
  // A user that is lost would not be compiled again when it must. Names close together fill neighbouring slots, so that
  // removing one leaves a gap in the way of others.
  const std::vector<Entry> entries(8);
  NameIndex index;
  std::map<uint64_t, std::multiset<const Entry*>> plain;
  route::Rng rng(1);
  for (int step = 0; step < 20'000; ++step) {
    const uint64_t name = rng.below(40) + rng.below(2) * 1'024;
    const Entry& entry = entries[rng.below(entries.size())];
    if (rng.below(2) == 0 && !plain[name].contains(&entry)) {
      index.add(name, entry);
      plain[name].insert(&entry);
    } else {
      index.remove(name, entry);
      plain[name].erase(&entry);
    }
    ASSERT_EQ(users(index, name), plain[name]) << "step " << step;
    ASSERT_EQ(index.has_several(name), plain[name].size() > 1);
    if (step % 100 != 0) continue;
    for (const auto& [other, wanted] : plain) ASSERT_EQ(users(index, other), wanted) << "step " << step << ", name " << other;
  }
}

TEST(NameIndex, AnEmptyIndexHasNobody) {
  // Before the first Ingress there is no memory behind it.
  NameIndex index;
  const Entry entry;
  index.remove(7, entry);
  EXPECT_TRUE(users(index, 7).empty());
  EXPECT_FALSE(index.has_several(7));
}

}  // namespace
}  // namespace graylane::ingress_nginx
