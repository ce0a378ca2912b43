#include "cli/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace graylane::cli {
namespace {

/// What a reader makes of a text that comes through a pipe; "!" for a line that is too long.
std::vector<std::string> lines_of(const std::string& text, size_t bytes_max) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  std::thread writer([&] {
    for (size_t i = 0; i < text.size();) i += static_cast<size_t>(write(ends[1], text.data() + i, text.size() - i));
    close(ends[1]);
  });
  LineReader reader(ends[0], nullptr, bytes_max);
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader.next();
    EXPECT_TRUE(line);
    if (!line || !*line) break;
    lines.push_back((*line)->too_long ? "!" : std::string((*line)->text));
  }
  writer.join();
  close(ends[0]);
  return lines;
}

TEST(LineReader, GivesEveryLineAlsoTheLastWithoutEnd) {
  // Editors and shells differ on whether the last line has an end.
  EXPECT_EQ(lines_of("a\n\nbc", 10), (std::vector<std::string>{"a", "", "bc"}));
  EXPECT_EQ(lines_of("a\n", 10), (std::vector<std::string>{"a"}));
  EXPECT_TRUE(lines_of("", 10).empty());
}

TEST(LineReader, ALongLineIsSkippedAndTheNextOnesCount) {
  // One bad line of a gigabyte must neither fill the memory nor shift the answers.
  const std::string big(1'000'000, 'x');
  EXPECT_EQ(lines_of("a\n" + big + "\nb\n", 1'000), (std::vector<std::string>{"a", "!", "b"}));
  EXPECT_EQ(lines_of("12345\n1234\n", 4), (std::vector<std::string>{"!", "1234"}));
  EXPECT_EQ(lines_of(big, 1'000), (std::vector<std::string>{"!"}));
}

TEST(LineReader, LinesAcrossBuffersStayWhole) {
  // Reads end anywhere.
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i) + "\n";
  const auto lines = lines_of(text, 1'000);
  ASSERT_EQ(lines.size(), 40'000u);
  EXPECT_EQ(lines[12'345], "12345");
}

}  // namespace
}  // namespace graylane::cli
