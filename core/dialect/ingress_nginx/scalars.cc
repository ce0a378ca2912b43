#include "dialect/ingress_nginx/scalars.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace graylane::ingress_nginx {

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<bool> parse_bool(std::string_view text) {
  constexpr auto kTrue = std::to_array<std::string_view>({"1", "t", "T", "TRUE", "true", "True"});
  constexpr auto kFalse = std::to_array<std::string_view>({"0", "f", "F", "FALSE", "false", "False"});
  if (std::ranges::find(kTrue, text) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, text) != kFalse.end()) return false;
  return std::nullopt;
}

std::optional<int64_t> parse_int(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<uint64_t> parse_size(std::string_view text) {
  uint64_t unit = 1;
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K': unit = uint64_t{1} << 10; break;
      case 'm':
      case 'M': unit = uint64_t{1} << 20; break;
      case 'g':
      case 'G': unit = uint64_t{1} << 30; break;
      default: break;
    }
  }
  if (unit > 1) text.remove_suffix(1);
  const auto number = parse_int(text);
  if (!number || *number < 0 || static_cast<uint64_t>(*number) > static_cast<uint64_t>(INT64_MAX) / unit) return std::nullopt;
  return static_cast<uint64_t>(*number) * unit;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> items;
  for (size_t start = 0; start <= text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    const std::string_view item = trim(text.substr(start, comma - start));
    if (!item.empty()) items.push_back(item);
    start = comma + 1;
  }
  return items;
}

bool are_cidrs(std::string_view list) {
  for (size_t start = 0; start <= list.size();) {
    const size_t comma = std::min(list.find(',', start), list.size());
    if (!route::parse_cidr(trim(list.substr(start, comma - start)))) return false;
    start = comma + 1;
  }
  return true;
}

std::vector<route::Cidr> parse_cidrs(std::string_view list) {
  std::vector<route::Cidr> ranges;
  for (const std::string_view item : split_list(list)) {
    if (const auto range = route::parse_cidr(item)) ranges.push_back(*range);
  }
  return ranges;
}

std::string one_line(std::string text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::none_of(text, is_control)) return text;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (is_control(c)) {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

}  // namespace graylane::ingress_nginx
