// What is said of a file that is not as it was written, and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "doc/print.h"
#include "store/backup.h"
#include "store/test_objects.h"
#include "store/test_stores.h"
#include "store/write_ahead_log.h"

namespace graylane::store {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr size_t kPageBytes = 8'192;
constexpr size_t kLogHeaderBytes = 32;
constexpr size_t kFrameBytes = kPageBytes + 24;
constexpr size_t kDamageBytes = 28;
constexpr int kObjects = 500;

/// All of every object.
std::string picture(Store& store) {
  std::string text;
  const auto listing = store.list({});
  for (const auto& object : listing->items)
    text += object->key.to_string() + "@" + std::to_string(object->revision) + "=" + doc::to_json(object->content) + "\n";
  return text;
}

api::Object config_map(int number) {
  api::Object object = make_object("ConfigMap", "a", "map-" + std::to_string(number), number);
  object.content.as_object()->set("text", doc::Value(std::string(200 + static_cast<size_t>(number) % 50, 'x')));
  return object;
}

/// Many objects, some of which were changed and some deleted.
std::string fill(DurableStore& store) {
  for (int i = 0; i < kObjects; ++i) EXPECT_TRUE(store.create(config_map(i)));
  for (int i = 0; i < kObjects; i += 7) EXPECT_TRUE(store.apply(config_map(i + 1)));
  for (int i = 0; i < kObjects; i += 11) EXPECT_TRUE(store.remove({"", "ConfigMap", "a", "map-" + std::to_string(i)}));
  return picture(store);
}

std::string damaged(std::string text, size_t at, char with) {
  const size_t size = std::min(kDamageBytes, text.size() - at);
  return text.replace(at, size, size, with);
}

/// "": all is there. Else what was said; or that something is missing and nothing was said.
std::string loss_of(const Files& files, const std::string& path, const std::string& sound) {
  files.put(path);
  auto store = DurableStore::open(path);
  if (store) return picture(**store) == sound ? "" : "nothing was said";
  EXPECT_TRUE(Files::of(path) == files) << "it was left as it is";
  EXPECT_THAT(store.error().fix, HasSubstr("restore a backup"));
  return store.error().what;
}

TEST(DurableStoreDamage, OfAnyPageIsToldOrCostsNothing) {
  // To serve half of the objects would have the controllers delete the other half's Pods.
  TestFolder folder;
  std::string sound;
  {
    auto store = open_store(folder.file());
    sound = fill(*store);
  }
  const Files good = Files::of(folder.file());
  ASSERT_GT(good.file.size() / kPageBytes, 20u);
  size_t told = 0;
  for (size_t at = 0; at < good.file.size(); at += kPageBytes) {
    for (const size_t within : {size_t{8}, size_t{3'616}, kPageBytes - kDamageBytes}) {
      for (const char with : {'\0', '#'}) {
        const std::string path = folder.file("bad");
        const std::string loss = loss_of({damaged(good.file, at + within, with), {}, good.mark}, path, sound);
        EXPECT_TRUE(loss.empty() || loss.starts_with(path)) << "page " << at / kPageBytes << " at " << within << ": " << loss;
        EXPECT_EQ(loss.find('\n'), loss.npos) << loss;
        told += loss.starts_with(path + " is damaged: ");
      }
    }
  }
  EXPECT_GT(told, good.file.size() / kPageBytes) << "most of a page is in use";
}

class DamagedLog : public testing::Test {
 protected:
  /// As kill -9 leaves them: nothing of the log is in the file yet.
  void SetUp() override {
    auto store = open_store(folder_.file());
    fill(*store);
    before_ = read_file(folder_.file("objects.db-mark"));
    EXPECT_TRUE(store->apply(config_map(kObjects)));
    sound_ = picture(*store);
    good_ = Files::of(folder_.file());
    frames_ = (good_.log.size() - kLogHeaderBytes) / kFrameBytes;
    ASSERT_GT(frames_, 500u);
  }

  static size_t begin_of(size_t frame) { return kLogHeaderBytes + frame * kFrameBytes; }
  std::string loss_at(size_t at) {
    return loss_of({good_.file, damaged(good_.log, at, '#'), good_.mark}, folder_.file("bad"), sound_);
  }

  TestFolder folder_;
  std::string sound_;
  Files good_;
  std::string before_;  // the mark, one write earlier
  size_t frames_ = 0;
};

TEST_F(DamagedLog, IsToldBeforeChangesAreLost) {
  // SQLite reads up to the first frame that is not sound, and says nothing of those behind it.
  ASSERT_EQ(loss_of(good_, folder_.file("good"), sound_), "");
  const std::string expected =
      folder_.file("bad") + " is damaged: its log " + folder_.file("bad") + "-wal is not as it was written";
  EXPECT_THAT(loss_at(0), StartsWith(expected)) << "where the log begins";
  EXPECT_THAT(loss_at(20), StartsWith(expected)) << "and the first frame";
  for (size_t frame = 0; frame + 10 < frames_; frame += frames_ / 6) {
    for (const size_t within : {size_t{0}, size_t{5'000}})
      EXPECT_THAT(loss_at(begin_of(frame) + within), StartsWith(expected)) << "frame " << frame << " of " << frames_;
  }
}

TEST_F(DamagedLog, AnEndThatAPowerCutLeftIsNoDamage) {
  // The write that it interrupted was never acknowledged, and a machine must come up again by itself.
  for (const size_t cut : {size_t{1}, kFrameBytes / 2, kFrameBytes - 1}) {
    Files torn = good_;
    torn.log.resize(torn.log.size() - cut);
    torn.mark = before_;
    EXPECT_EQ(loss_of(torn, folder_.file("bad"), sound_), "nothing was said") << cut;
  }
  const Files flipped{good_.file, damaged(good_.log, begin_of(frames_ - 1) + 5'000, '#'), before_};
  EXPECT_EQ(loss_of(flipped, folder_.file("bad"), sound_), "nothing was said");
}

TEST_F(DamagedLog, AnEndThatIsMissingIsToldIfItsWriteWasAcknowledged) {
  // After kill -9 the mark is that of the last answer, and a log never becomes shorter by itself.
  const std::string path = folder_.file("bad");
  for (const size_t size :
       {good_.log.size() - 1, begin_of(frames_ - 1), begin_of(frames_ / 2), begin_of(0), size_t{1}, size_t{0}}) {
    Files cut = good_;
    cut.log.resize(size);
    EXPECT_THAT(loss_of(cut, path, sound_), StartsWith(path + " lacks changes that were acknowledged: it ends at revision "))
        << size;
  }
}

TEST_F(DamagedLog, OfAnotherStoreIsTold) {
  // Somebody puts files back from two copies.
  open_store(folder_.file("other"));
  const Files other = Files::of(folder_.file("other"));
  EXPECT_THAT(loss_of({other.file, {}, good_.mark}, folder_.file("bad"), sound_),
              HasSubstr("lacks changes that were acknowledged"));
}

TEST_F(DamagedLog, WhatAnEarlierPowerCutLeftBehindTheEndIsNoDamage) {
  // After it the log goes on from its last sound frame, in front of what was cut off.
  Files torn = good_;
  torn.log[begin_of(frames_ - 1) + 5'000] ^= 1;
  torn.mark = before_;
  for (int life = 0; life < 3; ++life) {
    torn.put(folder_.file("bad"));
    auto store = open_store(folder_.file("bad"));
    ASSERT_TRUE(store->apply(config_map(1'000 + life)));
    const Files files = Files::of(folder_.file("bad"));
    const std::string present = picture(*store);
    EXPECT_EQ(loss_of(files, folder_.file("again"), present), "");
    torn = files;
  }
}

TEST(BackupOfDamage, IsRefused) {
  // Who has a backup throws the original away.
  TestFolder folder;
  {
    auto store = open_store(folder.file());
    fill(*store);
  }
  std::string text = read_file(folder.file());
  text[text.find(std::string(100, 'x')) + 50] ^= 1;
  write_file(folder.file(), text);
  const auto made = backup(folder.file(), folder.file("backup"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, StartsWith(folder.file() + " is damaged: row "));
  EXPECT_FALSE(std::filesystem::exists(folder.file("backup")));
}

TEST(BackupOfAnotherFormat, IsRefused) {
  // It could be restored by nobody who is asked to: this program does not know it.
  TestFolder folder;
  open_store(folder.file());
  std::string text = read_file(folder.file());
  text[63] = 7;  // user_version, the last of four bytes
  write_file(folder.file(), text);
  const auto made = backup(folder.file(), folder.file("backup"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(made.error().what, folder.file() + " has format version 7, and this program knows only 1");
  EXPECT_THAT(made.error().fix, HasSubstr("the version of Graylane that wrote it"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("backup")));
  EXPECT_EQ(read_file(folder.file()), text);
}

TEST_F(DamagedLog, IsLeftAsItIsByABackup) {
  // Closing SQLite's file would move the readable half into it, and end the log.
  Files bad = good_;
  bad.log[begin_of(3) + 100] ^= 1;
  bad.put(folder_.file("bad"));
  EXPECT_FALSE(check_write_ahead_log(folder_.file("bad")));
  const auto made = backup(folder_.file("bad"), folder_.file("backup"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("lacks changes that were acknowledged"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("backup")));
  EXPECT_TRUE(Files::of(folder_.file("bad")) == bad);
}

}  // namespace
}  // namespace graylane::store
