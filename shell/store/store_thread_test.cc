// What the store promises when many threads use it; meant to run under the thread sanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

class StoreThreads : public EveryStore {};

using control::Change;
using control::Event;
using control::EventType;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{20'000};

// Creates, updates and removes objects that nobody else touches; each call is one revision.
void write_rounds(Store& store, const std::string& name, int rounds) {
  const api::ObjectKey key{"", "Pod", "a", name};
  for (int i = 0; i < rounds; ++i) {
    EXPECT_TRUE(store.create(make_object("Pod", "a", name, 1)));
    EXPECT_TRUE(store.update(make_object("Pod", "a", name, 2)));
    EXPECT_TRUE(store.remove(key, 0));
  }
}

void expect_every_revision(Store& store, uint64_t last) {
  auto watch = store.watch({}, 0);
  for (uint64_t revision = 1; revision <= last; ++revision) {
    const auto event = watch->next(kPatience);
    ASSERT_TRUE(event && *event);
    ASSERT_EQ((*event)->revision, revision);
    ASSERT_TRUE((*event)->complete);
  }
}

TEST_P(StoreThreads, WatchersSeeEveryRevisionOnceAndInOrder) {
  // A lost or doubled event would leave a gateway on a wrong table until the next full list.
  constexpr int kWriters = 4, kWatchers = 4, kRounds = 200;
  Store& store = make();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kWatchers; ++i) {
      threads.emplace_back([&] { expect_every_revision(store, kWriters * kRounds * 3); });
    }
    for (int i = 0; i < kWriters; ++i) {
      threads.emplace_back([&store, i] { write_rounds(store, std::to_string(i), kRounds); });
    }
  }
  EXPECT_EQ(store.list({})->revision, uint64_t{kWriters * kRounds * 3});
  EXPECT_TRUE(store.list({})->items.empty());
}

std::vector<Change> row(int64_t number) {
  std::vector<Change> changes;
  for (const char* name : {"x", "y", "z"}) changes.push_back(Change::apply(make_object("Pod", "a", name, number)));
  return changes;
}

void expect_equal_numbers(const std::vector<api::ObjectPtr>& objects) {
  for (const auto& object : objects) ASSERT_EQ(number_of(*object), number_of(*objects.front()));
}

TEST_P(StoreThreads, BatchesAreSeenWhole) {
  // Half an edit in force for a moment is what a batch exists to prevent.
  constexpr int kBatches = 300;
  Store& store = make();
  ASSERT_TRUE(store.write(row(0)));
  std::atomic<bool> done = false;
  std::jthread lister([&] {
    while (!done) expect_equal_numbers(store.list({})->items);
  });
  std::jthread watcher([&] {
    auto watch = store.watch({}, 1);
    std::vector<api::ObjectPtr> batch;
    for (uint64_t revision = 1; revision < kBatches + 1;) {
      const auto event = batch.empty() ? watch->next(kPatience) : watch->next(milliseconds(0));
      ASSERT_TRUE(event && *event) << "the rest of a batch is there without waiting";
      batch.push_back((*event)->object);
      if (!(*event)->complete) continue;
      ASSERT_EQ(batch.size(), 3u);
      expect_equal_numbers(batch);
      batch.clear();
      revision = (*event)->revision;
    }
  });
  for (int i = 1; i <= kBatches; ++i) EXPECT_TRUE(store.write(row(i)));
  watcher.join();
  done = true;
}

TEST_P(StoreThreads, OptimisticUpdatesLoseNothing) {
  // Four controllers that count on one object must together reach the sum.
  constexpr int kThreads = 4, kIncrements = 100;
  Store& store = make();
  ASSERT_TRUE(store.create(make_object("Pod", "a", "counter", 0)));
  const auto increment = [&store] {
    for (;;) {
      const auto read = *store.get({"", "Pod", "a", "counter"});
      api::Object next = make_object("Pod", "a", "counter", number_of(*read) + 1);
      next.revision = read->revision;
      const auto updated = store.update(std::move(next));
      if (updated) return;
      ASSERT_EQ(updated.error().code, ErrorCode::kConflict);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < kIncrements; ++k) increment();
      });
    }
  }
  EXPECT_EQ(number_of(**store.get({"", "Pod", "a", "counter"})), kThreads * kIncrements);
}

