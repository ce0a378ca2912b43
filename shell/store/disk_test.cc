// What a DurableStore promises when the disk does not do what it should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <random>

#include "store/test_disk.h"
#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

using control::Change;
using control::Written;
using std::chrono::milliseconds;
using testing::HasSubstr;

api::Object pod(const std::string& name, int64_t number) { return make_object("Pod", "a", name, number); }
api::Object big_pod(const std::string& name) {
  api::Object object = pod(name, 1);
  object.content.as_object()->set("text", doc::Value(std::string(10'000, 'x')));
  return object;
}
api::ObjectKey key_of(const std::string& name) { return {"", "Pod", "a", name}; }

std::future<Result<Written>> submit(Store& store, api::Object object) {
  auto outcome = std::make_shared<std::promise<Result<Written>>>();
  std::vector<Change> changes;
  changes.push_back(Change::apply(std::move(object)));
  store.submit(std::move(changes), [outcome](Result<Written> written) { outcome->set_value(std::move(written)); });
  return outcome->get_future();
}

class DurableStoreDisk : public testing::Test {
 protected:
  std::unique_ptr<DurableStore> open(DurableStoreOptions options = {}) {
    options.vfs = TestDisk::kName;
    return open_store(folder_.file(), std::move(options));
  }

  TestFolder folder_;
  TestFolder synced_;
  TestDisk disk_{synced_.path()};
};

TEST_F(DurableStoreDisk, WhatIsAcknowledgedSurvivesAPowerCut) {
  // The system may lose everything that was not synced; an answer promises that it cannot lose this.
  auto store = open();
  std::vector<std::string> marks{read_file(folder_.file("objects.db-mark"))};
  std::mt19937 random(3);
  for (int i = 1; i <= 60; ++i) {
    ASSERT_TRUE(store->apply(pod(std::to_string(i % 7), i)));
    marks.push_back(read_file(folder_.file("objects.db-mark")));
    if (i % 5 != 0) continue;
    TestFolder after;
    std::filesystem::copy(synced_.path(), after.path(), std::filesystem::copy_options::recursive);
    write_file(after.file("objects.db-mark"), marks[random() % marks.size()]);  // nobody syncs it
    auto restarted = open_store(after.file());
    ASSERT_EQ(restarted->revision(), static_cast<uint64_t>(i));
    EXPECT_EQ(number_of(**restarted->get(key_of(std::to_string(i % 7)))), i);
  }
}

TEST_F(DurableStoreDisk, NothingIsVisibleBeforeItIsSynced) {
  // Who acts on a change that a power cut takes back acts on something that never was.
  auto store = open();
  ASSERT_TRUE(store->apply(pod("x", 1)));
  auto watch = store->watch({}, 1);
  disk_.set_stalled(true);
  auto update = submit(*store, pod("x", 2));
  disk_.wait_for_stalled_sync();
  auto late = submit(*store, pod("x", 2));
  EXPECT_EQ(number_of(**store->get(key_of("x"))), 1);
  EXPECT_EQ(number_of(*store->list({})->items.front()), 1);
  EXPECT_EQ(store->revision(), 1u);
  EXPECT_FALSE(*watch->next(milliseconds(0)));
  EXPECT_EQ(update.wait_for(milliseconds(0)), std::future_status::timeout);
  EXPECT_EQ(late.wait_for(milliseconds(0)), std::future_status::timeout) << "it would tell of the first one";
  disk_.set_stalled(false);
  EXPECT_EQ(update.get()->revision, 2u);
  EXPECT_EQ(late.get()->revision, 2u);
  EXPECT_EQ((**watch->next(milliseconds(0))).revision, 2u);
}

TEST_F(DurableStoreDisk, WaitingWritesShareASync) {
  // A disk syncs some hundred times a second; clients want thousands of writes.
  auto store = open();
  ASSERT_TRUE(store->apply(pod("x", 1)));
  const int before = disk_.syncs();
  disk_.set_stalled(true);
  auto first = submit(*store, pod("first", 0));
  disk_.wait_for_stalled_sync();
  std::vector<std::future<Result<Written>>> writes;
  for (int i = 0; i < 100; ++i) writes.push_back(submit(*store, pod(std::to_string(i), i)));
  disk_.set_stalled(false);
  ASSERT_TRUE(first.get());
  for (auto& write : writes) ASSERT_TRUE(write.get());
  EXPECT_EQ(store->revision(), 102u) << "each is a revision of its own";
  EXPECT_EQ(disk_.syncs() - before, 2) << "of the first, and of all others";
}

TEST_F(DurableStoreDisk, AFullDiskRefusesWritesUntilThereIsRoom) {
  // The gateway goes on routing by what is there, and nobody has to restart anything.
  auto store = open();
  ASSERT_TRUE(store->apply(pod("x", 1)));
  auto watch = store->watch({}, 1);
  disk_.set_full(true);
  const auto refused = store->apply(pod("x", 2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().what, "the change was not stored: there is no more room for " + folder_.file());
  EXPECT_TRUE(store->trouble()->full);
  EXPECT_EQ(number_of(**store->get(key_of("x"))), 1);
  EXPECT_FALSE(*watch->next(milliseconds(0)));
  disk_.set_full(false);
  ASSERT_TRUE(store->apply(pod("x", 3)));
  EXPECT_FALSE(store->trouble());
  EXPECT_EQ(number_of(*(**watch->next(milliseconds(0))).object), 3);
  store = nullptr;
  EXPECT_EQ(number_of(**open()->get(key_of("x"))), 3);
}

TEST_F(DurableStoreDisk, ASyncThatFailsIsNoWrite) {
  // After a failed sync nobody knows what the disk holds: the answer must not be yes, and no reader may see it.
  auto store = open();
  ASSERT_TRUE(store->apply(pod("x", 1)));
  disk_.set_broken(true);
  const auto refused = store->apply(pod("x", 2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().what, HasSubstr(folder_.file() + ": disk I/O error"));
  EXPECT_FALSE(store->trouble()->full);
  EXPECT_EQ(number_of(**store->get(key_of("x"))), 1);
  disk_.set_broken(false);
  const auto written = store->apply(pod("x", 3));
  ASSERT_TRUE(written);
  EXPECT_GT((*written)->revision, 2u) << "the revision of a write that may be on the disk is not used again";
  store = nullptr;
  EXPECT_EQ(number_of(**open()->get(key_of("x"))), 3);
}

TEST_F(DurableStoreDisk, VolatileWritesNeedNoDisk) {
  // Processes must be followed while the disk is full, and their many changes must not wear it.
  auto store = open({.is_volatile = [](const api::Object& object) { return object.key.kind == "Process"; }});
  ASSERT_TRUE(store->apply(make_object("Process", "a", "known", 1)));
  const int syncs = disk_.syncs();
  for (int i = 2; i < 100; ++i) ASSERT_TRUE(store->apply(make_object("Process", "a", "known", i)));
  EXPECT_EQ(disk_.syncs(), syncs);
  disk_.set_stalled(true);
  auto first = submit(*store, pod("first", 1));
  disk_.wait_for_stalled_sync();
  disk_.set_full(true);
  auto lost = submit(*store, pod("x", 1));
  auto kept = submit(*store, make_object("Process", "a", "known", 100));
  std::vector<Change> both;
  both.push_back(Change::apply(make_object("Process", "a", "other", 1)));
  both.push_back(Change::apply(pod("y", 1)));
  std::promise<bool> mixed;
  store->submit(std::move(both), [&](const Result<Written>& written) { mixed.set_value(written.has_value()); });
  auto after = submit(*store, make_object("Process", "a", "other", 2));
  disk_.set_stalled(false);
  ASSERT_TRUE(first.get());
  EXPECT_FALSE(lost.get());
  EXPECT_TRUE(kept.get());
  EXPECT_FALSE(mixed.get_future().get()) << "a batch is one whole";
  EXPECT_FALSE(after.get()) << "it would have changed what was not stored";
  EXPECT_EQ(number_of(**store->get({"", "Process", "a", "known"})), 100);
  EXPECT_FALSE(store->get({"", "Process", "a", "other"}));
  EXPECT_FALSE(store->get(key_of("x")));
}

TEST(DurableStoreLimit, AFullFileCanBeEmptied) {
  // A limit that only a larger limit gets one out of is a trap.
  TestFolder folder;
  const DurableStoreOptions options{.file_bytes_max = 1 << 20};
  auto store = open_store(folder.file(), options);
  int count = 0;
  while (store->create(big_pod(std::to_string(count)))) ++count;
  EXPECT_GT(count, 50);
  EXPECT_TRUE(store->trouble()->full);
  EXPECT_EQ(store->list({})->items.size(), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) ASSERT_TRUE(store->remove(key_of(std::to_string(i)))) << i;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(store->create(big_pod("new-" + std::to_string(i)))) << i;
  store = nullptr;
  EXPECT_EQ(open_store(folder.file(), options)->list({})->items.size(), 50u);
  EXPECT_LE(std::filesystem::file_size(folder.file()), 3u << 20);
}

std::string picture(Store& store) {
  std::string text;
  const auto listing = store.list({});
  for (const auto& object : listing->items) text += object->key.to_string() + "=" + std::to_string(number_of(*object)) + "\n";
  return text;
}

TEST(DurableStoreDamage, IsFoundWhereverItIsAndNothingIsOverwritten) {
  // A bit that flipped must not become a wrong weight; and whoever repairs a file needs it as it is.
  TestFolder folder;
  std::string sound;
  {
    auto store = open_store(folder.file(), {.limits = {.history_events_max = 20}});
    for (int i = 0; i < 300; ++i) {
      api::Object object = pod(std::to_string(i), i);
      object.content.as_object()->set("text", doc::Value(std::string(300, 'x')));
      ASSERT_TRUE(store->create(std::move(object)));
    }
    sound = picture(*store);
  }
  const std::string good = read_file(folder.file());
  std::mt19937 random(7);
  int found = 0;
  for (int i = 0; i < 200; ++i) {
    std::string bad = good;
    if (i % 10 == 9) bad.resize(random() % good.size());
    else bad[random() % good.size()] ^= static_cast<char>(1U << random() % 8);
    const std::string file = folder.file("bad-" + std::to_string(i));
    write_file(file, bad);
    auto store = DurableStore::open(file);
    if (store) {
      EXPECT_EQ(picture(**store), sound) << i;
      continue;
    }
    ++found;
    EXPECT_THAT(store.error().what, HasSubstr(file));
    EXPECT_FALSE(store.error().fix.empty());
    EXPECT_EQ(read_file(file), bad) << i;
  }
  EXPECT_GT(found, 100);
}

TEST(DurableStoreDamage, WhatIsNotOursIsRefusedAndLeftAlone) {
  // A wrong path must not cost somebody another program's data, or that of a newer Graylane.
  TestFolder folder;
  open_store(folder.file());
  std::string newer = read_file(folder.file());
  newer[63] = 2;  // user_version, the last of four bytes
  std::string other = read_file(folder.file());
  other[68] = 0;  // application_id
  const std::pair<std::string, std::string> files[] = {
      {newer, "has format version 2, and this program knows only 1"},
      {other, "is not a store of Graylane"},
      {std::string(20'000, 'x'), "is not a store of Graylane"},
      {"", "is not a store of Graylane"},
  };
  for (const auto& [text, why] : files) {
    write_file(folder.file("odd"), text);
    const auto store = DurableStore::open(folder.file("odd"));
    ASSERT_FALSE(store) << why;
    EXPECT_EQ(store.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(store.error().what, folder.file("odd") + " " + why);
    EXPECT_EQ(read_file(folder.file("odd")), text);
  }
}

TEST(DurableStoreDamage, AFolderThatIsMissingIsNamed) {
  // The most common mistake deserves a clear message.
  const auto store = DurableStore::open("/nonexistent/objects.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().what, "cannot create /nonexistent/objects.db: No such file or directory");
}

}  // namespace
}  // namespace graylane::store
