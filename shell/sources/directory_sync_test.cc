#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "api/build.h"
#include "sources/directory.h"
#include "sources/test_directory.h"
#include "sources/test_kubectl.h"
#include "store/memory_store.h"

namespace graylane::sources {
namespace {

using api::ObjectKey;
using control::EventType;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

ObjectKey key_of(const std::string& name) { return {"", "ConfigMap", "default", name}; }

api::Object made_elsewhere(const std::string& name) {
  api::Object object;
  object.gvk = {"", "v1", "ConfigMap"};
  object.key = key_of(name);
  object.content = doc::Value(doc::Object{});
  return object;
}

std::vector<std::string> names(control::Client& client) {
  std::vector<std::string> names;
  for (const auto& object : visible(client)) names.push_back(object->key.name);
  return names;
}

std::string value_of(control::Client& client, const std::string& name) {
  const auto object = client.get(key_of(name));
  return object ? *(*object)->find("data")->find("value")->as_string() : "absent";
}

// The revision after a sync that must succeed.
uint64_t synced(DirectorySource& source, control::Client& client) {
  const auto result = source.sync(client);
  EXPECT_TRUE(result && result->in_force);
  return result ? result->revision : 0;
}

TEST(DirectorySync, StoreFollowsTheDirectory) {
  // Add, change, delete: what is in the directory is in force.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  EXPECT_EQ(synced(source, store), 0u);
  dir.write("a.yaml", config_map("a"));
  dir.write("b.yaml", config_map("b"));
  EXPECT_EQ(synced(source, store), 1u) << "one batch";
  dir.write("b.yaml", config_map("b", "2"));
  EXPECT_EQ(synced(source, store), 2u);
  EXPECT_EQ(value_of(store, "b"), "2");
  EXPECT_EQ((*store.get(key_of("a")))->revision, 1u) << "unchanged objects keep their revision";
  dir.remove("a.yaml");
  EXPECT_EQ(synced(source, store), 3u);
  EXPECT_THAT(names(store), ElementsAre("b"));
}

TEST(DirectorySync, AnEditIsSeenWhole) {
  // A canary moved from one file to another must not be missing in between.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  auto watch = store.watch({"", "ConfigMap", {}}, 1);
  dir.remove("a.yaml");
  dir.write("b.yaml", config_map("b"));
  synced(source, store);
  const auto added = **watch->next(milliseconds(0));
  const auto deleted = **watch->next(milliseconds(0));
  EXPECT_EQ(added.type, EventType::kAdded);
  EXPECT_EQ(deleted.type, EventType::kDeleted);
  EXPECT_EQ(added.revision, deleted.revision);
}

TEST(DirectorySync, NothingChangedIsNoRevision) {
  // Syncs come often; watchers must sleep through them, also when files were touched or read again.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  EXPECT_EQ(synced(source, store), 1u);
  EXPECT_EQ(synced(source, store), 1u);
  dir.write("a.yaml", config_map("a"));
  EXPECT_EQ(synced(source, store), 1u);
  DirectorySource other(dir.path());
  EXPECT_EQ(synced(other, store), 1u);
}

TEST(DirectorySync, AMovedObjectIsTakenAnew) {
  // Its lines in explanations would be wrong otherwise.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  dir.write("a.yaml", "# why\n" + config_map("a"));
  EXPECT_EQ(synced(source, store), 2u);
  EXPECT_EQ((*store.get(key_of("a")))->find("kind")->at().line, 3u);
}

TEST(DirectorySync, AnObjectWasCreatedWhenItWasFirstWritten) {
  // The AGE that people look at; an edit does not make an object young, and a time in the file is its author's.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  const auto created = [&] {
    const doc::Value* time = (*store.get(key_of("a")))->find("metadata")->find("creationTimestamp");
    return time && time->as_string() ? *time->as_string() : std::string();
  };
  dir.write("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, creationTimestamp: null}}");
  synced(source, store);
  EXPECT_TRUE(created().starts_with("2")) << created();
  api::Object older = **store.get(key_of("a"));
  older.content.as_object()->find("metadata")->as_object()->set("creationTimestamp", doc::Value("2020-01-01T00:00:00Z"));
  ASSERT_TRUE(store.apply(older));
  dir.write("a.yaml", config_map("a", "2"));
  synced(source, store);
  EXPECT_EQ(created(), "2020-01-01T00:00:00Z");
  dir.write("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, creationTimestamp: '2021-01-01T00:00:00Z'}}");
  synced(source, store);
  EXPECT_EQ(created(), "2021-01-01T00:00:00Z");
}

TEST(DirectorySync, WhatTheCheckRefusesIsNotWritten) {
  // The check knows what is in force; the directory does not.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  std::vector<std::string> seen;
  const auto refused = source.sync(store, [&](const std::vector<control::Change>& changes) {
    for (const control::Change& change : changes) seen.push_back(change.object.key.to_string());
    return Result<bool>(false);
  });
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->in_force);
  EXPECT_THAT(seen, ElementsAre("ConfigMap default/a", "Namespace default")) << "no record";
  EXPECT_THAT(names(store), ElementsAre());
  EXPECT_EQ(synced(source, store), 1u);
}

