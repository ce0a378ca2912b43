#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

class StoreTest : public EveryStore {};

using api::ObjectKey;
using control::Change;
using control::Event;
using control::EventType;
using control::Selector;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

const ObjectKey kShop{"", "Service", "default", "shop"};

api::Object shop(int64_t number) { return make_object("Service", "default", "shop", number); }

std::vector<std::string> names(const control::Listing& listing) {
  std::vector<std::string> names;
  for (const auto& object : listing.items) names.push_back(object->key.to_string());
  return names;
}

// The next event, which must be there.
Event next_of(control::Watch& watch) {
  auto event = watch.next(milliseconds(0));
  EXPECT_TRUE(event && *event);
  return event && *event ? **event : Event{};
}

TEST_P(StoreTest, ObjectsAreReadAsTheyWereWritten) {
  // Nothing in an object is rewritten but its revision: what is explained is what was written.
  Store& store = make();
  api::Object object = shop(7);
  object.content.set_at({3, 1});
  object.file = std::make_shared<const std::string>("a.yaml");
  const auto created = store.create(object);
  ASSERT_TRUE(created);
  const auto read = store.get(kShop);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, *created);
  EXPECT_EQ((*read)->content, object.content);
  EXPECT_EQ((*read)->content.at(), (Position{3, 1}));
  EXPECT_EQ((*read)->file, object.file);
  EXPECT_EQ((*read)->revision, 1u);
}

TEST_P(StoreTest, CreateRefusesWhatExists) {
  // Two creators of one name must not overwrite each other unknowingly.
  Store& store = make();
  ASSERT_TRUE(store.create(shop(1)));
  const auto second = store.create(shop(1));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(second.error().to_string(), "Service default/shop exists already (fix: update it or choose another name)");
}

TEST_P(StoreTest, UpdateOfAnOldStateIsAConflict) {
  // Two controllers that read the same state must not lose one of the two changes.
  Store& store = make();
  ASSERT_TRUE(store.create(shop(1)));
  api::Object mine = shop(2);
  mine.revision = 1;
  api::Object theirs = shop(3);
  theirs.revision = 1;
  ASSERT_TRUE(store.update(mine));
  const auto lost = store.update(theirs);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kConflict);
  EXPECT_THAT(lost.error().what, HasSubstr("revision 1 was expected, 2 is stored"));
  theirs.revision = 0;
  EXPECT_TRUE(store.update(theirs)) << "0 overwrites whatever is there";
}

