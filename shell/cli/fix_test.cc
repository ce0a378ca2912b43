#include "cli/fix.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace graylane::cli {
namespace {

Diagnostic finding(std::string file, std::vector<TextEdit> edits) {
  Diagnostic diagnostic;
  diagnostic.where.file = std::make_shared<const std::string>(std::move(file));
  diagnostic.edits = std::move(edits);
  return diagnostic;
}

TEST(Fixable, OfFindingsOnTheSameLinesTheFirstIsTaken) {
  // Two edits of one line have no certain order; the second one is found again in the next round, on the mended text.
  const Diagnostics findings = {finding("a", {{3, 5, "x\n"}}), finding("a", {{4, 4, "y\n"}}), finding("a", {{5, 6, "z\n"}}),
                                finding("a", {{3, 5, "x\n"}}), finding("b", {{3, 5, "x\n"}}), finding("a", {})};
  const auto work = fixable(findings);
  ASSERT_EQ(work.at("a").size(), 2u);
  EXPECT_EQ(work.at("a")[1].edits[0].first_line, 5u);
  EXPECT_EQ(work.at("b").size(), 1u);
}

TEST(Fixable, AFindingIsTakenWholeOrNotAtAll) {
  // Half of a fix may be worse than the mistake.
  const Diagnostics findings = {finding("a", {{1, 2, "x\n"}}), finding("a", {{1, 2, "y\n"}, {9, 10, "z\n"}})};
  EXPECT_EQ(fixable(findings).at("a").size(), 1u);
}

class FixTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  Fixed fixed() {
    auto offline = daemon::Offline::open(folder_);
    EXPECT_TRUE(offline);
    auto result = fix(std::move(*offline), {});
    EXPECT_TRUE(result);
    return std::move(*result);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("graylane-fix-test-" + std::to_string(getpid()));
};

constexpr auto kAnnotationBeside = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: canary
  annotations:
  nginx.ingress.kubernetes.io/canary: "true"
spec:
  rules:
  - host: a.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
)";

TEST_F(FixTest, MendsAnnotationsThatStandBesideTheirKey) {
  // The mistake of a guide that many people copied; the API server drops such keys without a word.
  write("a.yaml", kAnnotationBeside);
  const Fixed result = fixed();
  ASSERT_EQ(result.files.size(), 1u);
  const FixedFile& file = result.files.begin()->second;
  EXPECT_EQ(file.before, kAnnotationBeside);
  EXPECT_NE(file.after.find("  annotations:\n    nginx.ingress.kubernetes.io/canary: \"true\"\nspec:"), std::string::npos)
      << file.after;
  EXPECT_FALSE(has_errors(result.left));
}

TEST_F(FixTest, AMistakeBehindAnotherIsMendedToo) {
  // Two manifests without a separator hide what is wrong in the second one.
  write("a.yaml",
        std::string(kAnnotationBeside) +
            std::string(kAnnotationBeside).replace(std::string(kAnnotationBeside).find("name: canary"), 12, "name: second"));
  const Fixed result = fixed();
  EXPECT_FALSE(has_errors(result.left)) << to_string(result.left.front());
  ASSERT_EQ(result.files.size(), 1u);
  EXPECT_NE(result.files.begin()->second.after.find("\n---\n"), std::string::npos);
}

TEST_F(FixTest, TouchesNothingOnTheDisk) {
  // --dry-run promises it.
  write("a.yaml", kAnnotationBeside);
  fixed();
  std::ifstream file(folder_ / "a.yaml");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), kAnnotationBeside);
}

}  // namespace
}  // namespace graylane::cli
