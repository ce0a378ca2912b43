#include "store/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

using control::Change;
using std::chrono::milliseconds;
using testing::HasSubstr;

/// What `graylane restore` does.
Result<std::string> bring_back(const std::string& from, const std::string& path) {
  const auto backup = Backup::check(from);
  if (!backup) return std::unexpected(backup.error());
  return restore(*backup, path);
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

std::vector<Change> row(int64_t number) {
  std::vector<Change> changes;
  for (const char* name : {"x", "y", "z"}) changes.push_back(Change::apply(make_object("Pod", "a", name, number)));
  return changes;
}

TEST(Backup, IsOneStateWhileWritesGoOn) {
  // Backups are made of systems in use; half a batch in one would be restored as such.
  TestFolder folder;
  auto store = open_store(folder.file());
  std::atomic<bool> done = false;
  std::atomic<int64_t> acknowledged = 0;
  std::jthread writer([&] {
    for (int64_t i = 1; !done; ++i) {
      ASSERT_TRUE(store->write(row(i)));
      acknowledged = i;
    }
  });
  for (int i = 0; i < 5; ++i) {
    while (acknowledged < i * 10 + 1) std::this_thread::yield();
    const int64_t before = acknowledged;
    const std::string file = folder.file("backup-" + std::to_string(i));
    ASSERT_TRUE(store->backup(file));
    auto copy = open_store(file);
    const auto listing = copy->list({});
    ASSERT_EQ(listing->items.size(), 3u);
    for (const auto& object : listing->items) EXPECT_EQ(number_of(*object), number_of(*listing->items.front()));
    EXPECT_GE(number_of(*listing->items.front()), before) << "what was acknowledged before is in it";
  }
  done = true;
}

TEST(Backup, NeverReplacesAFile) {
  // The backup of last week must not be lost to a name that was typed again.
  TestFolder folder;
  auto store = open_store(folder.file());
  ASSERT_TRUE(store->backup(folder.file("backup")));
  const auto again = store->backup(folder.file("backup"));
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(again.error().what, folder.file("backup") + " exists already");
  EXPECT_EQ(store->backup("/nonexistent/backup").error().what, "cannot create /nonexistent/backup: No such file or directory");
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    files += entry.path().filename().string().starts_with("backup");
  }
  EXPECT_EQ(files, 1u) << "nothing half-made stays behind";
}

TEST(Restore, BringsBackTheObjectsAndExpiresWhatClientsKnow) {
  // A client that saw revision 9 of the lost state would else wait for 10, and never see that 5 to 9 are undone.
  TestFolder folder;
  uint64_t lost = 0;
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->write(row(1)));
    ASSERT_TRUE(store->backup(folder.file("backup")));
    for (int i = 2; i < 10; ++i) ASSERT_TRUE(store->write(row(i)));
    lost = store->revision();
  }
  const auto aside = bring_back(folder.file("backup"), folder.file());
  ASSERT_TRUE(aside) << aside.error().to_string();
  auto store = open_store(folder.file());
  EXPECT_EQ(number_of(**store->get({"", "Pod", "a", "x"})), 1);
  EXPECT_GT(store->revision(), lost);
  for (const uint64_t since : {uint64_t{1}, lost, lost + 1'000}) {
    EXPECT_EQ(store->watch({}, since)->next(milliseconds(0)).error().code, ErrorCode::kExpired);
  }
  EXPECT_FALSE(*store->watch({}, store->revision())->next(milliseconds(0)));
  const uint64_t before = store->revision();
  EXPECT_EQ(store->write(row(5))->revision, before + 1);
  EXPECT_EQ(number_of(**open_store(*aside)->get({"", "Pod", "a", "x"})), 9) << "what was there is kept";
}

TEST(Restore, ABadBackupChangesNothing) {
  // The worst moment to lose the present state is when one believes to have a backup.
  TestFolder folder;
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->write(row(3)));
    ASSERT_TRUE(store->backup(folder.file("backup")));
  }
  std::filesystem::resize_file(folder.file("backup"), 20'000);  // two pages and a half
  const auto damaged = bring_back(folder.file("backup"), folder.file());
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().what, HasSubstr(folder.file("backup") + " is damaged"));
  std::ofstream(folder.file("text")) << "hello";
  EXPECT_EQ(bring_back(folder.file("text"), folder.file()).error().what, folder.file("text") + " is not a store of Graylane");
  EXPECT_EQ(bring_back(folder.file("absent"), folder.file()).error().what,
            "cannot read " + folder.file("absent") + ": No such file or directory");
  EXPECT_EQ(number_of(**open_store(folder.file())->get({"", "Pod", "a", "x"})), 3);
}

