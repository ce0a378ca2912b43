#include <gtest/gtest.h>

#include "api/manifest.h"
#include "api/source_text.h"

namespace graylane::api {
namespace {

constexpr std::string_view kHead = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n";
constexpr std::string_view kTail = "data: {}\n";

std::string with_metadata(const std::string& metadata) { return std::string(kHead) + metadata + std::string(kTail); }

/// The metadata with the fix applied; the id of the error when there is no certain fix.
std::string fixed(const std::string& metadata) {
  std::string text = with_metadata(metadata);
  Manifest m = read_manifest(text, nullptr);
  EXPECT_TRUE(m.objects.empty());
  if (m.diagnostics.empty()) return "no error";
  const Diagnostic& d = m.diagnostics[0];
  if (d.edits.empty()) return d.id;
  text = apply_edits(text, d.edits);
  EXPECT_TRUE(read_manifest(text, nullptr).diagnostics.empty()) << text;
  return text.substr(kHead.size(), text.size() - kHead.size() - kTail.size());
}

constexpr const char* kNoFix = "annotation-outside-annotations";

TEST(MisplacedAnnotations, ExactlyTheirLinesAreIndented) {
  // The fix is applied without asking.
  EXPECT_EQ(fixed("  annotations:\n  a.b/c: x\n  a.b/d: z\n  name: one\n"),
            "  annotations:\n    a.b/c: x\n    a.b/d: z\n  name: one\n");
  EXPECT_EQ(fixed("  name: one\n  annotations: # mine\n\n  # one\n  a.b/c: x\n  plain: z\n  # not ours\n"),
            "  name: one\n  annotations: # mine\n\n    # one\n    a.b/c: x\n    plain: z\n  # not ours\n");
}

TEST(MisplacedAnnotations, ValuesOfSeveralLinesMoveAsAWhole) {
  // Snippets are written as blocks.
  EXPECT_EQ(fixed("  name: one\n  annotations:\n  a.b/c: |\n    # x\n\n    y\n"),
            "  name: one\n  annotations:\n    a.b/c: |\n      # x\n\n      y\n");
}

TEST(MisplacedAnnotations, AMissingAnnotationsLineIsAdded) {
  // Then the keys stand under metadata as if they were fields.
  EXPECT_EQ(fixed("  a.b/c: x\n  name: one\n"), "  annotations:\n    a.b/c: x\n  name: one\n");
}

TEST(MisplacedAnnotations, LabelsGoUnderLabels) {
  // An empty `labels:` right before the keys says what they are.
  EXPECT_EQ(fixed("  name: one\n  labels:\n  a.b/c: x\n"), "  name: one\n  labels:\n    a.b/c: x\n");
}

TEST(MisplacedAnnotations, TheLastOnesJoinThoseThatAreRight) {
  // One line that lost its indentation.
  EXPECT_EQ(fixed("  name: one\n  annotations:\n      a.b/c: x\n  a.b/d: z\n"),
            "  name: one\n  annotations:\n      a.b/c: x\n      a.b/d: z\n");
}

TEST(MisplacedAnnotations, WhereItIsNotCertainNothingIsEdited) {
  // A wrong automatic edit is worse than none.
  EXPECT_EQ(fixed("  a.b/c: x\n  name: one\n  annotations:\n"), kNoFix);
  EXPECT_EQ(fixed("  annotations:\n  a.b/c: x\n  name: one\n  a.b/d: x\n"), kNoFix);
  EXPECT_EQ(fixed("  name: one\n  annotations: {}\n  a.b/c: x\n"), kNoFix);
  EXPECT_EQ(fixed("  {name: one, a.b/c: x}\n"), kNoFix);
  EXPECT_EQ(fixed("  name: one\n  annotations:\n  a.b/c: [x]\n"), kNoFix);
}

}  // namespace
}  // namespace graylane::api
