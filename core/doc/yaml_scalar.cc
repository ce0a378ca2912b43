#include "doc/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "doc/number_text.h"
#include "doc/text.h"

namespace graylane::doc {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

template <size_t kCount>
bool is_one_of(std::string_view text, const std::array<std::string_view, kCount>& words) {
  return std::ranges::find(words, text) != words.end();
}

constexpr std::array<std::string_view, 11> kTrue = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::array<std::string_view, 11> kFalse = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 6> kInfinity = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"};
constexpr std::array<std::string_view, 3> kMinusInfinity = {"-.inf", "-.Inf", "-.INF"};
constexpr std::array<std::string_view, 3> kNotANumber = {".nan", ".NaN", ".NAN"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Value> resolve_word(std::string_view text, Position at) {
  if (text.size() > 5) return std::nullopt;
  if (is_one_of(text, kNull)) return Value::null(at);
  if (is_one_of(text, kTrue)) return Value(true, at);
  if (is_one_of(text, kFalse)) return Value(false, at);
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (is_one_of(text, kInfinity)) return Value(kInf, at);
  if (is_one_of(text, kMinusInfinity)) return Value(-kInf, at);
  if (is_one_of(text, kNotANumber)) return Value(std::numeric_limits<double>::quiet_NaN(), at);
  return std::nullopt;
}

/// JSON, which Kubernetes passes the value through, does not tell 1.0 from 1.
Value number(double value, Position at) {
  constexpr double kInt64End = 9223372036854775808.0;
  const bool integral = value == std::trunc(value) && value >= -kInt64End && value < kInt64End;
  return integral ? Value(static_cast<int64_t>(value), at) : Value(value, at);
}

struct Digits {
  bool negative = false;
  int base = 10;
  std::string_view text;
};

Digits split_base(std::string_view text) {
  Digits digits;
  const bool has_sign = text.starts_with('+') || text.starts_with('-');
  if (has_sign) {
    digits.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const char letter = text.size() > 1 && text[0] == '0' ? static_cast<char>(text[1] | 0x20) : '\0';
  if (letter == 'x') digits.base = 16;
  if (letter == 'b') digits.base = 2;
  if (letter == 'o') digits.base = 8;
  if (digits.base != 10) {
    text.remove_prefix(2);
    // An oddity that Kubernetes has: 0b-1 is -1.
    const bool second_sign = letter == 'b' && !has_sign && (text.starts_with('-') || text.starts_with('+'));
    if (second_sign) {
      digits.negative = text.front() == '-';
      text.remove_prefix(1);
    }
  } else if (text.size() > 1 && text[0] == '0') {
    digits.base = 8;
    text.remove_prefix(1);
  }
  digits.text = text;
  return digits;
}

bool has_only_digits(const Digits& digits) {
  const auto value_of = [](char c) {
    return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 99;
  };
  return !digits.text.empty() && std::ranges::all_of(digits.text, [&](char c) { return value_of(c) < digits.base; });
}

std::optional<Value> small_integer(const Digits& digits, Position at) {
  uint64_t magnitude = 0;
  const char* end = digits.text.data() + digits.text.size();
  if (std::from_chars(digits.text.data(), end, magnitude, digits.base).ec != std::errc{}) return std::nullopt;
  constexpr uint64_t kInt64End = uint64_t{1} << 63;
  if (digits.negative && magnitude <= kInt64End) return Value(static_cast<int64_t>(-magnitude), at);
  if (digits.negative) return std::nullopt;
  if (magnitude < kInt64End) return Value(static_cast<int64_t>(magnitude), at);
  return Value(static_cast<double>(magnitude), at);
}

/// [-+]? ( .digits | digits [ . digits? ] ) ( [eE] [-+]? digits )?
bool looks_like_float(std::string_view text) {
  size_t i = 0;
  const auto skip_digits = [&] {
    size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - from;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  const size_t whole = skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (skip_digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  return skip_digits() > 0 && i == text.size();
}

/// A decimal number; nothing when it is too large for a double (Kubernetes then keeps the text).
std::optional<double> decimal(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  return read_double(text);
}

/// After a leading point Go's own rule for underscores holds: each stands between digits.
std::optional<Value> resolve_fraction(std::string_view text, Position at) {
  for (size_t i = text.find('_'); i != std::string_view::npos; i = text.find('_', i + 1)) {
    if (i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return std::nullopt;
  }
  std::string plain(text);
  std::erase(plain, '_');
  const std::optional<double> value = decimal(plain);
  return value ? std::optional(number(*value, at)) : std::nullopt;
}

std::optional<Value> resolve_number(std::string_view text, Position at) {
  std::string without_underscores;
  if (text.find('_') != std::string_view::npos) {
    without_underscores.assign(text);
    std::erase(without_underscores, '_');
    text = without_underscores;
  }
  const Digits digits = split_base(text);
  if (has_only_digits(digits)) {
    if (std::optional<Value> value = small_integer(digits, at)) return value;
  }
  if (const std::optional<double> value = decimal(text)) return number(*value, at);
  return std::nullopt;
}

}  // namespace

Value resolve_plain(std::string_view text, Position at) {
  constexpr std::string_view kHints = "yYnNtTfFoO~.+-0123456789";
  if (!text.empty() && kHints.find(text.front()) == std::string_view::npos) return Value(text, at);
  if (std::optional<Value> word = resolve_word(text, at)) return *std::move(word);
  const char first = text.front();
  if (first == '.') {
    if (std::optional<Value> value = resolve_fraction(text, at)) return *std::move(value);
  } else if (is_digit(first) || first == '+' || first == '-') {
    if (std::optional<Value> value = resolve_number(text, at)) return *std::move(value);
  }
  return Value(text, at);
}

Result<Value> resolve_tagged(std::string_view tag, std::string_view text, Position at) {
  if (!tag.starts_with(kTagPrefix)) return Value(text, at);
  tag.remove_prefix(kTagPrefix.size());
  if (tag == "binary") {
    std::optional<std::string> bytes = decode_base64(text);
    if (!bytes) return fail(ErrorCode::kInvalid, "the text is not base64, which !!binary asks for");
    if (find_bad_utf8(*bytes)) return fail(ErrorCode::kInvalid, "the bytes of !!binary are not UTF-8 text, which JSON needs");
    return Value(*std::move(bytes), at);
  }
  const auto is = [&](std::string_view name, bool matches) { return tag == name && !matches; };
  Value value = resolve_plain(text, at);
  if (tag == "float" && value.is_int()) return Value(static_cast<double>(*value.as_int()), at);
  if (is("int", value.is_int()) && value.is_double() && *value.as_double() == std::trunc(*value.as_double()) &&
      std::isfinite(*value.as_double()))
    return value;
  if (is("int", value.is_int()) || is("bool", value.is_bool()) || is("null", value.is_null()) || is("float", value.is_double())) {
    return fail(ErrorCode::kInvalid, "\"" + std::string(text) + "\" is not of the type !!" + std::string(tag));
  }
  const bool typed = tag == "int" || tag == "bool" || tag == "null" || tag == "float";
  return typed ? std::move(value) : Value(text, at);
}

}  // namespace graylane::doc
