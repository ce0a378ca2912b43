#include "protobuf/scalars.h"

#include <cstdio>

#include "api/text_rules.h"
#include "doc/parse.h"
#include "doc/text.h"
#include "protobuf/wire.h"

namespace graylane::protobuf {

using doc::Value;

namespace {

constexpr int64_t kSecondsMin = -62135596800;  // the year 1
constexpr int64_t kSecondsMax = 253402300799;  // the end of the year 9999: more than RFC 3339 can say
constexpr int64_t kNanosMax = 999'999'999;

std::unexpected<Error> invalid(std::string what) { return fail(ErrorCode::kInvalid, std::move(what)); }

/// Calls visit(field) for every field of a small message.
template <class Visit>
Result<void> for_each_field(std::string_view bytes, Visit visit) {
  Wire wire(bytes);
  for (Field field; wire.next(field);) visit(field);
  if (!wire.problem().empty()) return invalid(wire.problem());
  return {};
}

std::string time_text(int64_t seconds, int64_t nanos, bool micro) {
  std::string text = api::format_time(seconds);
  if (!micro) return text;
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>(nanos / 1000));
  text.pop_back();  // Z
  return text + fraction;
}

}  // namespace

Result<Value> read_time(std::string_view bytes, bool micro) {
  if (bytes.empty()) return Value();
  int64_t seconds = 0, nanos = 0;
  auto read = for_each_field(bytes, [&](const Field& field) {
    if (field.number == 1) seconds = static_cast<int64_t>(field.value);
    if (field.number == 2) nanos = static_cast<int64_t>(field.value);
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (seconds < kSecondsMin || seconds > kSecondsMax || nanos < 0 || nanos > kNanosMax) return invalid("a time is out of range");
  return Value(time_text(seconds, nanos, micro));
}

Result<Value> read_text(std::string_view bytes) {
  if (doc::find_bad_utf8(bytes)) return invalid("a text is not UTF-8");
  return Value(bytes);
}

Result<Value> read_quantity(std::string_view bytes) {
  std::string_view text;
  auto read = for_each_field(bytes, [&](const Field& field) {
    if (field.number == 1) text = field.bytes;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  return read_text(text.empty() ? "0" : text);
}

Result<Value> read_int_or_string(std::string_view bytes) {
  uint64_t type = 0, number = 0;
  std::string_view text;
  auto read = for_each_field(bytes, [&](const Field& field) {
    if (field.number == 1) type = field.value;
    if (field.number == 2) number = field.value;
    if (field.number == 3) text = field.bytes;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (type == 0) return Value(static_cast<int64_t>(number));
  return read_text(text);
}

Result<Value> read_json(std::string_view bytes) {
  std::string_view text;
  auto read = for_each_field(bytes, [&](const Field& field) {
    if (field.number == 1) text = field.bytes;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (text.empty()) return Value();
  doc::Parsed parsed = doc::parse_json(text, nullptr);
  if (has_errors(parsed.diagnostics) || parsed.documents.empty()) return invalid("a part that should be JSON is not");
  return std::move(parsed.documents.front());
}

Value read_bytes(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t size = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;  // three bytes, absent ones zero
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < size ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) text += j <= size ? kAlphabet[group >> (18 - 6 * j) & 63] : '=';
  }
  return Value(std::move(text));
}

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull: return true;
    case Value::Kind::kBool: return !*value.as_bool();
    case Value::Kind::kInt: return *value.as_int() == 0;
    case Value::Kind::kDouble: return *value.as_double() == 0;
    case Value::Kind::kString: return value.as_string()->empty();
    case Value::Kind::kArray: return value.as_array()->empty();
    case Value::Kind::kObject: return value.as_object()->empty();
    case Value::Kind::kPacked: return false;
  }
  return false;
}

}  // namespace graylane::protobuf
