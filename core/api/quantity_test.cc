#include "api/quantity.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace graylane::api {
namespace {

std::string canonical(std::string_view text) {
  const auto quantity = parse_quantity(text);
  return quantity ? canonical_text(*quantity) : "none";
}

TEST(Quantity, CanonicalTextIsTheOneOfKubernetes) {
  // People read these back, and hashes are made of them. The right column is what k8s.io/apimachinery v0.36.3 writes.
  const std::vector<std::pair<std::string, std::string>> texts = {{"0", "0"},
                                                                  {"1", "1"},
                                                                  {"100m", "100m"},
                                                                  {"1.5", "1500m"},
                                                                  {"0.5", "500m"},
                                                                  {"1000m", "1"},
                                                                  {"1000", "1k"},
                                                                  {"1500", "1500"},
                                                                  {"12000", "12k"},
                                                                  {"2Gi", "2Gi"},
                                                                  {"8Gi", "8Gi"},
                                                                  {"1.5Gi", "1536Mi"},
                                                                  {"187.5Ki", "192000"},
                                                                  {"1.0001Ki", "1024102400u"},
                                                                  {"0.5Ki", "512"},
                                                                  {"1Ki", "1Ki"},
                                                                  {"1023Ki", "1023Ki"},
                                                                  {"1024Ki", "1Mi"},
                                                                  {"1025Mi", "1025Mi"},
                                                                  {"1000Gi", "1000Gi"},
                                                                  {"100Ti", "100Ti"},
                                                                  {"1Pi", "1Pi"},
                                                                  {"4Ei", "4Ei"},
                                                                  {"8Ei", "9223372036854775807"},
                                                                  {"2e3", "2e3"},
                                                                  {"1E6", "1E6"},
                                                                  {"1e-3", "1e-3"},
                                                                  {"12e1", "120"},
                                                                  {"1E", "1E"},
                                                                  {"1T", "1T"},
                                                                  {"1000E", "1"},
                                                                  {"+1", "+1"},
                                                                  {"-1", "-1"},
                                                                  {"-2Gi", "-2Gi"},
                                                                  {"-1.5", "-1500m"},
                                                                  {"-0", "0"},
                                                                  {"007", "007"},
                                                                  {".5", "500m"},
                                                                  {"1.", "1."},
                                                                  {"1.10", "1100m"},
                                                                  {"0m", "0"},
                                                                  {"0.0", "0"},
                                                                  {"0Ki", "0"},
                                                                  {"0.1m", "100u"},
                                                                  {"0.1n", "1n"},
                                                                  {"1u", "1u"},
                                                                  {"1n", "1n"},
                                                                  {"1.0000000001", "1000000001n"},
                                                                  {"123456789012345678", "123456789012345678"},
                                                                  {"1234567890123456789", "1234567890123456789"},
                                                                  {"12345678901234567890", "12345678901234567890"},
                                                                  {"1e19", "10e18"},
                                                                  {"1e30", "1e30"},
                                                                  {"-12345678901234567890Ki", "-9223372036854775807"},
                                                                  {"999999999999999999.999", "999999999999999999999m"},
                                                                  {"3.000", "3"},
                                                                  {"1e-12", "1e-9"}};
  for (const auto& [text, expected] : texts) EXPECT_EQ(canonical(text), expected) << text;
}

TEST(Quantity, HoldsTheAmountAsKubernetesDoes) {
  // Which of its two forms Kubernetes takes for a number shows in the hash of a Pod template.
  const auto small = *parse_quantity("-1500m");
  EXPECT_FALSE(small.is_wide);
  EXPECT_TRUE(small.negative);
  EXPECT_EQ(small.magnitude, std::vector<uint64_t>{1500});
  EXPECT_EQ(small.exponent, -3);
  EXPECT_EQ(small.as_written, "-1500m");
  const auto wide = *parse_quantity("100Ti");  // 100 * 2^40 * 10^9 parts of 10^-9
  EXPECT_TRUE(wide.is_wide);
  EXPECT_EQ(wide.magnitude, (std::vector<uint64_t>{8568098291072368640U, 5960U}));
  EXPECT_EQ(wide.exponent, -9);
  EXPECT_EQ(wide.notation, Quantity::Notation::kBinary);
  EXPECT_TRUE(parse_quantity("0")->magnitude.empty());
}

TEST(Quantity, AmountsAreComparedWhateverTheirNotation) {
  // A request of 1.5 CPUs is over a limit of 1200m.
  const auto order = [](const char* a, const char* b) { return compare(*parse_quantity(a), *parse_quantity(b)); };
  EXPECT_GT(order("1.5", "1200m"), 0);
  EXPECT_EQ(order("1Gi", "1073741824"), 0);
  EXPECT_LT(order("-2", "-1"), 0);
  EXPECT_LT(order("-1", "0"), 0);
  EXPECT_EQ(order("0", "0m"), 0);
  EXPECT_LT(order("1e1000", "2e1000"), 0);
  EXPECT_GT(order("1Ei", "1000P"), 0);
  EXPECT_TRUE(is_whole(*parse_quantity("1000m")) && is_whole(*parse_quantity("2Gi")) && is_whole(*parse_quantity("0")));
  EXPECT_FALSE(is_whole(*parse_quantity("0.5")) || is_whole(*parse_quantity("1.1Ki")));
}

TEST(Quantity, WhatIsNoneOrOverTheLimitsIsRefused) {
  // A text from outside must cost neither time nor memory that grows with its exponent.
  for (const char* text : {"", "Gi", "1gb", "1 Gi", "1e", "--1", "1e1001", "1e-1001", "1e99999999999"}) {
    EXPECT_EQ(canonical(text), "none") << text;
  }
  EXPECT_EQ(canonical(std::string(257, '1')), "none");
  EXPECT_NE(canonical(std::string(256, '1')), "none");
  EXPECT_EQ(canonical("1e1000"), "10e999");
  EXPECT_EQ(canonical("1234567890123456789e-1000"), "1e-9");
}

}  // namespace
}  // namespace graylane::api
