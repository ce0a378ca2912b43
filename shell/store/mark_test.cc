// What the mark beside a file tells of it, and which stores it must not refuse.
#include "store/mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "store/database.h"
#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

using testing::HasSubstr;

bool is_process(const api::Object& object) { return object.key.kind == "Process"; }

TEST(Mark, IsReadAsItWasWritten) {
  // A number that is read wrongly would refuse a store that is whole.
  TestFolder folder;
  const auto mark = Mark::open(folder.file(), {3, 5});
  ASSERT_TRUE(mark) << mark.error().to_string();
  for (const Extent extent : {Extent{3, 5}, Extent{947, 948}, Extent{UINT64_MAX - 1, UINT64_MAX}}) {
    ASSERT_TRUE(mark->set(extent));
    const Marked marked = read_mark(folder.file());
    ASSERT_TRUE(marked.extent);
    EXPECT_EQ(marked.extent->stored, extent.stored);
    EXPECT_EQ(marked.extent->revision, extent.revision);
    EXPECT_FALSE(marked.is_waived);
  }
}

TEST(Mark, ThatIsNotWholeIsNone) {
  // A power cut may leave half of one and half of another.
  TestFolder folder;
  ASSERT_TRUE(Mark::open(folder.file(), {947, 1'000}));
  const std::string good = read_file(folder.file("objects.db-mark"));
  ASSERT_TRUE(read_mark(folder.file()).extent);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    write_file(folder.file("objects.db-mark"), bad);
    EXPECT_FALSE(read_mark(folder.file()).extent) << i;
    EXPECT_FALSE(read_mark(folder.file()).is_waived) << i;
  }
  for (const std::string& bad : {good + "x", good.substr(1), std::string(good.size(), '\0')}) {
    write_file(folder.file("objects.db-mark"), bad);
    EXPECT_FALSE(read_mark(folder.file()).extent) << bad;
  }
  EXPECT_FALSE(read_mark(folder.file("absent")).extent);
  EXPECT_FALSE(read_mark(folder.file("absent")).is_waived);
}

TEST(Mark, IsSetBeforeTheAnswer) {
  // An answer between the commit and the mark could be lost with the log, and nobody would know.
  TestFolder folder;
  auto store = open_store(folder.file(), {.is_volatile = is_process});
  for (const char* kind : {"Pod", "Process", "Pod"}) {
    std::promise<std::pair<uint64_t, Marked>> answered;
    std::vector<control::Change> changes;
    changes.push_back(control::Change::apply(make_object(kind, "a", "x", static_cast<int64_t>(store->revision()))));
    store->submit(std::move(changes), [&](const Result<control::Written>& written) {
      answered.set_value({written ? written->revision : 0, read_mark(folder.file())});
    });
    const auto [revision, marked] = answered.get_future().get();
    ASSERT_GT(revision, 0u);
    ASSERT_TRUE(marked.extent);
    EXPECT_EQ(marked.extent->revision, revision) << kind;
    EXPECT_EQ(marked.extent->stored, kind == std::string("Pod") ? revision : revision - 1);
  }
}

TEST(Mark, ThatCannotBeMadeStopsNoStore) {
  // A disk that is full keeps nobody from the objects that are on it.
  TestFolder folder;
  std::filesystem::create_directory(folder.file("objects.db-mark"));
  EXPECT_FALSE(Mark::open(folder.file(), {1, 1}));
  for (int i = 1; i <= 2; ++i) {
    auto store = open_store(folder.file());
    EXPECT_EQ(store->revision(), static_cast<uint64_t>(i - 1));
    ASSERT_TRUE(store->apply(make_object("Pod", "a", "x", i)));
  }
}

/// A store with three objects, and its files as kill -9 would leave them.
class MarkedStore : public testing::Test {
 protected:
  void SetUp() override {
    auto store = open_store(folder_.file());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->create(make_object("Pod", "a", std::to_string(i))));
    killed_ = Files::of(folder_.file());
    revision_ = store->revision();
    store = nullptr;
    closed_ = Files::of(folder_.file());
    ASSERT_EQ(closed_.log, "");
  }

  /// Whether it is served, with all that it had.
  bool is_whole(const Files& files) {
    files.put(path_);
    auto store = DurableStore::open(path_);
    return store && (*store)->list({})->items.size() == 3 && (*store)->revision() == revision_;
  }
  Error refused(const Files& files) {
    files.put(path_);
    auto store = DurableStore::open(path_);
    EXPECT_FALSE(store);
    EXPECT_TRUE(Files::of(path_) == files) << "it was left as it is";
    return store ? Error() : store.error();
  }

  TestFolder folder_;
  const std::string path_ = folder_.file("other");
  Files killed_, closed_;
  uint64_t revision_ = 0;
};

TEST_F(MarkedStore, ThatWasClosedNeedsNothingBesideItsFile) {
  // Closing moves the log into the file; folders are copied and archived then.
  EXPECT_TRUE(is_whole(closed_));
  EXPECT_TRUE(is_whole({closed_.file, {}, {}}));
}

TEST_F(MarkedStore, ThatWasKilledNeedsItsLog) {
  // Without it the file is that of an earlier time, and looks like a good one.
  EXPECT_TRUE(is_whole(killed_));
  const Error error = refused({killed_.file, {}, killed_.mark});
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_EQ(error.what, path_ + " lacks changes that were acknowledged: it ends at revision 0, and there was 3; its log " +
                            path_ + "-wal is missing or empty");
  EXPECT_EQ(
      error.fix,
      "put the log back as it was, or restore a backup; to go on with what is there, without those changes: truncate -s 0 " +
          path_ + "-mark");
}

TEST_F(MarkedStore, ThatWasKilledIsNotServedFromItsFileAlone) {
  // "objects.db-*" is removed by hand, or the file is copied from a folder in use.
  const Error error = refused({killed_.file, {}, {}});
  EXPECT_EQ(error.what,
            path_ + " is not whole: it was in use when it was left or copied, and its log " + path_ + "-wal is missing or empty");
  EXPECT_THAT(error.fix, HasSubstr("restore a backup"));
  EXPECT_TRUE(is_whole({killed_.file, killed_.log, {}})) << "file and log are all there is to copy";
}

TEST_F(MarkedStore, WhoseLogAnotherProgramMovedIntoTheFileIsWhole) {
  // SQLite's own command line does it when it has looked into the file.
  killed_.put(path_);
  {
    auto database = Database::open(path_, {});
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->number("SELECT count(*) FROM log"));
  }
  const Files moved = Files::of(path_);
  ASSERT_EQ(moved.log, "");
  ASSERT_NE(moved.file, killed_.file);
  EXPECT_TRUE(is_whole(moved));
}