TEST(Restore, OfWhatIsNoBackupSaysWhatIsOne) {
  // Advice about the state folder sends people to the wrong file.
  TestFolder folder;
  write_file(folder.file("text"), "hello");
  std::filesystem::create_directory(folder.file("folder"));
  const auto before = names_in(folder.path());
  for (const char* name : {"text", "folder", "absent"}) {
    const auto backup = Backup::check(folder.file(name));
    ASSERT_FALSE(backup) << name;
    EXPECT_THAT(backup.error().what, HasSubstr(folder.file(name)));
    EXPECT_EQ(backup.error().fix, "name a file that graylane backup made");
  }
  EXPECT_EQ(names_in(folder.path()), before);
}

TEST(Restore, OfAStoresFileAloneIsRefusedIfItsLogHeldMore) {
  // Who copies a database copies its largest file; what was answered last is in the other one.
  TestFolder folder;
  auto store = open_store(folder.file());
  ASSERT_TRUE(store->write(row(1)));
  write_file(folder.file("copy"), read_file(folder.file()));
  const auto refused = bring_back(folder.file("copy"), folder.file("new"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr(folder.file("copy") + " is no backup: it was copied from a store in use"));
  EXPECT_THAT(refused.error().fix, HasSubstr("make one with graylane backup"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("new")));
  store = nullptr;
  write_file(folder.file("closed"), read_file(folder.file()));
  ASSERT_TRUE(bring_back(folder.file("closed"), folder.file("new"))) << "that of a store that was closed is whole";
  EXPECT_EQ(open_store(folder.file("new"))->list({})->items.size(), 3u);
}

TEST(Restore, ReadsABackupThatNobodyCanWriteTo) {
  // They lie on archives, and must be the same after a look at them.
  TestFolder folder;
  const std::string name = folder.file("what? 50%#1");
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->write(row(2)));
    ASSERT_TRUE(store->backup(name));
  }
  std::filesystem::permissions(name, std::filesystem::perms::owner_read);
  const std::string text = read_file(name);
  const auto before = names_in(folder.path());
  const auto backup = Backup::check(name);
  ASSERT_TRUE(backup) << backup.error().to_string();
  EXPECT_EQ(names_in(folder.path()), before);
  EXPECT_EQ(read_file(name), text);
  EXPECT_EQ(backup->content().objects, 3u);
  EXPECT_EQ(backup->content().revision, 1u);
}

TEST(Restore, OnceMoreGoesOnBehindWhatTheFirstOneGave) {
  // The same backup twice would give the same revisions to other states.
  TestFolder folder;
  uint64_t last = 0;
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->write(row(1)));
    ASSERT_TRUE(store->backup(folder.file("backup")));
  }
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(bring_back(folder.file("backup"), folder.file()));
    auto store = open_store(folder.file());
    EXPECT_GT(store->revision(), last);
    ASSERT_TRUE(store->write(row(7)));
    last = store->revision();
  }
}

TEST(Restore, ThatWasCutShortIsToldAtTheNextStart) {
  // Between two names there is no store, and an empty one must not take its place.
  TestFolder folder;
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->write(row(3)));
    ASSERT_TRUE(store->backup(folder.file("backup")));
  }
  std::filesystem::rename(folder.file(), folder.file("objects.db.before-restore"));
  const auto store = DurableStore::open(folder.file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().what, folder.file() + " is missing, but " + folder.file() + "-mark, which belongs to it, is there");
  ASSERT_TRUE(bring_back(folder.file("backup"), folder.file()));
  EXPECT_EQ(number_of(**open_store(folder.file())->get({"", "Pod", "a", "x"})), 3);
}

TEST(Backup, SaysWhatItHolds) {
  // An empty one is noticed at once, not when it is needed.
  TestFolder folder;
  auto store = open_store(folder.file(), {.is_volatile = [](const api::Object& object) { return object.key.kind == "Process"; }});
  EXPECT_EQ(store->backup(folder.file("empty"))->objects, 0u);
  ASSERT_TRUE(store->write(row(1)));
  ASSERT_TRUE(store->create(make_object("Process", "a", "p")));
  ASSERT_TRUE(store->write(row(2)));
  ASSERT_TRUE(store->remove({"", "Pod", "a", "y"}));
  const auto made = store->backup(folder.file("backup"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->objects, 2u);
  EXPECT_EQ(made->revision, store->revision());
  const auto found = Backup::check(folder.file("backup"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->content().objects, 2u);
  EXPECT_EQ(found->content().revision, made->revision);
}

TEST(Restore, MakesAStoreWhereThereIsNone) {
  // Moving to another machine is a restore too.
  TestFolder folder;
  {
    auto store = open_store(folder.file());
    ASSERT_TRUE(store->write(row(3)));
    ASSERT_TRUE(store->backup(folder.file("backup")));
  }
  EXPECT_EQ(bring_back(folder.file("backup"), folder.file("new")).value(), "");
  EXPECT_EQ(number_of(**open_store(folder.file("new"))->get({"", "Pod", "a", "x"})), 3);
}

}  // namespace
}  // namespace graylane::store
