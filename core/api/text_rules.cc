#include "api/text_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace graylane::api {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || is_upper(c); }

/// The part of a qualified name after the slash, and a label value: alphanumeric at both ends.
bool is_name_part(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool parses_as(int family, std::string_view text) {
  char copy[64];
  if (text.size() >= sizeof copy || text.contains('\0')) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  unsigned char address[16];
  return inet_pton(family, copy, address) == 1;
}

std::string_view take_digits(std::string_view& text) {
  size_t n = static_cast<size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

/// Exactly `count` digits and then `end` (0: nothing more is taken).
std::optional<int> take_number(std::string_view& text, size_t count, char end) {
  size_t length = count + (end ? 1 : 0);
  if (text.size() < length || !std::ranges::all_of(text.substr(0, count), is_digit)) return std::nullopt;
  if (end && text[count] != end) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, count)) value = value * 10 + (c - '0');
  text.remove_prefix(length);
  return value;
}

/// "Z", "+08:00": seconds east of UTC.
std::optional<int> take_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  auto hours = take_number(text, 2, ':');
  auto minutes = take_number(text, 2, 0);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

bool is_exponent(std::string_view text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

}  // namespace

bool is_dns_label(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  if (!is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
  return std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  // A part of a subdomain may be longer than 63: only the whole is limited.
  char before = '.';
  for (char c : text) {
    bool edge = c == '.' || before == '.';
    if (c == '.' ? !is_lower_or_digit(before) : !(is_lower_or_digit(c) || (c == '-' && !edge))) return false;
    before = c;
  }
  return is_lower_or_digit(before);
}

bool is_host_pattern(std::string_view text) {
  return text.starts_with("*.") ? text.size() <= 253 && is_dns_subdomain(text.substr(2)) : is_dns_subdomain(text);
}

bool is_qualified_name(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == text.npos) return is_name_part(text);
  return is_dns_subdomain(text.substr(0, slash)) && is_name_part(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) { return text.empty() || is_name_part(text); }

bool is_port_name(std::string_view text) {
  return text.size() <= 15 && is_dns_label(text) && !text.contains("--") && std::ranges::any_of(text, is_lower);
}

bool is_ipv4(std::string_view text) { return parses_as(AF_INET, text); }
bool is_ipv6(std::string_view text) { return parses_as(AF_INET6, text); }

bool is_quantity(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  size_t digits = take_digits(text).size();
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text).size();
  }
  static constexpr std::array kSuffixes = {"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  bool suffix = std::ranges::any_of(kSuffixes, [&](std::string_view s) { return s == text; });
  return digits > 0 && (suffix || is_exponent(text));
}

bool is_percent(std::string_view text) {
  return text.size() >= 2 && text.ends_with('%') && std::ranges::all_of(text.substr(0, text.size() - 1), is_digit);
}

bool is_base64(std::string_view text) {
  size_t symbols = 0;
  size_t padding = 0;
  for (char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') ++padding;
    else if (padding > 0 || !(is_alphanumeric(c) || c == '+' || c == '/')) return false;
    ++symbols;
  }
  return symbols % 4 == 0 && padding <= 2;
}

std::optional<int64_t> parse_time(std::string_view text) {
  namespace chr = std::chrono;
  auto year = take_number(text, 4, '-'), month = take_number(text, 2, '-'), day = take_number(text, 2, 0);
  if (!year || !month || !day || text.empty() || (text[0] != 'T' && text[0] != 't')) return std::nullopt;
  text.remove_prefix(1);
  auto hour = take_number(text, 2, ':'), minute = take_number(text, 2, ':'), second = take_number(text, 2, 0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits(text).empty()) return std::nullopt;
  }
  auto zone = take_zone(text);
  chr::year_month_day date{chr::year(*year), chr::month(static_cast<unsigned>(*month)), chr::day(static_cast<unsigned>(*day))};
  if (!zone || !date.ok()) return std::nullopt;
  int64_t days = chr::sys_days(date).time_since_epoch().count();
  return days * 86400 + *hour * 3600 + *minute * 60 + *second - *zone;
}

std::string format_time(int64_t unix_seconds) {
  namespace chr = std::chrono;
  const chr::sys_seconds time{chr::seconds(unix_seconds)};
  const chr::sys_days day = chr::floor<chr::days>(time);
  const chr::year_month_day date(day);
  const chr::hh_mm_ss clock(time - day);
  std::array<char, 48> text;
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()), unsigned(date.month()),
                    unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()), int(clock.seconds().count()));
  return {text.data(), static_cast<size_t>(size)};
}

}  // namespace graylane::api