TEST(DirectorySync, ErrorsKeepTheLastGoodState) {
  // A typing error in one file must not take half of the routes down.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  dir.write("a.yaml", "kind: [");
  dir.write("b.yaml", config_map("b"));
  const auto bad = source.sync(store);
  ASSERT_TRUE(bad);
  EXPECT_FALSE(bad->in_force);
  EXPECT_TRUE(has_errors(bad->diagnostics));
  EXPECT_THAT(names(store), ElementsAre("a"));
  dir.write("a.yaml", config_map("a", "2"));
  EXPECT_EQ(synced(source, store), 2u);
  EXPECT_THAT(names(store), ElementsAre("a", "b"));
}

TEST(DirectorySync, DirectoryThatVanishedDeletesNothing) {
  // An unmounted volume is no order to delete.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir / "sub");
  dir.write("sub/a.yaml", config_map("a"));
  synced(source, store);
  dir.remove("sub");
  EXPECT_EQ(source.sync(store).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(names(store), ElementsAre("a"));
}

TEST(DirectorySync, WhatCameFromElsewhereIsLeftAlone) {
  // kubectl and controllers write to the same store.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  ASSERT_TRUE(store.create(made_elsewhere("theirs")));
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  dir.remove("a.yaml");
  synced(source, store);
  EXPECT_THAT(names(store), ElementsAre("theirs"));
}

TEST(DirectorySync, VanishedObjectThatIsGoneAlreadyIsNoError) {
  // Two people may delete the same thing.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  ASSERT_TRUE(store.remove(key_of("a"), 0));
  dir.remove("a.yaml");
  synced(source, store);
  ASSERT_TRUE(store.create(made_elsewhere("a")));
  synced(source, store);
  EXPECT_THAT(names(store), ElementsAre("a")) << "it is another's now";
}

TEST(DirectorySync, MovingAnObjectBetweenFilesIsNoDelete) {
  // Refactoring manifests must not interrupt traffic.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("x"));
  synced(source, store);
  auto watch = store.watch({"", "ConfigMap", {}}, 1);
  dir.remove("a.yaml");
  dir.write("b.yaml", config_map("x"));
  synced(source, store);
  EXPECT_EQ((**watch->next(milliseconds(0))).type, EventType::kModified);
  const auto none = *watch->next(milliseconds(0));
  EXPECT_TRUE(!none || none->type == EventType::kBookmark);
}

// A store in which something happens just before each batch.
class Interrupted final : public control::Client {
 public:
  Interrupted(control::Client& client, std::function<void()> before) : client_(client), before_(std::move(before)) {}

  Result<api::ObjectPtr> get(const ObjectKey& key) override { return client_.get(key); }
  Result<control::Listing> list(const control::Selector& selector) override { return client_.list(selector); }
  std::unique_ptr<control::Watch> watch(const control::Selector& selector, uint64_t since) override {
    return client_.watch(selector, since);
  }
  Result<api::ObjectPtr> create(api::Object object) override { return client_.create(std::move(object)); }
  Result<api::ObjectPtr> update(api::Object object) override { return client_.update(std::move(object)); }
  Result<api::ObjectPtr> apply(api::Object object) override { return client_.apply(std::move(object)); }
  Result<api::ObjectPtr> remove(const ObjectKey& key, uint64_t revision) override { return client_.remove(key, revision); }
  Result<control::Written> write(std::vector<control::Change> changes) override {
    before_();
    return client_.write(std::move(changes));
  }

 private:
  control::Client& client_;
  std::function<void()> before_;
};

TEST(DirectorySync, ADeleteThatComesBetweenIsNoError) {
  // Between looking and writing somebody else may delete the same object.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  dir.remove("a.yaml");
  int deleted = 0;
  Interrupted interrupted(store, [&] { deleted += store.remove(key_of("a"), 0).has_value() ? 1 : 0; });
  synced(source, interrupted);
  EXPECT_EQ(deleted, 1) << "before the batch that would have deleted it";
  EXPECT_THAT(names(store), IsEmpty());
}

TEST(DirectorySync, StoreErrorsAreReturnedAndTheNextSyncRepairs) {
  // A full or absent store must not make the source believe that it wrote.
  const TestDirectory dir;
  dir.write("a.yaml", config_map("a"));
  dir.write("b.yaml", config_map("b"));
  DirectorySource source(dir.path());
  store::MemoryStore small({.objects_max = 1});
  EXPECT_EQ(source.sync(small).error().code, ErrorCode::kLimit);
  store::MemoryStore large;
  EXPECT_EQ(synced(source, large), 1u);
  EXPECT_THAT(names(large), ElementsAre("a", "b"));
}

TEST(DirectorySync, AChangeThatComesBetweenIsKept) {
  // Neither of two writers may lose what the other one did: the plan is made anew.
  const TestDirectory dir;
  store::MemoryStore store;
  DirectorySource source(dir.path());
  dir.write("a.yaml", config_map("a"));
  synced(source, store);
  dir.write("a.yaml", config_map("a", "2"));
  bool changed = false;
  Interrupted interrupted(store, [&] {
    if (!std::exchange(changed, true)) Kubectl(store).merge(key_of("a"), R"({"data":{"other":"by kubectl"}})");
  });
  synced(source, interrupted);
  EXPECT_EQ(value_of(store, "a"), "2");
  EXPECT_EQ(field(**store.get(key_of("a")), {"data", "other"}), R"("by kubectl")");
}

TEST(DirectorySync, AStatusThatControllersWroteStays) {
  // Files say what is wanted. Taking a Deployment's status away would make it unready for a moment.
  const TestDirectory dir;
  const ObjectKey key{"apps", "Deployment", "default", "web"};
  dir.write("a.yaml", deployment("web", 1));
  store::MemoryStore store;
  DirectorySource source(dir.path());
  synced(source, store);
  api::Object with_status = **store.get(key);
  with_status.content.as_object()->set("status", api::make_object({{"readyReplicas", api::make_number(1)}}));
  ASSERT_TRUE(store.apply(with_status));
  EXPECT_EQ(synced(source, store), 2u) << "nothing to write";
  dir.write("a.yaml", deployment("web", 2));
  EXPECT_EQ(synced(source, store), 3u);
  EXPECT_EQ(field(**store.get(key), {"status", "readyReplicas"}), "1");
  EXPECT_EQ(field(**store.get(key), {"spec", "replicas"}), "2");
}

}  // namespace
}  // namespace graylane::sources
