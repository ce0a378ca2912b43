#include "daemon/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace graylane::daemon {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Findings::Instant kStart{};

Finding finding(const std::string& message, std::string id = "some-id", uint32_t line = 1) {
  return to_finding({Severity::kWarning, std::move(id), "Ingress default/a", "spec", message, {}, {nullptr, {line, 1}}, {}});
}

std::vector<std::string> texts(const Diagnostics& diagnostics) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics) texts.push_back(diagnostic.message);
  return texts;
}

TEST(Findings, EachIsToldOnce) {
  // Every Pod that starts brings a new table; the same warning with each of them would hide the others.
  Findings findings;
  findings.observe({finding("one"), finding("two")}, kStart);
  EXPECT_THAT(texts(findings.news(kStart)), ElementsAre("one", "two"));
  findings.observe({finding("one"), finding("three"), finding("two")}, kStart);
  EXPECT_THAT(texts(findings.news(kStart)), ElementsAre("three"));
}

TEST(Findings, AMistakeThatIsMadeAgainIsToldAgain) {
  // Somebody mends a typing error and makes it again a day later.
  Findings findings;
  findings.observe({finding("one")}, kStart);
  findings.news(kStart);
  findings.observe({}, kStart);
  findings.observe({finding("one")}, kStart);
  EXPECT_THAT(texts(findings.news(kStart)), ElementsAre("one"));
}

TEST(Findings, AMistakeThatMovesIsNoNewOne) {
  // A comment above it moves every line below.
  Findings findings;
  findings.observe({finding("one", "some-id", 5)}, kStart);
  findings.news(kStart);
  findings.observe({finding("one", "some-id", 6)}, kStart);
  EXPECT_THAT(findings.news(kStart), IsEmpty());
}

TEST(Findings, WhatPassesByItselfIsWaitedFor) {
  // Pods take a moment to start, each from its own time on.
  Findings findings;
  findings.observe({finding("one", "service-not-ready")}, kStart);
  EXPECT_THAT(findings.news(kStart), IsEmpty());
  EXPECT_EQ(findings.due(), kStart + seconds(5));
  findings.observe({finding("one", "service-not-ready"), finding("two", "service-not-ready")}, kStart + seconds(4));
  EXPECT_THAT(texts(findings.news(kStart + seconds(5))), ElementsAre("one"));
  EXPECT_EQ(findings.due(), kStart + seconds(9));
  findings.observe({}, kStart + seconds(6));
  EXPECT_EQ(findings.due(), std::nullopt);
}

}  // namespace
}  // namespace graylane::daemon
