#include "apiserver/log_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace graylane::apiserver {
namespace {

/// The log of a container as the runtime writes it.
class Log : public testing::Test {
 protected:
  ~Log() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
  void rotate() { std::filesystem::rename(path_, path_ + ".1"); }
  static std::string rest(LogReader& reader, size_t at_once = 7) {
    std::string all;
    for (std::string text; !(text = reader.next(at_once)).empty();) all += text;
    return all;
  }
  std::string tail(int64_t lines) {
    auto reader = *LogReader::open(path_);
    reader.skip_to_tail(lines);
    return rest(reader);
  }

  const std::string folder_ = testing::TempDir() + "log_reader_" + std::to_string(::getpid());
  const bool made_ = std::filesystem::create_directories(folder_);
  const std::string path_ = folder_ + "/c.log";
};

TEST_F(Log, GoesOnOverARotation) {
  // Who follows a log must miss no line, whenever the file is renamed.
  write("a\nb\n");
  auto reader = *LogReader::open(path_);
  EXPECT_EQ(rest(reader), "a\nb\n");
  write("c\n");
  rotate();
  write("d\n");
  EXPECT_EQ(rest(reader), "c\nd\n");
  EXPECT_EQ(rest(reader), "");
  write("e\n");
  EXPECT_EQ(rest(reader), "e\n");
}

TEST_F(Log, BeginsWithWhatWasBeforeTheRotation) {
  write("a\n");
  rotate();
  write("b\n");
  auto reader = *LogReader::open(path_);
  EXPECT_EQ(rest(reader), "a\nb\n");
}

TEST_F(Log, TailIsSoManyLinesOverBothFiles) {
  // kubectl logs --tail.
  write("1\n2\n");
  rotate();
  write("3\n4\nhalf");
  EXPECT_EQ(tail(0), "");
  EXPECT_EQ(tail(1), "half");
  EXPECT_EQ(tail(3), "3\n4\nhalf");
  EXPECT_EQ(tail(4), "2\n3\n4\nhalf");
  EXPECT_EQ(tail(9), "1\n2\n3\n4\nhalf");
}

TEST_F(Log, TailOfLongLines) {
  // Lines longer than what is read at once.
  const std::string line = std::string(200'000, 'x') + "\n";
  write("first\n" + line + line);
  EXPECT_EQ(tail(2), line + line);
  EXPECT_EQ(tail(3), "first\n" + line + line);
}

TEST_F(Log, ThereMayBeNone) { EXPECT_FALSE(LogReader::open(path_)); }

/// What is written at a time, as the runtime notes it.
class TimedLog : public Log {
 protected:
  void write_at(int64_t seconds, const std::string& text) {
    const uint64_t offset = std::filesystem::exists(path_) ? std::filesystem::file_size(path_) : 0;
    const int64_t nanoseconds = seconds * 1'000'000'000 + 5;
    std::ofstream times(path_ + ".times", std::ios::app | std::ios::binary);
    times.write(reinterpret_cast<const char*>(&offset), sizeof offset);
    times.write(reinterpret_cast<const char*>(&nanoseconds), sizeof nanoseconds);
    times.close();
    write(text);
  }
  std::string since(int64_t seconds) {
    auto reader = *LogReader::open(path_);
    reader.skip_to_time(seconds * 1'000'000'000);
    return rest(reader);
  }
};

TEST_F(TimedLog, SinceLeavesOutWhatWasPrintedBefore) {
  // kubectl logs --since: the minutes of an incident, not the whole history.
  write_at(100, "a\nb");
  write_at(200, "\nc\n");
  write_at(300, "d\n");
  EXPECT_EQ(since(100), "a\nb\nc\nd\n");
  EXPECT_EQ(since(200), "c\nd\n") << "a line belongs to the time of its beginning";
  EXPECT_EQ(since(300), "d\n");
  EXPECT_EQ(since(301), "");
}

TEST_F(TimedLog, SinceReachesOverARotation) {
  write_at(100, "a\n");
  rotate();
  std::filesystem::rename(path_ + ".times", path_ + ".1.times");
  write_at(200, "b\n");
  EXPECT_EQ(since(50), "a\nb\n");
  EXPECT_EQ(since(150), "b\n");
}

TEST_F(TimedLog, TailCountsWhatSinceLeft) {
  write_at(100, "a\n");
  write_at(200, "b\nc\n");
  auto reader = *LogReader::open(path_);
  reader.skip_to_time(200 * int64_t{1'000'000'000});
  reader.skip_to_tail(5);
  EXPECT_EQ(rest(reader), "b\nc\n");
}

TEST_F(TimedLog, TimesStandBeforeEveryLine) {
  // kubectl logs --timestamps; also when a line is read in pieces, and when it comes while somebody follows.
  write_at(0, "ab\ncd\n");
  auto reader = *LogReader::open(path_);
  reader.show_times();
  EXPECT_EQ(rest(reader, 1), "1970-01-01T00:00:00.000000005Z ab\n1970-01-01T00:00:00.000000005Z cd\n");
  write_at(61, "e\n");
  EXPECT_EQ(rest(reader), "1970-01-01T00:01:01.000000005Z e\n");
}

}  // namespace
}  // namespace graylane::apiserver
