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

}  // namespace
}  // namespace graylane::apiserver