TEST_F(MarkedStore, FromBeforeThereWereMarksIsTakenAsItIs) {
  // Nobody can tell what it had.
  for (const Files& files : {killed_, closed_}) {
    files.put(path_);
    {
      auto database = Database::open(path_, {});
      ASSERT_TRUE(database);
      database->keep_log_on_close(true);
      ASSERT_TRUE(database->run("DELETE FROM meta WHERE name = 'in use'"));
    }
    std::filesystem::remove(path_ + "-mark");
    EXPECT_TRUE(is_whole(Files::of(path_)));
    EXPECT_TRUE(read_mark(path_).extent) << "from now on it has one";
  }
}

TEST_F(MarkedStore, WhoseMarkAPowerCutToreIsTakenAsItIs) {
  // A machine must come up again by itself.
  Files torn = killed_;
  torn.mark[20] ^= 1;
  EXPECT_TRUE(is_whole(torn));
}

TEST_F(MarkedStore, WhoseMarkWasEmptiedGoesOnWithoutWhatItLost) {
  // There may be nothing better than what is there, and who knows that must not be stuck.
  for (const Files& files : {Files{killed_.file, {}, killed_.mark}, Files{killed_.file, {}, {}}}) {
    refused(files);
    write_file(path_ + "-mark", "");
    auto store = DurableStore::open(path_);
    ASSERT_TRUE(store) << store.error().to_string();
    EXPECT_EQ((*store)->list({})->items.size(), 0u);
    EXPECT_GT((*store)->revision(), revision_) << "clients know revisions that are lost";
    EXPECT_EQ((*store)->watch({}, revision_)->next(std::chrono::milliseconds(0)).error().code, ErrorCode::kExpired);
    const uint64_t revision = (*store)->revision();
    store->reset();
    EXPECT_EQ(open_store(path_)->revision(), revision) << "that holds for one start";
  }
}

TEST_F(MarkedStore, WhoseFileIsMissingIsNotTakenForANewOne) {
  // An empty store would have everything deleted that the lost one made.
  for (const char* part : {"-wal", "-mark"}) {
    Files({}, part == std::string("-wal") ? killed_.log : "", part == std::string("-mark") ? killed_.mark : "").put(path_);
    const auto store = DurableStore::open(path_);
    ASSERT_FALSE(store) << part;
    EXPECT_EQ(store.error().what, path_ + " is missing, but " + path_ + part + ", which belongs to it, is there");
    EXPECT_EQ(store.error().fix, "put it back as it was, or restore a backup; to begin anew, remove " + path_ + part);
    EXPECT_FALSE(std::filesystem::exists(path_));
  }
}

TEST_F(MarkedStore, WhoseFileIsEmptyKeepsItsLog) {
  // Opened by SQLite, an empty file takes its log away: with the true file back, that would be missing.
  killed_.put(path_);
  std::filesystem::resize_file(path_, 0);
  const auto store = DurableStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().what, path_ + " is empty, but " + path_ + "-wal, which belongs to it, is there");
  EXPECT_EQ(backup(path_, folder_.file("copy")).error().what, store.error().what);
  write_file(path_, killed_.file);
  EXPECT_TRUE(DurableStore::open(path_));
}

TEST_F(MarkedStore, ThatLostOnlyRevisionsIsRefusedToo) {
  // Of volatile objects the log has nothing but the revisions that are set aside for them; no number is used twice.
  {
    auto store = open_store(folder_.file(), {.is_volatile = is_process});
    ASSERT_TRUE(store->create(make_object("Process", "a", "x")));
    killed_ = Files::of(folder_.file());
  }
  EXPECT_THAT(refused({killed_.file, {}, killed_.mark}).what, HasSubstr("it ends at revision 3, and there was 4"));
}

}  // namespace
}  // namespace graylane::store