TEST_P(StoreTest, WhatIsAbsentIsNotFound) {
  // Every verb that needs the object says so in the same way.
  Store& store = make();
  EXPECT_EQ(store.get(kShop).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store.update(shop(1)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store.remove(kShop, 0).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store.get(kShop).error().what, "Service default/shop does not exist");
}

TEST_P(StoreTest, RemoveReturnsTheLastStateAndChecksTheRevision) {
  // A delete on grounds of an old state must not hit the new one.
  Store& store = make();
  ASSERT_TRUE(store.create(shop(1)));
  ASSERT_TRUE(store.update(shop(2)));
  EXPECT_EQ(store.remove(kShop, 1).error().code, ErrorCode::kConflict);
  const auto removed = store.remove(kShop, 2);
  ASSERT_TRUE(removed);
  EXPECT_EQ(number_of(**removed), 2);
  EXPECT_FALSE(store.get(kShop));
}

TEST_P(StoreTest, AWriteThatChangesNothingMakesNoRevision) {
  // Sources apply everything again and again; watchers must not be woken by that.
  Store& store = make();
  ASSERT_TRUE(store.apply(shop(1)));
  EXPECT_EQ((*store.apply(shop(1)))->revision, 1u);
  EXPECT_EQ((*store.update(shop(1)))->revision, 1u);
  EXPECT_EQ(store.list({})->revision, 1u);
  EXPECT_EQ((*store.apply(shop(2)))->revision, 2u);
}

TEST_P(StoreTest, AnObjectThatMovedInItsFileIsChanged) {
  // Explanations name lines: a comment added above an object must not leave them wrong.
  Store& store = make();
  api::Object object = shop(1);
  object.file = std::make_shared<const std::string>("a.yaml");
  ASSERT_TRUE(store.apply(object));
  object.content.as_object()->find("number")->set_at({9, 9});
  EXPECT_EQ((*store.apply(object))->revision, 2u);
  object.file = std::make_shared<const std::string>("b.yaml");
  EXPECT_EQ((*store.apply(object))->revision, 3u);
  object.age.order = 4;
  EXPECT_EQ((*store.apply(object))->revision, 4u);
  object.gvk.version = "v2";
  EXPECT_EQ((*store.apply(object))->revision, 5u);
}

TEST_P(StoreTest, PositionsOfObjectsWithoutAFileDoNotCount) {
  // A client that sends the same object with other white space changes nothing.
  Store& store = make();
  api::Object object = shop(1);
  ASSERT_TRUE(store.apply(object));
  object.content.set_at({5, 5});
  EXPECT_EQ((*store.apply(object))->revision, 1u);
}

TEST_P(StoreTest, ListSelectsKindAndNamespaceInOrderOfKeys) {
  // Everything that is built from a list relies on its order being always the same.
  Store& store = make();
  for (const char* ns : {"b", "a", ""}) {
    for (const char* kind : {"Service", "Pod", "Secret"}) ASSERT_TRUE(store.create(make_object(kind, ns, "x")));
  }
  ASSERT_TRUE(store.create(make_object("Service", "a", "w")));
  EXPECT_THAT(names(*store.list({"", "Service", {}})), ElementsAre("Service x", "Service a/w", "Service a/x", "Service b/x"));
  EXPECT_THAT(names(*store.list({"", "Service", "a"})), ElementsAre("Service a/w", "Service a/x"));
  EXPECT_THAT(names(*store.list({"", "Service", ""})), ElementsAre("Service x"));
  EXPECT_THAT(names(*store.list({"", "", "b"})), ElementsAre("Pod b/x", "Secret b/x", "Service b/x"));
  EXPECT_THAT(names(*store.list({"apps", "Service", {}})), ElementsAre());
  EXPECT_EQ(store.list({})->items.size(), 10u);
  EXPECT_EQ(store.list({})->revision, 10u);
}

TEST_P(StoreTest, WatchGoesOnFromAListing) {
  // List and watch together must tell everything, once.
  Store& store = make();
  ASSERT_TRUE(store.create(shop(1)));
  const auto listing = store.list({});
  auto watch = store.watch({}, listing->revision);
  ASSERT_TRUE(store.update(shop(2)));
  ASSERT_TRUE(store.remove(kShop, 0));
  ASSERT_TRUE(store.create(shop(3)));
  const Event modified = next_of(*watch);
  EXPECT_EQ(modified.type, EventType::kModified);
  EXPECT_EQ(modified.revision, 2u);
  const Event deleted = next_of(*watch);
  EXPECT_EQ(deleted.type, EventType::kDeleted);
  EXPECT_EQ(deleted.revision, 3u);
  EXPECT_EQ(number_of(*deleted.object), 2);
  const Event added = next_of(*watch);
  EXPECT_EQ(added.type, EventType::kAdded);
  EXPECT_EQ(number_of(*added.object), 3);
  EXPECT_FALSE(*watch->next(milliseconds(1)));
}

TEST_P(StoreTest, BookmarkKeepsAQuietWatcherYoung) {
  // A watcher of a kind that never changes could otherwise not resume after the history has moved on.
  Store& store = make();
  auto watch = store.watch({"", "Pod", {}}, 0);
  ASSERT_TRUE(store.create(shop(1)));
  ASSERT_TRUE(store.update(shop(2)));
  const Event bookmark = next_of(*watch);
  EXPECT_EQ(bookmark.type, EventType::kBookmark);
  EXPECT_EQ(bookmark.revision, 2u);
  EXPECT_FALSE(*watch->next(milliseconds(0))) << "told once";
}

TEST_P(StoreTest, BatchIsOneRevision) {
  // An edit of several objects must never be seen half.
  Store& store = make();
  ASSERT_TRUE(store.create(shop(1)));
  auto watch = store.watch({}, 1);
  std::vector<Change> changes;
  changes.push_back(Change::create(make_object("Pod", "default", "p")));
  changes.push_back(Change::apply(make_object("Service", "default", "next")));
  changes.push_back(Change::remove(kShop));
  const auto written = store.write(std::move(changes));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->revision, 2u);
  EXPECT_EQ(written->objects[0]->revision, 2u);
  EXPECT_EQ(number_of(*written->objects[2]), 1);
  for (const bool complete : {false, false, true}) {
    const Event event = next_of(*watch);
    EXPECT_EQ(event.revision, 2u);
    EXPECT_EQ(event.complete, complete);
  }
}

