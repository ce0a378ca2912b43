#include "dialect/ingress_nginx/annotation_table.h"

#include <algorithm>
#include <array>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

using enum Risk;
using enum OnInvalid;
using enum Check;
using enum Support;

// clang-format off
constexpr auto kAnnotations = std::to_array<AnnotationSpec>({
  {"affinity", kLow, kIgnore, kAnything, kApplied},
  {"affinity-canary-behavior", kLow, kIgnore, kAnything, kApplied},
  {"affinity-mode", kMedium, kIgnore, kAnything, kApplied},
  {"allowlist-source-range", kMedium, kDeny, kCidrs, kApplied},
  {"app-root", kMedium, kIgnore, kPath, kApplied},
  {"auth-always-set-cookie", kLow, kIgnore, kBool, kInert},
  {"auth-cache-duration", kMedium, kIgnore, kAnything, kInert},
  {"auth-cache-key", kMedium, kIgnore, kAnything, kInert},
  {"auth-keepalive", kLow, kIgnore, kInt, kInert},
  {"auth-keepalive-requests", kLow, kIgnore, kInt, kInert},
  {"auth-keepalive-share-vars", kLow, kIgnore, kBool, kInert},
  {"auth-keepalive-timeout", kLow, kIgnore, kInt, kInert},
  {"auth-method", kLow, kDeny, kBasic, kInert},
  {"auth-proxy-set-headers", kMedium, kIgnore, kBasic, kNotYet},
  {"auth-realm", kMedium, kDrop, kBasic, kInert},
  {"auth-request-redirect", kMedium, kIgnore, kUrl, kInert},
  {"auth-response-headers", kMedium, kDeny, kHeaders, kInert},
  {"auth-secret", kMedium, kDeny, kBasic, kApplied},
  {"auth-secret-type", kLow, kDrop, kBasic, kInert},
  {"auth-signin", kHigh, kIgnore, kUrlVariable, kNotYet},
  {"auth-signin-redirect-param", kMedium, kIgnore, kBasic, kInert},
  {"auth-snippet", kCritical, kIgnore, kAnything, kSnippet},
  {"auth-tls-error-page", kHigh, kIgnore, kUrl, kInert},
  {"auth-tls-match-cn", kHigh, kIgnore, kAnything, kInert},
  {"auth-tls-pass-certificate-to-upstream", kLow, kIgnore, kBool, kInert},
  {"auth-tls-secret", kMedium, kDrop, kBasic, kProtection},
  {"auth-tls-verify-client", kMedium, kIgnore, kAnything, kInert},
  {"auth-tls-verify-depth", kLow, kIgnore, kInt, kInert},
  {"auth-type", kLow, kDrop, kAuthType, kProtection},
  {"auth-url", kHigh, kDrop, kUrlVariable, kProtection},
  {"backend-protocol", kLow, kIgnore, kAnything, kNotYet},
  {"canary", kLow, kIgnore, kBool, kApplied},
  {"canary-by-cookie", kMedium, kIgnore, kBasic, kApplied},
  {"canary-by-header", kMedium, kIgnore, kBasic, kApplied},
  {"canary-by-header-pattern", kMedium, kIgnore, kRegex, kApplied},
  {"canary-by-header-value", kMedium, kIgnore, kBasic, kApplied},
  {"canary-weight", kLow, kIgnore, kInt, kApplied},
  {"canary-weight-total", kLow, kIgnore, kInt, kApplied},
  {"client-body-buffer-size", kLow, kDrop, kSize, kInert},
  {"configuration-snippet", kCritical, kIgnore, kAnything, kSnippet},
  {"connection-proxy-header", kLow, kDrop, kBasic, kNotYet},
  {"cors-allow-credentials", kLow, kIgnore, kBool, kInert},
  {"cors-allow-headers", kMedium, kIgnore, kAnything, kInert},
  {"cors-allow-methods", kMedium, kIgnore, kAnything, kInert},
  {"cors-allow-origin", kMedium, kIgnore, kAnything, kInert},
  {"cors-expose-headers", kMedium, kIgnore, kAnything, kInert},
  {"cors-max-age", kLow, kIgnore, kInt, kInert},
  {"custom-headers", kMedium, kIgnore, kBasic, kNotYet},
  {"custom-http-errors", kLow, kDrop, kCodes, kNotYet},
  {"default-backend", kLow, kDrop, kServiceName, kApplied},
  {"denylist-source-range", kMedium, kDeny, kCidrs, kApplied},
  {"disable-proxy-intercept-errors", kLow, kIgnore, kBool, kNotYet},
  {"enable-access-log", kLow, kIgnore, kBool, kNotYet},
  {"enable-cors", kLow, kIgnore, kBool, kNotYet},
  {"enable-global-auth", kLow, kIgnore, kBool, kApplied},
  {"enable-modsecurity", kLow, kIgnore, kBool, kProtection},
  {"enable-opentelemetry", kLow, kIgnore, kBool, kNotYet},
  {"enable-owasp-core-rules", kLow, kIgnore, kBool, kInert},
  {"enable-rewrite-log", kLow, kIgnore, kBool, kInert},
  {"fastcgi-index", kMedium, kDrop, kPath, kNotYet},
  {"fastcgi-params-configmap", kMedium, kDrop, kBasic, kNotYet},
  {"force-ssl-redirect", kMedium, kIgnore, kBool, kApplied},
  {"from-to-www-redirect", kLow, kDrop, kBool, kApplied},
  {"http2-push-preload", kLow, kDrop, kBool, kInert},
  {"limit-allowlist", kLow, kDrop, kCidrs, kInert},
  {"limit-burst-multiplier", kLow, kIgnore, kInt, kInert},
  {"limit-connections", kLow, kDrop, kInt, kNotYet},
  {"limit-rate", kLow, kIgnore, kInt, kNotYet},
  {"limit-rate-after", kLow, kIgnore, kInt, kInert},
  {"limit-rpm", kLow, kDrop, kInt, kNotYet},
  {"limit-rps", kLow, kDrop, kInt, kNotYet},
  {"limit-whitelist", kLow, kDrop, kCidrs, kInert},
  {"load-balance", kLow, kDrop, kLoadBalance, kApplied},
  {"mirror-host", kHigh, kIgnore, kAnything, kInert},
  {"mirror-request-body", kLow, kIgnore, kAnything, kInert},
  {"mirror-target", kHigh, kIgnore, kAnything, kNotYet},
  {"modsecurity-snippet", kCritical, kIgnore, kAnything, kSnippet},
  {"modsecurity-transaction-id", kHigh, kIgnore, kAnything, kInert},
  {"opentelemetry-operation-name", kMedium, kIgnore, kAnything, kInert},
  {"opentelemetry-trust-incoming-span", kLow, kIgnore, kBool, kInert},
  {"permanent-redirect", kMedium, kDrop, kUrl, kApplied},
  {"permanent-redirect-code", kLow, kDrop, kInt, kApplied},
  {"preserve-trailing-slash", kMedium, kIgnore, kBool, kApplied},
  {"proxy-body-size", kMedium, kIgnore, kSize, kApplied},
  {"proxy-buffer-size", kLow, kIgnore, kSize, kApplied},
  {"proxy-buffering", kLow, kIgnore, kAnything, kInert},
  {"proxy-buffers-number", kLow, kIgnore, kInt, kInert},
  {"proxy-busy-buffers-size", kLow, kIgnore, kSize, kInert},
  {"proxy-connect-timeout", kLow, kIgnore, kInt, kApplied},
  {"proxy-cookie-domain", kMedium, kIgnore, kAnything, kApplied},
  {"proxy-cookie-path", kMedium, kIgnore, kAnything, kApplied},
  {"proxy-http-version", kLow, kIgnore, kAnything, kApplied},
  {"proxy-max-temp-file-size", kLow, kIgnore, kSize, kInert},
  {"proxy-next-upstream", kMedium, kIgnore, kAnything, kApplied},
  {"proxy-next-upstream-timeout", kLow, kIgnore, kInt, kApplied},
  {"proxy-next-upstream-tries", kLow, kIgnore, kInt, kApplied},
  {"proxy-read-timeout", kLow, kIgnore, kInt, kApplied},
  {"proxy-redirect-from", kMedium, kIgnore, kAnything, kApplied},
  {"proxy-redirect-to", kMedium, kIgnore, kAnything, kApplied},
  {"proxy-request-buffering", kLow, kIgnore, kAnything, kInert},
  {"proxy-send-timeout", kLow, kIgnore, kInt, kApplied},
  {"proxy-ssl-ciphers", kMedium, kIgnore, kCiphers, kInert},
  {"proxy-ssl-name", kHigh, kIgnore, kAnything, kInert},
  {"proxy-ssl-protocols", kLow, kIgnore, kAnything, kInert},
  {"proxy-ssl-secret", kMedium, kDrop, kBasic, kApplied},
  {"proxy-ssl-server-name", kLow, kIgnore, kAnything, kInert},
  {"proxy-ssl-verify", kLow, kIgnore, kAnything, kInert},
  {"proxy-ssl-verify-depth", kLow, kIgnore, kInt, kInert},
  {"relative-redirects", kLow, kDrop, kBool, kApplied},
  {"rewrite-target", kMedium, kIgnore, kPath, kApplied},
  {"satisfy", kLow, kIgnore, kAnything, kApplied},
  {"server-alias", kHigh, kDrop, kServerNames, kApplied},
  {"server-snippet", kCritical, kIgnore, kAnything, kSnippet},
  {"service-upstream", kLow, kIgnore, kBool, kApplied},
  {"session-cookie-change-on-failure", kLow, kIgnore, kBool, kApplied},
  {"session-cookie-conditional-samesite-none", kLow, kIgnore, kBool, kApplied},
  {"session-cookie-domain", kMedium, kIgnore, kBasic, kApplied},
  {"session-cookie-expires", kMedium, kIgnore, kInt, kApplied},
  {"session-cookie-max-age", kMedium, kIgnore, kInt, kApplied},
  {"session-cookie-name", kMedium, kIgnore, kBasic, kApplied},
  {"session-cookie-path", kMedium, kIgnore, kPath, kApplied},
  {"session-cookie-samesite", kLow, kIgnore, kAnything, kApplied},
  {"session-cookie-secure", kLow, kIgnore, kBool, kApplied},
  {"ssl-ciphers", kLow, kDrop, kCiphers, kInert},
  {"ssl-passthrough", kLow, kDrop, kBool, kNotYet},
  {"ssl-prefer-server-ciphers", kLow, kIgnore, kBool, kInert},
  {"ssl-redirect", kLow, kIgnore, kBool, kApplied},
  {"stream-snippet", kCritical, kIgnore, kAnything, kSnippet},
  {"temporal-redirect", kMedium, kDrop, kUrl, kApplied},
  {"temporal-redirect-code", kLow, kDrop, kInt, kApplied},
  {"upstream-hash-by", kHigh, kDrop, kVariable, kApplied},
  {"upstream-hash-by-subset", kLow, kDrop, kBool, kApplied},
  {"upstream-hash-by-subset-size", kLow, kDrop, kInt, kApplied},
  {"upstream-vhost", kLow, kDrop, kRegex, kApplied},
  {"use-port-in-redirects", kLow, kIgnore, kBool, kApplied},
  {"use-regex", kLow, kIgnore, kBool, kApplied},
  {"whitelist-source-range", kMedium, kDeny, kCidrs, kApplied},
  {"x-forwarded-prefix", kLow, kDrop, kPath, kApplied},
});

