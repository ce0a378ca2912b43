// The texts that Kubernetes restricts: names, labels, quantities, times, addresses. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace graylane::api {

/// Lower-case letters, digits, '-'; begins and ends with a letter or digit; at most 63.
bool is_dns_label(std::string_view text);
/// Labels joined by dots; at most 253.
bool is_dns_subdomain(std::string_view text);
/// A subdomain, or one after "*.".
bool is_host_pattern(std::string_view text);
/// "name" or "prefix.example/name", as keys of labels and annotations are.
bool is_qualified_name(std::string_view text);
bool is_label_value(std::string_view text);
/// What may be one part of a path: not "." or "..", no '/' or '%'.
inline bool is_path_segment(std::string_view text) {
  return text != "." && text != ".." && text.find_first_of("/%") == text.npos;
}
/// The name of a port as IANA has them: at most 15, lower case, with a letter, no "--".
bool is_port_name(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
inline bool is_ip_address(std::string_view text) { return is_ipv4(text) || is_ipv6(text); }
/// "100m", "1.5Gi", "2e3".
bool is_quantity(std::string_view text);
/// "25%".
bool is_percent(std::string_view text);
/// Standard alphabet with padding; line ends are skipped, as Go does.
bool is_base64(std::string_view text);
/// RFC 3339: "2026-01-31T12:00:00Z", "...12:00:00.5+08:00". Seconds since 1970; fractions are dropped.
std::optional<int64_t> parse_time(std::string_view text);
/// What parse_time() reads: "2026-01-31T12:00:00Z".
std::string format_time(int64_t unix_seconds);

}  // namespace graylane::api