TEST_P(StoreThreads, TwoThreadsOnOneWatchShareItsEvents) {
  // The contract says any thread: each event goes to exactly one of them.
  constexpr int kEvents = 300;
  Store& store = make();
  auto watch = store.watch({}, 0);
  std::atomic<int> seen = 0;
  std::atomic<uint64_t> sum = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        while (seen < kEvents) {
          const auto event = watch->next(milliseconds(1));
          ASSERT_TRUE(event);
          if (!*event || (*event)->type == EventType::kBookmark) continue;
          ++seen;
          sum += (*event)->revision;
        }
      });
    }
    for (int i = 0; i < kEvents; ++i) EXPECT_TRUE(store.apply(make_object("Pod", "a", "x", i)));
  }
  EXPECT_EQ(seen, kEvents);
  EXPECT_EQ(sum, uint64_t{kEvents} * (kEvents + 1) / 2);
}

TEST_P(StoreThreads, SlowWatcherExpiresAndFindsBackByListing) {
  // The way back that the contract promises must really close the gap.
  constexpr int kEvents = 2'000;
  Store& store = make({.history_events_max = 8});
  std::jthread writer([&] {
    for (int i = 1; i <= kEvents; ++i) EXPECT_TRUE(store.apply(make_object("Pod", "a", "x", i)));
  });
  uint64_t revision = 0;
  int64_t number = 0;
  auto watch = store.watch({}, 0);
  while (number < kEvents) {
    const auto event = watch->next(kPatience);
    if (event) {
      ASSERT_TRUE(*event);
      ASSERT_EQ((*event)->revision, revision + 1);
      revision = (*event)->revision;
      number = number_of(*(*event)->object);
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(event.error().code, ErrorCode::kExpired);
    const auto listing = *store.list({});
    revision = listing.revision;
    number = number_of(*listing.items.front());
    watch = store.watch({}, revision);
  }
  EXPECT_EQ(revision, uint64_t{kEvents});
}

TEST_P(StoreThreads, AWatcherThatIsWokenSeesEverything) {
  // An event loop that sleeps until it is woken must not sleep through an event.
  constexpr int kEvents = 500;
  Store& store = make();
  std::counting_semaphore<> news(1);  // the first look needs no call
  auto watch = store.watch({"", "Pod", {}}, 0, [&] { news.release(); });
  std::jthread writer([&] {
    for (int i = 1; i <= kEvents; ++i) {
      EXPECT_TRUE(store.apply(make_object("Pod", "a", "x", i)));
      EXPECT_TRUE(store.apply(make_object("Service", "a", "x", i)));
    }
  });
  for (int64_t seen = 0; seen < kEvents;) {
    ASSERT_TRUE(news.try_acquire_for(kPatience)) << seen;
    for (;;) {
      const auto event = watch->next(milliseconds(0));
      ASSERT_TRUE(event);
      if (!*event || (*event)->type == EventType::kBookmark) break;
      ASSERT_EQ(number_of(*(*event)->object), ++seen);
    }
  }
}

TEST_P(StoreThreads, WatchersComeAndGoWhileTheyAreWoken) {
  // A connection may close at the moment its watcher is called; the call must not reach what is gone.
  Store& store = make();
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 1; !done; ++i) EXPECT_TRUE(store.apply(make_object("Pod", "a", "x", i)));
  });
  int called = 0;
  for (int i = 0; i < 2'000 || called == 0; ++i) {
    auto flag = std::make_unique<std::atomic<bool>>(false);
    auto watch = store.watch({}, store.revision(), [&flag = *flag] { flag = true; });
    if (i % 2 == 0) std::this_thread::yield();
    watch = nullptr;
    called += *flag;
  }
  done = true;
}

INSTANTIATE_TEST_SUITE_P(Every, StoreThreads, testing::Values("Memory", "Durable"), name_of_store);

}  // namespace
}  // namespace graylane::store
