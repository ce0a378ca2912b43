#include "store/durable_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api/build.h"
#include "store/same_object.h"
#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

using control::Change;
using control::Event;
using control::EventType;
using std::chrono::milliseconds;

api::Object pod(const std::string& name, int64_t number) { return make_object("Pod", "a", name, number); }
api::ObjectKey key_of(const std::string& name) { return {"", "Pod", "a", name}; }

// All that a store shows of its objects.
std::string picture(Store& store) {
  std::string text;
  const auto listing = store.list({});
  for (const auto& object : listing->items) {
    text += object->key.to_string() + "=" + std::to_string(number_of(*object)) + "@" + std::to_string(object->revision) + " ";
  }
  return text;
}

TEST(DurableStore, ObjectsComeBackAsTheyWereWritten) {
  // A restart must be invisible, down to the line that an explanation names.
  TestFolder folder;
  api::Object object = pod("x", 7);
  object.gvk = {"extensions", "v1beta1", "Pod"};
  object.content.as_object()->set("text", doc::Value("tab\t, nul" + std::string(1, '\0') + ", umlaut \xc3\xbc", {70, 9}),
                                  {70, 3});
  object.content.as_object()->set("list",
                                  doc::Value(doc::Array{doc::Value(1.5, {71, 5}), doc::Value(true), doc::Value::null({2, 300})}));
  object.content.set_at({65, 1});
  object.file = std::make_shared<const std::string>("a.yaml");
  object.age = {-5, true, 9};
  const api::Object plain = pod("y", -1);
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->create(object));
    ASSERT_TRUE(store->create(plain));
  }
  auto store = open_store(folder.file());
  const api::Object read = **store->get(object.key);
  EXPECT_TRUE(same_object(read, object));
  EXPECT_EQ(*read.file, "a.yaml");
  EXPECT_EQ(read.revision, 1u);
  EXPECT_EQ((*store->apply(object))->revision, 1u) << "writing it again changes nothing";
  EXPECT_EQ((*store->apply(plain))->revision, 2u);
  EXPECT_EQ(store->revision(), 2u);
}

TEST(DurableStore, OwnersAreHeldAsOneText) {
  // As a tree they take more memory than all else of a small object. Nobody sees the difference, and a restart makes none.
  TestFolder folder;
  const doc::Value owner(doc::Array{make_object("Owner", "", "", 5).content});
  api::Object of_file = pod("x", 7), plain = pod("y", 8);
  for (api::Object* object : {&of_file, &plain}) {
    doc::Object metadata;
    metadata.set("managedFields", owner, {});
    metadata.set("name", doc::Value(object->key.name, {6, 9}), {6, 3});
    object->content.as_object()->set("metadata", doc::Value(std::move(metadata), {5, 3}), {4, 1});
  }
  of_file.file = std::make_shared<const std::string>("a.yaml");
  for (int opened = 0; opened < 2; ++opened) {
    auto store = open_store(folder.file());
    for (const api::Object& object : {of_file, plain}) {
      const auto kept = store->apply(object);
      ASSERT_TRUE(kept);
      EXPECT_TRUE((*kept)->find("metadata")->find("managedFields")->is_packed());
      EXPECT_EQ((*kept)->content, object.content);
    }
    EXPECT_EQ((*store->get(of_file.key))->find("metadata")->find("name")->at(), (Position{6, 9}));
    EXPECT_EQ(store->revision(), 2u) << "the second time nothing changes";
  }
}

TEST(DurableStore, WatchGoesOnOverARestart) {
  // A client that was away for a restart must miss nothing and need not read everything again.
  TestFolder folder;
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->create(pod("x", 1)));
    ASSERT_TRUE(store->update(pod("x", 2)));
    ASSERT_TRUE(store->remove(key_of("x")));
    ASSERT_TRUE(store->create(pod("x", 3)));
  }
  auto store = open_store(folder.file());
  auto watch = store->watch({}, 1);
  ASSERT_TRUE(store->update(pod("x", 4)));
  const EventType types[] = {EventType::kModified, EventType::kDeleted, EventType::kAdded, EventType::kModified};
  for (uint64_t revision = 2; revision <= 5; ++revision) {
    const auto event = watch->next(milliseconds(0));
    ASSERT_TRUE(event && *event);
    EXPECT_EQ((*event)->revision, revision);
    EXPECT_EQ((*event)->type, types[revision - 2]);
    EXPECT_EQ((*event)->previous == nullptr, (*event)->type == EventType::kAdded);
  }
  EXPECT_EQ(number_of(*store->page({}, {.revision = 2})->items.front()), 2) << "old states can still be listed";
}