struct Gone {
  std::string_view name;
  std::string_view why;
};
constexpr auto kGone = std::to_array<Gone>({
  {"secure-backends", "it was replaced by backend-protocol: \"HTTPS\""},
  {"secure-upstream", "it was replaced by backend-protocol: \"HTTPS\""},
  {"secure-verify-ca-secret", "it was replaced by proxy-ssl-secret"},
  {"grpc-backend", "it was replaced by backend-protocol: \"GRPC\""},
  {"session-cookie-hash", "the cookie's value is no longer a hash that can be chosen"},
  {"add-base-url", "it was removed; the backend has to know its own path"},
  {"base-url-scheme", "it was removed; the backend has to know its own path"},
  {"enable-opentracing", "it was replaced by enable-opentelemetry"},
  {"opentracing-trust-incoming-span", "it was replaced by opentelemetry-trust-incoming-span"},
  {"enable-influxdb", "it was removed"},
  {"influxdb-host", "it was removed"},
  {"influxdb-port", "it was removed"},
  {"influxdb-measurement", "it was removed"},
  {"influxdb-server-name", "it was removed"},
  {"lua-resty-waf", "it was removed"},
  {"global-rate-limit", "it was removed"},
  {"global-rate-limit-window", "it was removed"},
  {"global-rate-limit-key", "it was removed"},
  {"global-rate-limit-ignored-cidrs", "it was removed"},
  {"enable-websockets", "it never existed: WebSockets work without an annotation"},
  {"websocket-services", "it belongs to another controller: WebSockets work without an annotation"},
  {"use-forwarded-headers", "it is a key of the ConfigMap, not an annotation"},
});
// clang-format on