TEST_P(StoreTest, CompleteCountsSelectedEventsOnly) {
  // A watcher of one kind must learn the end of a batch even when the batch ends with another kind.
  Store& store = make();
  auto watch = store.watch({"", "Pod", {}}, 0);
  std::vector<Change> changes;
  for (const char* kind : {"Pod", "Service", "Pod", "Service"}) {
    changes.push_back(Change::create(make_object(kind, "default", "x" + std::to_string(changes.size()))));
  }
  ASSERT_TRUE(store.write(std::move(changes)));
  EXPECT_FALSE(next_of(*watch).complete);
  EXPECT_TRUE(next_of(*watch).complete);
  EXPECT_FALSE(*watch->next(milliseconds(0)));
}

TEST_P(StoreTest, FailedBatchChangesNothing) {
  // The last good state stays whole.
  Store& store = make();
  ASSERT_TRUE(store.create(shop(1)));
  std::vector<Change> changes;
  changes.push_back(Change::apply(shop(2)));
  changes.push_back(Change::remove({"", "Pod", "default", "absent"}));
  EXPECT_EQ(store.write(std::move(changes)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(number_of(**store.get(kShop)), 1);
  EXPECT_EQ(store.list({})->revision, 1u);
}

TEST_P(StoreTest, BatchRefusesAKeyTwice) {
  // One revision cannot carry two states of an object.
  Store& store = make();
  std::vector<Change> changes;
  changes.push_back(Change::apply(shop(1)));
  changes.push_back(Change::apply(shop(2)));
  const auto written = store.write(std::move(changes));
  EXPECT_EQ(written.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(written.error().what, "Service default/shop is changed twice in one batch");
}

TEST_P(StoreTest, EmptyBatchIsNoChange) {
  // Sources that find nothing to do need no special case.
  Store& store = make();
  EXPECT_EQ(store.write({})->revision, 0u);
}

TEST_P(StoreTest, ObjectsWithoutANameAreRefused) {
  // Nothing could ever address them again.
  Store& store = make();
  EXPECT_EQ(store.apply(make_object("Service", "default", "")).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(store.apply(make_object("", "default", "x")).error().code, ErrorCode::kInvalid);
}

TEST_P(StoreTest, HoldsAtMostItsLimitOfObjects) {
  // Memory must stay bounded whatever is sent.
  Store& store = make({.objects_max = 2});
  ASSERT_TRUE(store.create(make_object("Pod", "a", "1")));
  ASSERT_TRUE(store.create(make_object("Pod", "a", "2")));
  const auto third = store.create(make_object("Pod", "a", "3"));
  EXPECT_EQ(third.error().code, ErrorCode::kLimit);
  EXPECT_THAT(third.error().what, HasSubstr("at most 2 objects"));
  EXPECT_TRUE(store.apply(make_object("Pod", "a", "2", 9))) << "replacing needs no room";
}

TEST_P(StoreTest, SlowWatcherExpires) {
  // The history is finite: a watcher that lost events must be told, never be served with a gap.
  Store& store = make({.history_events_max = 3});
  auto watch = store.watch({}, 0);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(store.apply(shop(i)));
  EXPECT_EQ(next_of(*watch).revision, 1u);
  for (int i = 4; i <= 6; ++i) ASSERT_TRUE(store.apply(shop(i)));
  for (int i = 0; i < 2; ++i) {
    const auto event = watch->next(milliseconds(0));
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, ErrorCode::kExpired);
    EXPECT_EQ(event.error().what, "events after revision 1 are not kept: only those after 3 up to 6 are");
  }
}

TEST_P(StoreTest, WatchFromTheOldestKeptRevisionWorks) {
  // The edge of what is kept must be exact: one older expires, this one sees everything.
  Store& store = make({.history_events_max = 3});
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(store.apply(shop(i)));
  EXPECT_EQ(store.watch({}, 2)->next(milliseconds(0)).error().code, ErrorCode::kExpired);
  auto watch = store.watch({}, 3);
  for (uint64_t revision = 4; revision <= 6; ++revision) EXPECT_EQ(next_of(*watch).revision, revision);
}

TEST_P(StoreTest, WatchFromTheFutureExpires) {
  // The revision is from before a restart: waiting for it would miss everything until then.
  Store& store = make();
  EXPECT_EQ(store.watch({}, 5)->next(milliseconds(0)).error().code, ErrorCode::kExpired);
}

TEST_P(StoreTest, BatchLargerThanTheHistoryReachesAWatcherThatKeepsUp) {
  // The first sync of a large directory is one batch; it must not cut off everybody.
  Store& store = make({.history_events_max = 3});
  auto watch = store.watch({}, 0);
  std::vector<Change> changes;
  for (int i = 0; i < 10; ++i) changes.push_back(Change::create(make_object("Pod", "a", std::to_string(i))));
  ASSERT_TRUE(store.write(std::move(changes)));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(next_of(*watch).revision, 1u);
  ASSERT_TRUE(store.apply(shop(1)));
  EXPECT_EQ(next_of(*watch).revision, 2u);
  EXPECT_EQ(store.watch({}, 0)->next(milliseconds(0)).error().code, ErrorCode::kExpired);
}

TEST_P(StoreTest, EventsKnowTheStateBefore) {
  // Whether an object entered or left a selection by labels can only be told from both states.
  Store& store = make();
  auto watch = store.watch({}, 0);
  ASSERT_TRUE(store.create(shop(1)));
  ASSERT_TRUE(store.update(shop(2)));
  ASSERT_TRUE(store.remove(kShop));
  EXPECT_FALSE(next_of(*watch).previous);
  EXPECT_EQ(number_of(*next_of(*watch).previous), 1);
  const Event deleted = next_of(*watch);
  EXPECT_EQ(deleted.previous, deleted.object);
  EXPECT_EQ(deleted.revision, 3u);
  EXPECT_EQ(deleted.object->revision, 2u);
}

TEST_P(StoreTest, AWatcherThatWaitsToBeWokenStaysYoung) {
  // Nothing calls it while only others change: it must not find itself expired when its turn comes.
  Store& store = make({.history_events_max = 3});
  int woken = 0;
  auto watch = store.watch({"", "Pod", {}}, 0, [&] { ++woken; });
  EXPECT_FALSE(*watch->next(milliseconds(0)));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(store.apply(shop(i)));
  EXPECT_EQ(woken, 0);
  ASSERT_TRUE(store.create(make_object("Pod", "a", "x", 7)));
  ASSERT_TRUE(store.create(make_object("Pod", "a", "y", 8)));
  EXPECT_EQ(woken, 1) << "once, until it has looked";
  EXPECT_EQ(number_of(*next_of(*watch).object), 7);
  EXPECT_EQ(number_of(*next_of(*watch).object), 8);
  EXPECT_FALSE(*watch->next(milliseconds(0)));
  ASSERT_TRUE(store.create(make_object("Pod", "a", "z", 9)));
  EXPECT_EQ(woken, 2);
}

TEST_P(StoreTest, HistoryIsBoundedInBytesToo) {
  // A few objects of a megabyte that change all day must not fill the memory.
  Store& store = make({.history_bytes_max = 100'000});
  api::Object object = shop(0);
  for (int i = 0; i < 50; ++i) {
    object.content.as_object()->set("text", doc::Value(std::string(10'000, static_cast<char>('a' + i % 26))));
    ASSERT_TRUE(store.apply(object));
  }
  EXPECT_GE(store.compacted(), 40u);
  EXPECT_LE(store.compacted(), 42u);
}

TEST_P(StoreTest, FindsOneNamespaceAmongMany) {
  // Deleting a namespace asks for everything in it; what is elsewhere must not be looked at.
  Store& store = make();
  std::vector<Change> changes;
  for (const char* kind : {"A", "B", "C"}) {
    for (const char* ns : {"", "a", "b", "c"}) {
      for (const char* name : {"x", "y"}) changes.push_back(Change::create(make_object(kind, ns, name)));
    }
  }
  ASSERT_TRUE(store.write(std::move(changes)));
  EXPECT_THAT(names(*store.list({"", "", "b"})), ElementsAre("A b/x", "A b/y", "B b/x", "B b/y", "C b/x", "C b/y"));
  EXPECT_THAT(names(*store.list({"", "", ""})), ElementsAre("A x", "A y", "B x", "B y", "C x", "C y"));
  EXPECT_THAT(names(*store.list({"", "", "b", "y"})), ElementsAre("A b/y", "B b/y", "C b/y"));
  EXPECT_THAT(names(*store.list({"", "", "bb"})), ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreTest, testing::Values("Memory", "Durable"), name_of_store);

}  // namespace
}  // namespace graylane::store