TEST(DurableStore, HistoryIsCutTheSameOnTheDisk) {
  // The file must not grow with every change for ever, and what was deleted must stay deleted.
  TestFolder folder;
  const DurableStoreOptions options{.limits = {.history_events_max = 10}};
  std::string before;
  uint64_t compacted = 0;
  {
    auto store = open_store(folder.file(), options);
    ASSERT_TRUE(store->create(pod("gone", 1)));
    ASSERT_TRUE(store->remove(key_of("gone")));
    for (int i = 0; i < 3'000; ++i) ASSERT_TRUE(store->apply(pod(std::to_string(i % 5), i)));
    before = picture(*store);
    compacted = store->compacted();
  }
  EXPECT_EQ(*Database::open(folder.file(), "")->number("SELECT count(*) FROM log"), 15) << "5 objects and 10 states before";
  auto store = open_store(folder.file(), options);
  EXPECT_EQ(picture(*store), before);
  EXPECT_EQ(store->compacted(), compacted);
  EXPECT_EQ(store->watch({}, compacted - 1)->next(milliseconds(0)).error().code, ErrorCode::kExpired);
  EXPECT_EQ((**store->watch({}, compacted)->next(milliseconds(0))).revision, compacted + 1);
}

TEST(DurableStore, BatchesAreOneTransaction) {
  // Half an edit must not come back either.
  TestFolder folder;
  {
    auto store = open_store(folder.file());
    std::vector<Change> changes;
    for (int i = 0; i < 100; ++i) changes.push_back(Change::create(pod(std::to_string(i), i)));
    EXPECT_EQ(store->write(std::move(changes))->revision, 1u);
    changes.clear();
    changes.push_back(Change::create(pod("new", 1)));
    changes.push_back(Change::remove(key_of("absent")));
    EXPECT_FALSE(store->write(std::move(changes)));
  }
  auto store = open_store(folder.file());
  EXPECT_EQ(store->list({})->items.size(), 100u);
  EXPECT_EQ(store->revision(), 1u);
}

TEST(DurableStore, WhatJsonCannotCarryIsRefused) {
  // It would come back as something else after a restart.
  TestFolder folder;
  auto store = open_store(folder.file());
  api::Object object = pod("x", 1);
  object.content.as_object()->set("a", doc::Value(doc::Array{doc::Value("ok"), doc::Value("\xff")}));
  EXPECT_EQ(store->create(object).error().what, "Pod a/x cannot be stored: a[1] is not UTF-8");
  object.content.as_object()->set("a", doc::Value(1 / 0.0));
  EXPECT_EQ(store->create(object).error().what, "Pod a/x cannot be stored: a is not a finite number");
  doc::Value deep;
  for (int i = 0; i < 200; ++i) deep = api::make_object({{"b", std::move(deep)}});
  object.content.as_object()->set("a", std::move(deep));
  std::string shown = "a";
  while (shown.size() < 80) shown += ".b";
  EXPECT_EQ(store->create(object).error().what,
            "Pod a/x cannot be stored: " + shown.substr(0, 80) + "... is nested deeper than 100 levels");
  EXPECT_EQ(store->revision(), 0u);
}

TEST(DurableStore, TheFileIsForItsOwnerOnly) {
  // Objects may be Secrets.
  TestFolder folder;
  auto store = open_store(folder.file());
  ASSERT_TRUE(store->create(pod("x", 1)));
  ASSERT_TRUE(store->backup(folder.file("backup")));
  for (const char* name : {"objects.db", "objects.db-wal", "backup"}) {
    struct stat status{};
    ASSERT_EQ(::stat(folder.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST(DurableStore, TooManyWaitingWritesAreRefused) {
  // Memory must stay bounded when the disk is slower than the clients.
  TestFolder folder;
  auto store = open_store(folder.file(), {.waiting_writes_max = 0});
  const auto refused = store->create(pod("x", 1));
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().what, "too many writes wait for the disk: 0");
}

}  // namespace
}  // namespace graylane::store
