#include "dialect/ingress_nginx/config_keys.h"

#include <algorithm>
#include <array>

namespace graylane::ingress_nginx {

namespace {

// clang-format off
constexpr auto kApplied = std::to_array<std::string_view>({
  "allow-cross-namespace-resources", "block-cidrs", "block-referers", "block-user-agents", "enable-modsecurity", "http-snippet",
  "location-snippet", "modsecurity-snippet", "server-snippet", "allow-snippet-annotations", "annotations-risk-level", "denylist-source-range",
  "enable-real-ip", "enable-underscores-in-headers", "force-ssl-redirect", "forwarded-for-header",
  "global-allowed-response-headers", "global-auth-url", "http-redirect-code", "ignore-invalid-headers", "load-balance",
  "no-auth-locations", "no-tls-redirect-locations", "preserve-trailing-slash", "proxy-body-size", "proxy-connect-timeout",
  "proxy-read-timeout", "proxy-real-ip-cidr", "proxy-send-timeout", "ssl-redirect", "use-forwarded-headers",
  "use-port-in-redirects", "whitelist-source-range", "proxy-cookie-domain", "proxy-cookie-path", "proxy-http-version",
  "proxy-next-upstream", "proxy-next-upstream-timeout", "proxy-next-upstream-tries", "proxy-redirect-from", "proxy-redirect-to",
  "retry-non-idempotent", "allow-backend-server-header", "compute-full-forwarded-for", "generate-request-id", "hide-headers",
  "proxy-add-original-uri-header", "proxy-buffer-size", "server-tokens",
});

constexpr auto kNotYet = std::to_array<std::string_view>({
  "add-headers", "bind-address",
  "client-body-timeout", "client-header-timeout", "custom-http-errors", "default-type",
  "disable-access-log", "disable-proxy-intercept-errors", "enable-brotli", "enable-opentelemetry",
  "global-auth-always-set-cookie", "global-auth-cache-duration", "global-auth-cache-key",
  "global-auth-method", "global-auth-response-headers", "global-auth-request-redirect", "global-auth-signin",
  "global-auth-signin-redirect-param", "global-auth-snippet", "hsts", "hsts-include-subdomains", "hsts-max-age",
  "hsts-preload", "keep-alive", "keep-alive-requests", "large-client-header-buffers",
  "limit-conn-status-code", "limit-rate", "limit-rate-after", "limit-req-status-code", "log-format-upstream",
  "main-snippet", "proxy-protocol-header-timeout", "proxy-set-headers",
  "proxy-ssl-location-only", "relative-redirects", "service-upstream", "stream-snippet", "use-gzip", "use-proxy-protocol", "custom-headers", "enable-auth-access-log", "upstream-keepalive-connections",
  "upstream-keepalive-requests", "upstream-keepalive-time", "upstream-keepalive-timeout",
});

constexpr auto kInert = std::to_array<std::string_view>({
  "access-log-params", "access-log-path", "annotation-value-word-blocklist", "bind-address-ipv4", "bind-address-ipv6",
  "brotli-level", "brotli-min-length", "brotli-types", "client-body-buffer-size", "client-header-buffer-size",
  "cors-allow-origin", "datadog-collector-host", "debug-connections", "disable-ipv6", "disable-ipv6-dns", "enable-access-log-for-default-backend",
  "enable-aio-write", "enable-multi-accept", "enable-ocsp", "enable-owasp-modsecurity-crs", "enable-serial-reloads",
  "error-log-level", "error-log-path", "gzip-disable", "gzip-level", "gzip-min-length", "gzip-types", "grpc-buffer-size-kb",
  "http-access-log-path", "http2-max-concurrent-streams", "http2-max-field-size", "http2-max-header-size",
  "http2-max-requests", "lua-shared-dicts", "limit-conn-zone-variable", "log-format-escape-json", "log-format-escape-none", "log-format-stream",
  "main-template", "map-hash-bucket-size", "max-worker-connections", "max-worker-open-files", "nginx-status-ipv4-whitelist",
  "nginx-status-ipv6-whitelist", "opentelemetry-config", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span",
  "otel-max-export-batch-size", "otel-max-queuesize", "otel-sampler", "otel-sampler-parent-based", "otel-sampler-ratio",
  "otel-schedule-delay-millis", "otel-service-name", "otlp-collector-host", "otlp-collector-port", "plugins",
  "proxy-buffering", "proxy-buffers-number", "proxy-busy-buffers-size", "proxy-headers-hash-bucket-size",
  "proxy-headers-hash-max-size", "proxy-max-temp-file-size", "proxy-request-buffering",
  "proxy-stream-next-upstream", "proxy-stream-next-upstream-timeout", "proxy-stream-next-upstream-tries",
  "proxy-stream-responses", "proxy-stream-timeout", "reuse-port", "reload-strategy", "reset-timedout-connection", "server-name-hash-bucket-size",
  "server-name-hash-max-size", "skip-access-log-urls", "ssl-buffer-size", "ssl-ciphers", "ssl-dh-param", "ssl-early-data",
  "ssl-ecdh-curve", "ssl-protocols", "ssl-reject-handshake", "ssl-session-cache", "ssl-session-cache-size",
  "ssl-session-ticket-key", "ssl-session-tickets", "ssl-session-timeout", "stream-access-log-path", "strict-validate-path-type",
  "use-geoip2", "geoip2-autoreload-in-minutes", "use-http2", "upstream-keepalive", "variables-hash-bucket-size",
  "variables-hash-max-size", "worker-cpu-affinity", "worker-processes", "worker-serial-reloads", "worker-shutdown-timeout",
  "ssl-prefer-server-ciphers",
});
// clang-format on

}  // namespace

ConfigKey config_key(std::string_view key) {
  if (std::ranges::find(kApplied, key) != kApplied.end()) return ConfigKey::kApplied;
  if (std::ranges::find(kNotYet, key) != kNotYet.end()) return ConfigKey::kNotYet;
  if (std::ranges::find(kInert, key) != kInert.end()) return ConfigKey::kInert;
  return ConfigKey::kUnknown;
}

}  // namespace graylane::ingress_nginx
