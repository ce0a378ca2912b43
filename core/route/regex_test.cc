#include "route/regex.h"

#include <gtest/gtest.h>

namespace graylane::route {
namespace {

std::shared_ptr<const Regex> compiled(std::string_view pattern, bool caseless = false) {
  return Regex::compile(pattern, {caseless}).value();
}

RegexOutcome search(std::string_view pattern, std::string_view subject) {
  RegexScratch scratch;
  return compiled(pattern)->search(subject, scratch);
}

TEST(Regex, SpeaksPcre) {
  // Manifests were written for nginx; look-arounds, possessive quantifiers and back-references are in use.
  EXPECT_EQ(search("(?i)CANARY", "x-canary"), RegexOutcome::kMatch);
  EXPECT_EQ(search("^(?!beta)", "beta-1"), RegexOutcome::kNoMatch);
  EXPECT_EQ(search("(a)\\1", "aa"), RegexOutcome::kMatch);
  EXPECT_EQ(search("a++b", "aaab"), RegexOutcome::kMatch);
  EXPECT_EQ(search("^[[:digit:]]+\\x41$", "12A"), RegexOutcome::kMatch);
  EXPECT_EQ(search("canary", "Canary"), RegexOutcome::kNoMatch);
}

TEST(Regex, SeesBytes) {
  // nginx runs without UTF mode: "." is one byte, and bytes that are no UTF-8 are no error.
  EXPECT_EQ(search("^.$", "\xc3\xa9"), RegexOutcome::kNoMatch);
  EXPECT_EQ(search("^..$", "\xc3\xa9"), RegexOutcome::kMatch);
  EXPECT_EQ(search("\\xff$", "\xff"), RegexOutcome::kMatch);
}

TEST(Regex, AnEmptySubjectIsASubject) {
  // A header that is there and empty is matched.
  EXPECT_EQ(search("^$", ""), RegexOutcome::kMatch);
  EXPECT_EQ(search("^$", std::string_view()), RegexOutcome::kMatch);
  EXPECT_EQ(search(".", ""), RegexOutcome::kNoMatch);
}

TEST(Regex, CapturesAreKeptUntilTheNextMatch) {
  // $1..$9 of a rewrite come from here; a group of an earlier match must not show through.
  RegexScratch scratch;
  ASSERT_EQ(compiled("^/(\\w+)(?:/(\\w+))?")->search("/a/b", scratch), RegexOutcome::kMatch);
  EXPECT_EQ(scratch.captures()[0], "/a/b");
  EXPECT_EQ(scratch.captures()[1], "a");
  EXPECT_EQ(scratch.captures()[2], "b");
  ASSERT_EQ(compiled("^/(\\w+)(?:/(\\w+))?")->search("/c", scratch), RegexOutcome::kMatch);
  EXPECT_EQ(scratch.captures()[1], "c");
  EXPECT_EQ(scratch.captures()[2], "");
  EXPECT_EQ(scratch.captures()[9], "");
}

TEST(Regex, MoreGroupsThanAreKeptAreNoError) {
  // nginx has $1..$9 only.
  RegexScratch scratch;
  ASSERT_EQ(compiled("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)")->search("abcdefghijk", scratch), RegexOutcome::kMatch);
  EXPECT_EQ(scratch.captures()[9], "i");
}

TEST(Regex, AMatchEndsAtItsLimit) {
  // One header must not stop a worker: the classic evil expression ends with an error instead.
  EXPECT_EQ(search("^(a+)+$", std::string(60, 'a') + "!"), RegexOutcome::kError);
}

TEST(Regex, AnExpressionThatDoesNotCompileSaysWhere) {
  // The message goes to the author of the manifest.
  const auto failed = Regex::compile("a(b", {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(failed.error().what, "regular expression does not compile: missing closing parenthesis at offset 3 of \"a(b\"");
}

TEST(Regex, ALongExpressionIsRefused) {
  // Finite limits for every input.
  EXPECT_TRUE(Regex::compile(std::string(kRegexPatternBytesMax, 'a'), {}));
  const auto failed = Regex::compile(std::string(kRegexPatternBytesMax + 1, 'a'), {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace graylane::route
