#include "api/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "api/big_natural.h"
#include "api/text_rules.h"

namespace graylane::api {

namespace {

using Notation = Quantity::Notation;

constexpr size_t kBytesMax = 256;
constexpr int32_t kExponentMax = 1'000;
constexpr int32_t kFinestExponent = -9;
constexpr uint64_t kFinestParts = 1'000'000'000;  // of one
constexpr size_t kSmallDigitsMax = 18;
constexpr uint64_t kBinaryMax = (uint64_t{1} << 63) - 1;

// By the power of 1,000 from 10^-9 on, and by the power of 1,024.
constexpr std::array<std::string_view, 10> kDecimalSuffixes = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
constexpr std::array<std::string_view, 7> kBinarySuffixes = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

struct Written {
  bool negative = false;
  std::string_view whole;     // digits without leading zeros; "0" when there are none
  std::string_view fraction;  // digits
  Notation notation = Notation::kDecimal;
  int32_t exponent = 0;  // of 10, or of 2 in binary notation
};

std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return digits;
}

/// Takes the power of a suffix that is_quantity() knows; false when it is over the limit.
bool read_suffix(std::string_view suffix, Written& written) {
  if (const auto* at = std::ranges::find(kDecimalSuffixes, suffix); at != kDecimalSuffixes.end()) {
    written.exponent = static_cast<int32_t>(at - kDecimalSuffixes.begin()) * 3 + kFinestExponent;
    return true;
  }
  if (const auto* at = std::ranges::find(kBinarySuffixes, suffix); at != kBinarySuffixes.end()) {
    written.notation = Notation::kBinary;
    written.exponent = static_cast<int32_t>(at - kBinarySuffixes.begin()) * 10;
    return true;
  }
  written.notation = Notation::kExponent;
  suffix.remove_prefix(suffix.size() > 1 && suffix[1] == '+' ? 2 : 1);
  const auto [rest, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), written.exponent);
  return error == std::errc() && std::abs(written.exponent) <= kExponentMax;
}

std::optional<Written> read_parts(std::string_view text) {
  if (text.size() > kBytesMax || !is_quantity(text)) return std::nullopt;
  Written written{.negative = text.starts_with('-'), .whole = {}, .fraction = {}};
  if (written.negative || text.starts_with('+')) text.remove_prefix(1);
  written.whole = take_digits(text);
  written.whole.remove_prefix(std::min(written.whole.find_first_not_of('0'), written.whole.size()));
  if (written.whole.empty()) written.whole = "0";
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    written.fraction = take_digits(text);
  }
  return read_suffix(text, written) ? std::optional(written) : std::nullopt;
}

/// Whether Kubernetes keeps it in 64 bits. For binary notation its estimate of the digits is a rough one.
bool is_small(const Written& written) {
  if (written.notation != Notation::kBinary)
    return written.whole.size() + written.fraction.size() <= kSmallDigitsMax &&
           written.exponent - static_cast<int32_t>(written.fraction.size()) >= kFinestExponent;
  return written.fraction.empty() && static_cast<int32_t>(written.whole.size()) + written.exponent * 3 / 10 <= 14;
}

/// Kubernetes' quick look at whether the text may stay; some canonical texts fail it ("8Gi"), and they are written anew.
bool may_stay(const Written& written, const std::string& digits, uint64_t number, int32_t exponent) {
  if (written.notation == Notation::kBinary) return (number & 7) != 0;
  return exponent % 3 == 0 && !digits.ends_with("000") && digits[0] != '0';
}

Quantity small_quantity(const Written& written, std::string_view text) {
  const std::string digits = std::string(written.whole) + std::string(written.fraction);
  uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool binary = written.notation == Notation::kBinary;
  Quantity quantity{.notation = written.notation, .negative = written.negative && number != 0, .magnitude = {}, .as_written = {}};
  quantity.exponent = (binary ? 0 : written.exponent) - static_cast<int32_t>(written.fraction.size());
  if (may_stay(written, digits, number, quantity.exponent)) quantity.as_written = text;
  if (binary) number <<= written.exponent;
  if (number != 0) quantity.magnitude = {number};
  return quantity;
}

/// In parts of 10^-9; what is finer is rounded up.
BigNatural finest_parts(BigNatural number, int32_t exponent) {
  for (; exponent > kFinestExponent; --exponent) number.multiply_add(10);
  bool exact = true;
  for (; exponent < kFinestExponent; ++exponent) exact = number.divide(10) == 0 && exact;
  return exact ? number : number.multiply_add(1, 1);
}

