// Lists in pieces, and of the past.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

using control::Change;
using control::Selector;
using testing::ElementsAre;

class StorePages : public EveryStore {};

const Selector kPods{"", "Pod", {}};

std::vector<std::string> names(const Paged& paged) {
  std::vector<std::string> names;
  for (const auto& object : paged.items) names.push_back(object->key.ns + "/" + object->key.name);
  return names;
}

TEST_P(StorePages, PiecesOfAListAreOneStateWhateverIsWrittenMeanwhile) {
  // A client that pages must not see an object twice, nor miss one that was there all the time.
  Store& store = make();
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(store.create(make_object("Pod", std::to_string(i % 3), std::to_string(i), i)));
  const auto all = store.list(kPods);
  Page page{.limit = 17};
  std::vector<api::ObjectPtr> items;
  for (size_t left = 300; left != 0;) {
    const auto paged = store.page(kPods, page);
    ASSERT_TRUE(paged);
    ASSERT_EQ(paged->revision, all->revision);
    left -= paged->items.size();
    EXPECT_EQ(paged->remaining, left);
    items.insert(items.end(), paged->items.begin(), paged->items.end());
    page.revision = paged->revision;
    page.after = items.back()->key;
    for (int i = 0; i < 20; ++i) {
      const int name = static_cast<int>(random() % 400);
      const std::string ns = std::to_string(name % 3);
      if (store.get({"", "Pod", ns, std::to_string(name)}) && random() % 2 == 0) {
        ASSERT_TRUE(store.remove({"", "Pod", ns, std::to_string(name)}));
      } else {
        ASSERT_TRUE(store.apply(make_object("Pod", ns, std::to_string(name), -name)));
      }
    }
  }
  EXPECT_EQ(items, all->items);
}

TEST_P(StorePages, AnyKeptRevisionCanBeListed) {
  // A client that asks for exactly the state it knows gets that or a refusal, never another one.
  Store& store = make({.history_events_max = 30});
  std::vector<std::vector<api::ObjectPtr>> states{{}};
  std::mt19937 random(5);
  while (states.size() < 60) {
    const std::string name = std::to_string(random() % 9);
    const bool changed = random() % 3 == 0
                             ? store.remove({"", "Pod", "a", name}).has_value()
                             : store.apply(make_object("Pod", "a", name, static_cast<int64_t>(states.size()))).has_value();
    if (changed) states.push_back(store.list({})->items);
  }
  for (uint64_t revision = 1; revision < states.size(); ++revision) {
    const auto paged = store.page(kPods, {.revision = revision});
    ASSERT_EQ(paged.has_value(), revision >= store.compacted()) << revision;
    if (paged) EXPECT_EQ(paged->items, states[revision]) << revision;
    else EXPECT_EQ(paged.error().code, ErrorCode::kExpired);
  }
  EXPECT_EQ(store.compacted(), 29u);
  const auto future = store.page(kPods, {.revision = 60});
  EXPECT_EQ(future.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(future.error().what, "revision 60 has not come yet: the newest is 59");
}

TEST_P(StorePages, SelectsNamesAndWhatTheCallerWants) {
  // Field and label selectors belong to the API; the store must not copy 100,000 pointers for three objects.
  Store& store = make();
  for (const char* ns : {"a", "b"}) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(store.create(make_object("Pod", ns, std::to_string(i), i)));
  }
  ASSERT_TRUE(store.create(make_object("Poe", "a", "1", 1)));
  EXPECT_THAT(names(*store.page({"", "Pod", "a", "1"}, {})), ElementsAre("a/1"));
  EXPECT_THAT(names(*store.page({"", "Pod", {}, "1"}, {})), ElementsAre("a/1", "b/1"));
  const auto odd = [](const api::Object& object) { return number_of(object) % 2 == 1; };
  const auto first = store.page(kPods, {.limit = 3, .keep = odd});
  EXPECT_THAT(names(*first), ElementsAre("a/1", "a/3", "b/1"));
  EXPECT_EQ(first->remaining, 3u);
  const auto rest = store.page(kPods, {.after = first->items.back()->key, .limit = 3, .keep = odd});
  EXPECT_THAT(names(*rest), ElementsAre("b/3"));
  EXPECT_EQ(rest->remaining, 0u);
  EXPECT_THAT(names(*store.page({"", "Pod", "b"}, {.limit = 2})), ElementsAre("b/0", "b/1"));
}

INSTANTIATE_TEST_SUITE_P(Every, StorePages, testing::Values("Memory", "Durable"), name_of_store);

TEST(DurableStorePages, VolatileKindsHaveNoPastBeyondARestart) {
  // What was in memory only left without an event: whoever goes on from before would keep it for ever.
  TestFolder folder;
  const DurableStoreOptions options{.is_volatile = [](const api::Object& object) { return object.key.name == "process"; }};
  uint64_t revision = 0;
  {
    auto store = open_store(folder.file(), options);
    ASSERT_TRUE(store->create(make_object("Pod", "a", "process", 1)));
    ASSERT_TRUE(store->create(make_object("Pod", "a", "other", 2)));
    ASSERT_TRUE(store->create(make_object("Service", "a", "x", 3)));
    revision = store->revision();
  }
  auto store = open_store(folder.file(), options);
  EXPECT_EQ(store->revision(), revision);
  EXPECT_THAT(names(*store->page(kPods, {})), ElementsAre("a/other"));
  EXPECT_EQ(store->page(kPods, {.revision = revision - 1}).error().code, ErrorCode::kExpired);
  EXPECT_EQ(store->watch(kPods, revision - 1)->next(std::chrono::milliseconds(0)).error().code, ErrorCode::kExpired);
  EXPECT_EQ(store->watch({}, revision - 1)->next(std::chrono::milliseconds(0)).error().code, ErrorCode::kExpired);
  EXPECT_TRUE(*store->watch({"", "Service", {}}, revision - 1)->next(std::chrono::milliseconds(0)));
  ASSERT_TRUE(store->create(make_object("Pod", "a", "process", 4)));
  ASSERT_TRUE(store->update(make_object("Pod", "a", "other", 4)));
  EXPECT_EQ(store->page(kPods, {.revision = revision})->items.size(), 1u) << "from the start on all is known";
}

}  // namespace
}  // namespace graylane::store
