#include "api/custom_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "api/text_rules.h"
#include "doc/number_text.h"
#include "doc/print.h"

namespace graylane::api {

using doc::Value;
using Type = Schema::Type;

std::string_view json_type_of(const Value& value) { return doc::name_of(value.kind()); }

std::string_view json_type_name(Type type) {
  switch (type) {
    case Type::kAny: return "any";
    case Type::kObject: return "object";
    case Type::kArray: return "array";
    case Type::kString:
    case Type::kQuantity: return "string";
    case Type::kInteger: return "integer";
    case Type::kNumber: return "number";
    case Type::kBoolean: return "boolean";
    case Type::kIntOrString: return "integer,string";
  }
  return "";
}

bool has_json_type(const Value& value, const Schema& schema) {
  if (value.is_null()) return schema.nullable || schema.type == Type::kAny;
  switch (schema.type) {
    case Type::kAny: return true;
    case Type::kObject: return value.is_object();
    case Type::kArray: return value.is_array();
    case Type::kString:
    case Type::kQuantity: return value.is_string();
    case Type::kInteger: return value.is_int() || (value.is_double() && std::trunc(*value.as_double()) == *value.as_double());
    case Type::kNumber: return value.is_int() || value.is_double();
    case Type::kBoolean: return value.is_bool();
    case Type::kIntOrString: return value.is_int() || value.is_string();
  }
  return true;
}

std::string quoted_json(std::string_view text) { return doc::to_json(Value(text)); }

namespace {

/// In characters; the text is UTF-8.
int64_t length_of(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

/// As Go prints a float64: 5, 0.5.
std::string number_text(double number) {
  if (std::trunc(number) == number && std::abs(number) < 1e15) return std::to_string(static_cast<int64_t>(number));
  return doc::double_text(number);
}

void add_invalid(const Path& path, Position at, const std::string& shown, const std::string& problem, Objections& findings) {
  findings.push_back(
      {"field-value-invalid", path.to_string(), "Invalid value: " + shown + ": " + path.to_string() + " in body " + problem, at});
}

std::string bytes_text(int64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace

void check_text(const std::string& text, Position at, const Rules& rules, const Path& path, Objections& findings) {
  const int64_t length = length_of(text);
  const auto shown = [&] { return quoted_json(text); };
  if (length > rules.max_length)
    findings.push_back(
        {"field-value-too-long", path.to_string(), "Too long: may not be more than " + bytes_text(rules.max_length), at});
  if (length < rules.min_length)
    add_invalid(path, at, shown(), "should be at least " + std::to_string(rules.min_length) + " chars long", findings);
  if (rules.pattern && !rules.pattern->matches(text))
    add_invalid(path, at, shown(), "should match '" + rules.pattern->text() + "'", findings);
  if (!rules.format.empty() && !has_format(text, rules.format))
    findings.push_back(
        {"field-value-type-invalid", path.to_string(),
         "Invalid value: " + shown() + ": " + path.to_string() + " in body must be of type " + rules.format + ": " + shown(),
         at});
}

namespace {

bool is_multiple(const Value& number, double factor) {
  if (factor <= 0) return true;
  const double value = number.as_int() ? static_cast<double>(*number.as_int()) : *number.as_double();
  const double times = value / factor;
  return std::abs(times - std::round(times)) < 1e-9 * std::max(1.0, std::abs(times));
}

bool fits_format(const Value& number, std::string_view format) {
  if (format != "int32" || !number.as_int()) return true;
  return *number.as_int() >= INT32_MIN && *number.as_int() <= INT32_MAX;
}

}  // namespace

void check_number(const Value& number, const Rules& rules, const Path& path, Objections& findings) {
  const double value = number.as_int() ? static_cast<double>(*number.as_int()) : *number.as_double();
  const std::string shown = number.as_int() ? std::to_string(*number.as_int()) : number_text(value);
  const auto invalid = [&](const std::string& problem) { add_invalid(path, number.at(), shown, problem, findings); };
  if (!fits_format(number, rules.format))
    findings.push_back({"field-value-invalid", "<nil>",
                        "Invalid value: \"\": Checked value must be of type integer with format int32 in " + path.to_string(),
                        number.at()});
  if (rules.multiple_of && !is_multiple(number, *rules.multiple_of))
    invalid("should be a multiple of " + number_text(*rules.multiple_of));
  if (rules.maximum && (rules.exclusive_maximum ? value >= *rules.maximum : value > *rules.maximum))
    invalid(std::string("should be less than ") + (rules.exclusive_maximum ? "" : "or equal to ") + number_text(*rules.maximum));
  if (rules.minimum && (rules.exclusive_minimum ? value <= *rules.minimum : value < *rules.minimum))
    invalid(std::string("should be greater than ") + (rules.exclusive_minimum ? "" : "or equal to ") +
            number_text(*rules.minimum));
}

namespace {

bool equal_numbers(const Value& a, const Value& b) {
  const auto number = [](const Value& v) -> std::optional<double> {
    if (v.as_int()) return static_cast<double>(*v.as_int());
    return v.as_double() ? std::optional(*v.as_double()) : std::nullopt;
  };
  return number(a) && number(a) == number(b);
}

}  // namespace

void check_enum(const Value& value, const Rules& rules, const Path& path, Objections& findings) {
  const auto matches = [&](const Value& allowed) { return allowed == value || equal_numbers(allowed, value); };
  if (std::ranges::any_of(rules.enum_values, matches)) return;
  std::string supported;
  for (const Value& allowed : rules.enum_values) {
    const std::string text = allowed.as_string() ? *allowed.as_string() : doc::to_json(allowed);
    supported += (supported.empty() ? "" : ", ") + quoted_json(text);
  }
  findings.push_back({"field-value-not-supported", path.to_string(),
                      "Unsupported value: " + doc::to_json(value) + ": supported values: " + supported, value.at()});
}

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_date(std::string_view text) { return text.size() == 10 && parse_time(std::string(text) + "T00:00:00Z").has_value(); }
bool is_date_time(std::string_view text) { return parse_time(text).has_value() || is_date(text); }

bool is_cidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == text.npos) return false;
  int bits = -1;
  const std::string_view length = text.substr(slash + 1);
  const auto read = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (read.ec != std::errc() || read.ptr != length.data() + length.size() || bits < 0) return false;
  const std::string_view address = text.substr(0, slash);
  return (is_ipv4(address) && bits <= 32) || (is_ipv6(address) && bits <= 128);
}

/// "0a:1b:2c:3d:4e:5f", or with '-'.
bool is_mac(std::string_view text) {
  if (text.size() != 17) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? (text[i] != ':' && text[i] != '-') : !is_hex(text[i])) return false;
  }
  return true;
}

