#include "dialect/ingress_nginx/annotation_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {
namespace {

TEST(AnnotationTable, FindsTheFirstAndTheLastName) {
  // The table is searched by halves: a name out of order would be unknown.
  for (const char* name :
       {"affinity", "canary", "canary-weight", "configuration-snippet", "rewrite-target", "use-regex", "x-forwarded-prefix"}) {
    ASSERT_NE(find_annotation(name), nullptr) << name;
    EXPECT_EQ(find_annotation(name)->name, name);
  }
  EXPECT_EQ(find_annotation("canary-weights"), nullptr);
  EXPECT_EQ(find_annotation(""), nullptr);
}

TEST(AnnotationTable, KnowsEveryNameOfTheLastRelease) {
  // An annotation that is not in the table would be called unknown, and a protection among them would be open.
  const std::vector<std::string> names = {"rewrite-target",
                                          "use-regex",
                                          "app-root",
                                          "ssl-redirect",
                                          "force-ssl-redirect",
                                          "permanent-redirect",
                                          "permanent-redirect-code",
                                          "temporal-redirect",
                                          "temporal-redirect-code",
                                          "from-to-www-redirect",
                                          "server-alias",
                                          "upstream-vhost",
                                          "x-forwarded-prefix",
                                          "backend-protocol",
                                          "proxy-body-size",
                                          "proxy-connect-timeout",
                                          "proxy-read-timeout",
                                          "proxy-send-timeout",
                                          "proxy-next-upstream",
                                          "proxy-next-upstream-timeout",
                                          "proxy-next-upstream-tries",
                                          "proxy-buffering",
                                          "proxy-request-buffering",
                                          "proxy-buffer-size",
                                          "proxy-buffers-number",
                                          "proxy-http-version",
                                          "client-body-buffer-size",
                                          "proxy-redirect-from",
                                          "proxy-redirect-to",
                                          "proxy-cookie-domain",
                                          "proxy-cookie-path",
                                          "default-backend",
                                          "custom-http-errors",
                                          "enable-cors",
                                          "cors-allow-origin",
                                          "cors-allow-methods",
                                          "cors-allow-headers",
                                          "cors-allow-credentials",
                                          "cors-expose-headers",
                                          "cors-max-age",
                                          "whitelist-source-range",
                                          "allowlist-source-range",
                                          "denylist-source-range",
                                          "auth-type",
                                          "auth-secret",
                                          "auth-secret-type",
                                          "auth-realm",
                                          "satisfy",
                                          "auth-url",
                                          "auth-signin",
                                          "auth-signin-redirect-param",
                                          "auth-method",
                                          "auth-response-headers",
                                          "auth-tls-secret",
                                          "auth-tls-verify-client",
                                          "auth-tls-pass-certificate-to-upstream",
                                          "limit-rps",
                                          "limit-rpm",
                                          "limit-connections",
                                          "limit-burst-multiplier",
                                          "limit-whitelist",
                                          "limit-allowlist",
                                          "affinity",
                                          "affinity-mode",
                                          "session-cookie-name",
                                          "session-cookie-path",
                                          "session-cookie-domain",
                                          "session-cookie-expires",
                                          "session-cookie-max-age",
                                          "session-cookie-samesite",
                                          "session-cookie-secure",
                                          "session-cookie-change-on-failure",
                                          "upstream-hash-by",
                                          "load-balance",
                                          "service-upstream",
                                          "ssl-passthrough",
                                          "enable-access-log",
                                          "canary",
                                          "canary-weight",
                                          "canary-weight-total",
                                          "canary-by-header",
                                          "canary-by-header-value",
                                          "canary-by-header-pattern",
                                          "canary-by-cookie",
                                          "affinity-canary-behavior",
                                          "preserve-trailing-slash",
                                          "use-port-in-redirects",
                                          "relative-redirects",
                                          "connection-proxy-header",
                                          "custom-headers",
                                          "disable-proxy-intercept-errors",
                                          "session-cookie-conditional-samesite-none",
                                          "upstream-hash-by-subset",
                                          "upstream-hash-by-subset-size",
                                          "mirror-target",
                                          "mirror-host",
                                          "mirror-request-body",
                                          "limit-rate",
                                          "limit-rate-after",
                                          "proxy-busy-buffers-size",
                                          "proxy-max-temp-file-size",
                                          "auth-proxy-set-headers",
                                          "auth-request-redirect",
                                          "auth-cache-key",
                                          "auth-cache-duration",
                                          "auth-always-set-cookie",
                                          "auth-keepalive",
                                          "auth-keepalive-requests",
                                          "auth-keepalive-timeout",
                                          "auth-keepalive-share-vars",
                                          "enable-global-auth",
                                          "auth-tls-verify-depth",
                                          "auth-tls-match-cn",
                                          "auth-tls-error-page",
                                          "proxy-ssl-secret",
                                          "proxy-ssl-verify",
                                          "proxy-ssl-verify-depth",
                                          "proxy-ssl-ciphers",
                                          "proxy-ssl-protocols",
                                          "proxy-ssl-name",
                                          "proxy-ssl-server-name",
                                          "ssl-ciphers",
                                          "ssl-prefer-server-ciphers",
                                          "fastcgi-index",
                                          "fastcgi-params-configmap",
                                          "enable-opentelemetry",
                                          "opentelemetry-operation-name",
                                          "opentelemetry-trust-incoming-span",
                                          "enable-rewrite-log",
                                          "http2-push-preload",
                                          "enable-modsecurity",
                                          "enable-owasp-core-rules",
                                          "modsecurity-transaction-id",
                                          "configuration-snippet",
                                          "server-snippet",
                                          "auth-snippet",
                                          "modsecurity-snippet",
                                          "stream-snippet"};
  for (const std::string& name : names) EXPECT_NE(find_annotation(name), nullptr) << name;
}

TEST(AnnotationTable, RisksAreThoseOfTheLastRelease) {
  // annotations-risk-level drops whole Ingresses by them.
  for (const char* name : {"server-alias", "auth-url", "auth-signin", "upstream-hash-by", "mirror-target", "mirror-host",
                           "auth-tls-match-cn", "auth-tls-error-page", "proxy-ssl-name", "modsecurity-transaction-id"}) {
    EXPECT_EQ(find_annotation(name)->risk, Risk::kHigh) << name;
  }
  for (const char* name : {"configuration-snippet", "server-snippet", "auth-snippet", "modsecurity-snippet", "stream-snippet"})
    EXPECT_EQ(find_annotation(name)->risk, Risk::kCritical) << name;
  EXPECT_EQ(find_annotation("canary-weight")->risk, Risk::kLow);
  EXPECT_EQ(find_annotation("canary-by-header")->risk, Risk::kMedium);
}

TEST(AnnotationTable, SuggestsWhatWasMeant) {
  // A misspelt annotation does nothing, silently; the suggestion is the fix.
  EXPECT_EQ(similar_annotation("canary-wieght"), "canary-weight");
  EXPECT_EQ(similar_annotation("rewrite-targets"), "rewrite-target");
  EXPECT_EQ(similar_annotation("something-else-entirely"), "");
  EXPECT_EQ(similar_annotation(std::string(10'000, 'x')), "");
  EXPECT_TRUE(is_similar_prefix("ingress.kubernetes.io/"));
  EXPECT_TRUE(is_similar_prefix("nginx.ingress.kubernets.io/"));
  EXPECT_FALSE(is_similar_prefix("traefik.ingress.kubernetes.io/"));
  EXPECT_FALSE(is_similar_prefix("example.com/"));
  EXPECT_FALSE(gone_annotation("secure-backends").empty());
  EXPECT_TRUE(gone_annotation("canary").empty());
}

struct Value {
  Check check;
  const char* text;
  bool valid;
};

TEST(AnnotationTable, ChecksAcceptExactlyTheOriginalsCharacters) {
  // Each refusal changes routes, so one character too many or too few is a different answer.
  const std::vector<Value> values = {
      {Check::kBool, "T", true},
      {Check::kBool, "tRuE", false},
      {Check::kBool, " true", false},
      {Check::kBool, "true\n", false},
      {Check::kBool, "0", true},
      {Check::kInt, "+50", true},
      {Check::kInt, "050", true},
      {Check::kInt, "+-5", false},
      {Check::kInt, "50.0", false},
      {Check::kInt, "0x32", false},
      {Check::kInt, "5_0", false},
      {Check::kInt, "9223372036854775808", false},
      {Check::kBasic, "a b", true},
      {Check::kBasic, "a,b", false},
      {Check::kBasic, "a=b", false},
      {Check::kBasic, "a\xc3\xa9", false},
      {Check::kRegex, "^(a|b)+\\d$", true},
      {Check::kRegex, "a{1,3}", false},
      {Check::kRegex, "(?!x)", false},
      {Check::kRegex, " a", false},
      {Check::kPath, "/$2", true},
      {Check::kPath, "/a?b", false},
      {Check::kUrl, "https://a/b?c=d", true},
      {Check::kUrl, "https://$host", false},
      {Check::kUrlVariable, "https://$host/", true},
      {Check::kSize, "8m", true},
      {Check::kSize, "8mb", false},
      {Check::kSize, "8Mi", false},
      {Check::kSize, "-1", false},
      {Check::kSize, "m", false},
      {Check::kCidrs, "10.0.0.0/8, ::1", true},
      {Check::kCidrs, "10.0.0.0/33", false},
      {Check::kCidrs, "x", false},
      {Check::kServiceName, "web-1", true},
      {Check::kServiceName, "Web", false},
      {Check::kCodes, "404,503", true},
      {Check::kCodes, "200", false},
      {Check::kLoadBalance, "ip_hash", false},
      {Check::kLoadBalance, "ewma", true},
      {Check::kAuthType, "Basic", false},
  };
  for (const Value& value : values)
    EXPECT_EQ(is_valid(value.check, value.text), value.valid) << description(value.check) << ": " << value.text;
}

TEST(Scalars, ReadAsGoReadsThem) {
  // Numbers and sizes decide weights and limits; an overflow is no number.
  EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse_int("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_int(""), std::nullopt);
  EXPECT_EQ(parse_int("+"), std::nullopt);
  EXPECT_EQ(parse_size("8M"), 8U << 20);
  EXPECT_EQ(parse_size("9223372036854775807g"), std::nullopt);
  EXPECT_EQ(parse_bool("True"), true);
  EXPECT_EQ(parse_bool("yes"), std::nullopt);
  EXPECT_EQ(one_line("a\nb\x1b[0m"), "a\\nb\\x1b[0m");
  EXPECT_EQ(split_list(" a, ,b,"), (std::vector<std::string_view>{"a", "b"}));
}

}  // namespace
}  // namespace graylane::ingress_nginx
