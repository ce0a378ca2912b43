#include "sources/settling.h"

#include <gtest/gtest.h>

namespace graylane::sources {
namespace {

using namespace std::chrono_literals;
using What = Settling::What;

constexpr Settling::Instant kBegin{};

TEST(Settling, NothingIsDueUntilSomethingHappened) {
  // An idle directory costs nothing.
  Settling settling;
  EXPECT_FALSE(settling.due());
  settling.saw(What::kReplaced, "a.yaml", kBegin);
  settling.taken();
  EXPECT_FALSE(settling.due());
}

TEST(Settling, AWholeFileIsReadSoon) {
  // Renaming is how careful writers save: there is nothing to wait for but the rest of the same edit.
  Settling settling;
  settling.saw(What::kReplaced, "a.yaml", kBegin);
  EXPECT_EQ(settling.due(), kBegin + Settling::kQuiet);
  settling.saw(What::kReplaced, "b.yaml", kBegin + 30ms);
  EXPECT_EQ(settling.due(), kBegin + 30ms + Settling::kQuiet);
}

TEST(Settling, AFileThatIsBeingWrittenIsWaitedFor) {
  // The first half of a manifest is often valid YAML, with the canary missing from it.
  Settling settling;
  settling.saw(What::kWriting, "a.yaml", kBegin);
  settling.saw(What::kWriting, "a.yaml", kBegin + 400ms);
  EXPECT_EQ(settling.due(), kBegin + 400ms + Settling::kWriterQuiet);
  settling.saw(What::kWritten, "a.yaml", kBegin + 900ms);
  EXPECT_EQ(settling.due(), kBegin + 900ms + Settling::kQuiet);
}

TEST(Settling, OneFinishedFileDoesNotEndTheWaitingForAnother) {
  // Two files of one edit are one change.
  Settling settling;
  settling.saw(What::kWriting, "a.yaml", kBegin);
  settling.saw(What::kWriting, "b.yaml", kBegin + 1ms);
  settling.saw(What::kWritten, "a.yaml", kBegin + 2ms);
  EXPECT_EQ(settling.due(), kBegin + 1ms + Settling::kWriterQuiet);
}

TEST(Settling, AVanishedFileMayComeBack) {
  // vim with a backup renames the old file away and then writes a new one.
  Settling settling;
  settling.saw(What::kGone, "a.yaml", kBegin);
  EXPECT_EQ(settling.due(), kBegin + Settling::kQuietAfterLoss);
  settling.saw(What::kWriting, "a.yaml", kBegin + 1ms);
  settling.saw(What::kWritten, "a.yaml", kBegin + 2ms);
  EXPECT_EQ(settling.due(), kBegin + 2ms + Settling::kQuiet);
}

}  // namespace
}  // namespace graylane::sources
