#include "cli/columns.h"

#include <gtest/gtest.h>

namespace graylane::cli {
namespace {

TEST(Columns, AlignByWhatTheTerminalShows) {
  // Chinese characters take two cells, colours none.
  Columns columns;
  columns.row({"灰度", "a"});
  columns.row({"\x1b[32mx\x1b[0m", "b"});
  columns.row({"long", ""});
  EXPECT_EQ(columns.text(2), "灰度  a\n\x1b[32mx\x1b[0m     b\nlong\n");
}

TEST(Columns, OneLongCellDoesNotPushAllOthersAway) {
  // A path of a thousand characters in one row must not make the others unreadable.
  Columns columns;
  columns.row({"short", "1"});
  columns.row({std::string(20, 'x'), "2"});
  EXPECT_EQ(columns.text(1, 10), "short 1\n" + std::string(20, 'x') + " 2\n");
}

TEST(Columns, TheLastOneIsBrokenWhereItBegins) {
  // Descriptions of flags stay in their column; a flag that is too long gets a line of its own.
  Columns columns;
  columns.row({"--a", "one two three four five six"});
  columns.row({"--long-name", "seven"});
  EXPECT_EQ(columns.text(2, 5, 30), "--a  one two three four five\n     six\n--long-name\n     seven\n");
}

TEST(Wrapped, BreaksAtBlanksAndNeverInsideAWord) {
  // A name of a file that is broken cannot be copied; a pipe gets whole lines.
  const std::string text = "shop.yaml:1:1: error: this is wrong\n    fix: mend it in this way then\n";
  EXPECT_EQ(wrapped(text, 32), "shop.yaml:1:1: error: this is\n    wrong\n    fix: mend it in this way\n        then\n");
  EXPECT_EQ(wrapped(text, 0), text);
  EXPECT_EQ(wrapped("  host   one two three four five six\n", 34, 0), "  host   one two three four five\n         six\n");
  EXPECT_EQ(wrapped("灰度灰度灰度灰度 灰度灰度灰度灰度", 30, 4), "灰度灰度灰度灰度\n    灰度灰度灰度灰度");
  EXPECT_EQ(wrapped(std::string(50, 'x') + " y", 40, 2), std::string(50, 'x') + "\n  y");
}

TEST(Printable, ReplacesWhatActsOnATerminal) {
  // C1 control characters act on some terminals too.
  EXPECT_EQ(printable("a\x1b\x7f\xc2\x9b z\xc3\xa9"),
            "a????"
            " z\xc3\xa9");
  EXPECT_EQ(printable_lines("a\nb\rc\n"), "a\nb?c\n");
}

}  // namespace
}  // namespace graylane::cli
