#include "api/text_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace graylane::api {
namespace {

TEST(TextRules, NamesAreDns1123) {
  // A name that Kubernetes takes and we refuse, or the other way round, is a manifest that works in one place only.
  for (const char* good : {"a", "a.b", "a-b.c9", "0a"}) EXPECT_TRUE(is_dns_subdomain(good)) << good;
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "-a", "a-", "a-.b", "a.-b", "A", "a_b", "ä"})
    EXPECT_FALSE(is_dns_subdomain(bad)) << bad;
  EXPECT_TRUE(is_dns_subdomain(std::string(253, 'a')));
  EXPECT_FALSE(is_dns_subdomain(std::string(254, 'a')));
  EXPECT_FALSE(is_dns_label("a.b"));
  EXPECT_FALSE(is_dns_label(std::string(64, 'a')));
}

TEST(TextRules, HostsMayBeginWithOneWildcard) {
  // "*" alone and "*.*.x" are common mistakes.
  EXPECT_TRUE(is_host_pattern("*.example.com"));
  EXPECT_TRUE(is_host_pattern("example.com"));
  for (const char* bad : {"*", "*.", "*.*.com", "a.*.com", "*a.com"}) EXPECT_FALSE(is_host_pattern(bad)) << bad;
}

TEST(TextRules, QualifiedNamesHaveAtMostOnePrefix) {
  // The keys of annotations and labels.
  EXPECT_TRUE(is_qualified_name("nginx.ingress.kubernetes.io/canary-by-header"));
  EXPECT_TRUE(is_qualified_name("App_1.x"));
  for (const char* bad : {"", "a/b/c", "/b", "a/", "A.b/c", "a b"}) EXPECT_FALSE(is_qualified_name(bad)) << bad;
}

TEST(TextRules, PortNamesHaveALetter) {
  // A port that is all digits would be a number.
  EXPECT_TRUE(is_port_name("http-2"));
  for (const char* bad : {"", "80", "a--b", "-a", "abcdefghijklmnop", "HTTP"}) EXPECT_FALSE(is_port_name(bad)) << bad;
}

TEST(TextRules, QuantitiesHaveASuffixOrAnExponent) {
  // Limits of containers.
  for (const char* good : {"1", "100m", "1.5Gi", ".5", "2e3", "-1", "1E"}) EXPECT_TRUE(is_quantity(good)) << good;
  for (const char* bad : {"", "Gi", "1gb", "1 Gi", "1e", "0x1"}) EXPECT_FALSE(is_quantity(bad)) << bad;
}

TEST(TextRules, TimesAreRfc3339) {
  // Ages decide between Ingresses that claim the same path.
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2024-02-29T12:00:00.25+08:00"), 1709179200);
  for (const char* bad :
       {"", "2024-02-30T00:00:00Z", "2024-01-01", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00Zx"})
    EXPECT_FALSE(parse_time(bad)) << bad;
  for (const int64_t time : {int64_t{0}, int64_t{1709179200}, int64_t{4102444799}})
    EXPECT_EQ(parse_time(format_time(time)), time);
  EXPECT_EQ(format_time(1709179200), "2024-02-29T04:00:00Z");
}

TEST(TextRules, Base64NeedsItsPadding) {
  // Data of Secrets.
  EXPECT_TRUE(is_base64("aGVsbG8="));
  EXPECT_TRUE(is_base64("aGVs\nbG8=\n"));
  for (const char* bad : {"aGVsbG8", "aGV=bG8=", "aG*s", "===="}) EXPECT_FALSE(is_base64(bad)) << bad;
}

}  // namespace
}  // namespace graylane::api