Quantity wide_quantity(const Written& written) {
  BigNatural number;
  for (const std::string_view part : {written.whole, written.fraction}) {
    for (const char digit : part) number.multiply_add(10, static_cast<uint64_t>(digit - '0'));
  }
  const bool binary = written.notation == Notation::kBinary;
  if (binary) number.multiply_add(uint64_t{1} << written.exponent);
  Quantity quantity{
      .notation = written.notation, .negative = written.negative, .is_wide = true, .magnitude = {}, .as_written = {}};
  quantity.exponent = kFinestExponent;
  number = finest_parts(number, (binary ? 0 : written.exponent) - static_cast<int32_t>(written.fraction.size()));
  if (binary && BigNatural({kBinaryMax}).multiply_add(kFinestParts) < number) {
    number = BigNatural({kBinaryMax});
    quantity.exponent = 0;
  } else if (binary && number < BigNatural({kFinestParts})) {
    quantity.notation = Notation::kDecimal;
  }
  quantity.magnitude = number.words();
  return quantity;
}

/// The whole number that it is; nothing when it is none. Of a quantity in binary notation.
std::optional<BigNatural> whole_number(const Quantity& quantity) {
  BigNatural number(quantity.magnitude);
  if (quantity.exponent == 0) return number;
  return number.divide(kFinestParts) == 0 ? std::optional(number) : std::nullopt;
}

std::string binary_text(BigNatural number) {
  size_t power = 0;
  for (; number.divides_by(1024); ++power) number.divide(1024);
  return number.text() + std::string(kBinarySuffixes[power]);
}

std::string decimal_text(const Quantity& quantity) {
  BigNatural number(quantity.magnitude);
  int32_t exponent = quantity.exponent;
  for (; number.divides_by(10); ++exponent) number.divide(10);
  for (; exponent % 3 != 0; --exponent) number.multiply_add(10);
  if (quantity.notation == Notation::kExponent) return number.text() + (exponent == 0 ? "" : "e" + std::to_string(exponent));
  const auto power = static_cast<size_t>((exponent - kFinestExponent) / 3);
  // Over 10^18 there is no suffix; Kubernetes then leaves it out, which changes the amount.
  return number.text() + std::string(power < kDecimalSuffixes.size() ? kDecimalSuffixes[power] : "");
}

/// The amount in parts of 10^exponent, which is no higher than its own.
BigNatural in_parts(const Quantity& quantity, int32_t exponent) {
  BigNatural number(quantity.magnitude);
  for (int32_t i = exponent; i < quantity.exponent && !number.is_zero(); ++i) number.multiply_add(10);
  return number;
}

}  // namespace

int compare(const Quantity& a, const Quantity& b) {
  const auto sign = [](const Quantity& q) { return q.magnitude.empty() ? 0 : q.negative ? -1 : 1; };
  if (sign(a) != sign(b) || sign(a) == 0) return sign(a) - sign(b);
  const int32_t exponent = std::min(a.exponent, b.exponent);
  const BigNatural left = in_parts(a, exponent), right = in_parts(b, exponent);
  return left < right ? -sign(a) : right < left ? sign(a) : 0;
}

bool is_whole(const Quantity& quantity) {
  BigNatural number(quantity.magnitude);
  for (int32_t i = quantity.exponent; i < 0 && !number.is_zero(); ++i) {
    if (number.divide(10) != 0) return false;
  }
  return true;
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  if (text == "0") return Quantity{.magnitude = {}, .as_written = "0"};
  const auto written = read_parts(text);
  if (!written) return std::nullopt;
  return is_small(*written) ? small_quantity(*written, text) : wide_quantity(*written);
}

std::string canonical_text(const Quantity& quantity) {
  if (!quantity.as_written.empty()) return quantity.as_written;
  if (quantity.magnitude.empty()) return "0";
  const std::string sign = quantity.negative ? "-" : "";
  if (quantity.notation == Notation::kBinary) {
    const auto number = whole_number(quantity);
    if (number && !(*number < BigNatural({1024}))) return sign + binary_text(*number);
    Quantity decimal = quantity;
    decimal.notation = Notation::kDecimal;
    return sign + decimal_text(decimal);
  }
  return sign + decimal_text(quantity);
}

}  // namespace graylane::api