/// 32 hexadecimal digits, with or without hyphens between the groups of 8-4-4-4-12.
bool is_uuid(std::string_view text) {
  if (text.size() == 32) return std::ranges::all_of(text, is_hex);
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/// An absolute path, or something behind a scheme.
bool is_uri(std::string_view text) {
  if (text.empty() || std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }))
    return false;
  if (text.front() == '/') return true;
  const size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size() || !is_letter(text.front())) return false;
  return std::ranges::all_of(text.substr(0, colon),
                             [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_email(std::string_view text) {
  const size_t at = text.rfind('@');
  return at != text.npos && at > 0 && at + 1 < text.size() && text.find(' ') == text.npos;
}

/// As Go writes one ("1h30m", "1.5s"), or a number and a unit in words ("3 days").
bool is_duration(std::string_view text) {
  static constexpr std::array<std::string_view, 33> kUnits = {
      "h",      "m",       "ms",  "s",    "us",    "\xC2\xB5s", "ns",    "minutes", "minute", "min",   "mins",
      "hours",  "hour",    "hr",  "hrs",  "d",     "day",       "days",  "w",       "week",   "weeks", "wk",
      "second", "seconds", "sec", "secs", "milli", "millis",    "micro", "micros",  "nano",   "nanos", "wks"};
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return true;
  if (text.empty()) return false;
  while (!text.empty()) {
    const size_t number = std::min(text.find_first_not_of("0123456789."), text.size());
    if (number == 0 || text.substr(0, number).find_first_of("0123456789") == text.npos) return false;
    text.remove_prefix(number);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const size_t unit = std::min(text.find_first_of("0123456789. "), text.size());
    if (std::ranges::find(kUnits, text.substr(0, unit)) == kUnits.end()) return false;
    text.remove_prefix(unit);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return true;
}

/// Labels of letters, digits, '-' and '_', joined by dots.
bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  char before = '.';
  for (char c : text) {
    if (c == '.' ? before == '.' : !(is_letter(c) || is_digit(c) || c == '-' || c == '_')) return false;
    before = c;
  }
  return text.front() != '-' && before != '-';
}

struct NamedFormat {
  std::string_view name;
  bool (*check)(std::string_view);
};

constexpr std::array<NamedFormat, 16> kFormats = {{{"date-time", is_date_time},
                                                   {"datetime", is_date_time},
                                                   {"date", is_date},
                                                   {"ipv4", is_ipv4},
                                                   {"ipv6", is_ipv6},
                                                   {"cidr", is_cidr},
                                                   {"mac", is_mac},
                                                   {"uuid", is_uuid},
                                                   {"uuid3", is_uuid},
                                                   {"uuid4", is_uuid},
                                                   {"uuid5", is_uuid},
                                                   {"byte", is_base64},
                                                   {"uri", is_uri},
                                                   {"email", is_email},
                                                   {"duration", is_duration},
                                                   {"hostname", is_hostname}}};

}  // namespace

bool has_format(std::string_view text, std::string_view format) {
  const auto found = std::ranges::find(kFormats, format, &NamedFormat::name);
  return found == kFormats.end() || found->check(text);
}

}  // namespace graylane::api