bool is_basic(char c) { return is_alnum(c) || std::string_view("-._~/:").find(c) != std::string_view::npos; }

bool all(std::string_view value, std::string_view more) {
  return std::ranges::all_of(value, [&](char c) { return is_basic(c) || more.find(c) != std::string_view::npos; });
}

bool only(std::string_view value, std::string_view more) {
  return std::ranges::all_of(value, [&](char c) { return is_alnum(c) || more.find(c) != std::string_view::npos; });
}

constexpr std::string_view kRegexChars = "^$[](){}*+?|&=\\";

bool is_label(std::string_view value) {
  if (value.empty() || value.size() > 63 || value.back() == '-' || value[0] < 'a' || value[0] > 'z') return false;
  return std::ranges::all_of(value, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_size(std::string_view value) {
  if (!value.empty() && std::string_view("kKmMgG").find(value.back()) != std::string_view::npos) value.remove_suffix(1);
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

template <class F>
bool each(std::string_view list, F&& check) {
  return std::ranges::all_of(split_list(list), check);
}

bool is_code(std::string_view text) {
  return text.size() == 3 && text[0] >= '3' && text[0] <= '5' && parse_int(text).has_value();
}

/// Edit distance, for short names.
size_t distance(std::string_view a, std::string_view b) {
  std::array<size_t, 64> row{};
  if (b.size() >= row.size()) return SIZE_MAX;
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const AnnotationSpec* find_annotation(std::string_view name) {
  const auto found = std::ranges::lower_bound(kAnnotations, name, {}, &AnnotationSpec::name);
  return found != kAnnotations.end() && found->name == name ? &*found : nullptr;
}

std::string_view similar_annotation(std::string_view name) {
  if (name.size() > 63) return {};  // as long as a name may be
  const auto closest =
      std::ranges::min_element(kAnnotations, {}, [&](const AnnotationSpec& spec) { return distance(name, spec.name); });
  return distance(name, closest->name) <= std::max<size_t>(2, name.size() / 6) ? closest->name : std::string_view();
}

bool is_similar_prefix(std::string_view prefix) {
  return prefix == "ingress.kubernetes.io/" || prefix == "nginx.kubernetes.io/" ||
         (prefix.size() < 64 && distance(prefix, kAnnotationPrefix) <= 4);
}

std::string_view gone_annotation(std::string_view name) {
  const auto found = std::ranges::find(kGone, name, &Gone::name);
  return found == kGone.end() ? std::string_view() : found->why;
}

bool is_valid(Check check, std::string_view value) {
  switch (check) {
    case kAnything: return true;
    case kBool: return parse_bool(value).has_value();
    case kInt: return parse_int(value).has_value();
    case kBasic: return all(value, " ");
    case kExtended: return all(value, ", ");
    case kRegex: return all(value, kRegexChars);
    case kPath: return all(value, "$");
    case kUrl: return all(value, ",?&=");
    case kUrlVariable: return all(value, ",?&=$ ");
    case kServerNames: return each(value, [](std::string_view item) { return all(item, kRegexChars); });
    case kServiceName: return is_label(value);
    case kSize: return is_size(value);
    case kCidrs: return are_cidrs(value);
    case kVariable: return only(value, "-_${} ");
    case kHeaders: return only(value, "-_, ");
    case kCodes: return each(value, is_code);
    case kCiphers: return only(value, "+:_-!");
    case kLoadBalance: return value == "round_robin" || value == "ewma";
    case kAuthType: return value == "basic" || value == "digest";
  }
  return false;
}

std::string_view description(Check check) {
  switch (check) {
    case kAnything: return "anything";
    case kBool: return "\"true\" or \"false\"";
    case kInt: return "a whole number without blanks or units";
    case kBasic: return "letters, digits and - . _ ~ / :";
    case kExtended: return "letters, digits, blanks and - . _ ~ / : ,";
    case kRegex: return "letters, digits and - . _ ~ / : ^ $ [ ] ( ) { } * + ? | & = \\";
    case kPath: return "letters, digits and - . _ ~ / : $";
    case kUrl: return "letters, digits and - . _ ~ / : , ? & =";
    case kUrlVariable: return "letters, digits, blanks and - . _ ~ / : , ? & = $";
    case kServerNames: return "host names, or ~ and an expression, separated by commas";
    case kServiceName: return "the name of a Service in the same namespace";
    case kSize: return "a number, or a number with k, m or g";
    case kCidrs: return "addresses and ranges such as 192.0.2.0/24, separated by commas";
    case kVariable: return "letters, digits, variables such as $request_uri, and - _ { }";
    case kHeaders: return "header names separated by commas";
    case kCodes: return "status codes separated by commas";
    case kCiphers: return "letters, digits and + : _ - !";
    case kLoadBalance: return "round_robin or ewma";
    case kAuthType: return "basic or digest";
  }
  return "";
}

}  // namespace graylane::ingress_nginx
