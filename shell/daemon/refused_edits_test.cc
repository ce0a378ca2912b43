#include "daemon/refused_edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace graylane::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Diagnostic finding(Severity severity, const std::string& message, uint32_t line = 1,
                   const std::string& object = "Ingress default/a") {
  return {severity, "some-id", object, {}, message, {}, {std::make_shared<const std::string>("a.yaml"), {line, 1}}, {}};
}
Diagnostic error(const std::string& message) { return finding(Severity::kError, message); }
Diagnostic warning(const std::string& message) { return finding(Severity::kWarning, message); }

std::vector<std::string> messages(const Diagnostics& diagnostics) {
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : diagnostics) messages.push_back(diagnostic.message);
  return messages;
}

TEST(RefusedEdits, EachSaveTellsWhatIsNewAndWhatIsMended) {
  // Twenty old warnings before every new error are why people stop reading.
  RefusedEdits edits;
  const Diagnostics in_force = {warning("old")};
  const Rejection first = edits.judge({error("x"), warning("old"), error("y"), warning("new")}, in_force);
  EXPECT_THAT(messages(first.news), ElementsAre("x", "y", "new"));
  EXPECT_THAT(first.mended, IsEmpty());
  EXPECT_EQ(first.errors_told_before, 0u);
  const Rejection second = edits.judge({error("y"), warning("old"), error("z"), warning("new")}, in_force);
  EXPECT_THAT(messages(second.news), ElementsAre("z"));
  EXPECT_THAT(messages(second.mended), ElementsAre("x"));
  EXPECT_EQ(second.errors_told_before, 1u);
  const Rejection third = edits.judge({error("y"), error("z")}, in_force);
  EXPECT_THAT(third.news, IsEmpty());
  EXPECT_THAT(third.mended, IsEmpty()) << "a warning of what was never in force";
  EXPECT_EQ(third.errors_told_before, 2u);
}

TEST(RefusedEdits, WhatComesAgainIsNews) {
  // Mended, and then the same mistake once more: the reader has forgotten it.
  RefusedEdits edits;
  edits.judge({error("x"), error("y")}, {});
  edits.judge({error("y")}, {});
  EXPECT_THAT(messages(edits.judge({error("x"), error("y")}, {}).news), ElementsAre("x"));
  edits.forget();
  EXPECT_THAT(messages(edits.judge({error("x"), error("y")}, {}).news), ElementsAre("x", "y"));
}

TEST(RefusedEdits, AnErrorOfWhatIsInForceIsToldAllTheSame) {
  // It is why this edit is refused, whatever was said at the first load.
  RefusedEdits edits;
  EXPECT_THAT(messages(edits.judge({error("x")}, {error("x")}).news), ElementsAre("x"));
}

TEST(RefusedEdits, TheSameMistakeInAnotherLineOfAFileIsAnotherOne) {
  // A file that cannot be parsed has no objects to tell them apart.
  RefusedEdits edits;
  edits.judge({finding(Severity::kError, "bad", 3, "")}, {});
  const Rejection next = edits.judge({finding(Severity::kError, "bad", 7, "")}, {});
  EXPECT_EQ(next.news.size(), 1u);
  EXPECT_EQ(next.mended.size(), 1u);
}

}  // namespace
}  // namespace graylane::daemon
