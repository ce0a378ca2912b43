#include "api/conform_text.h"

#include <algorithm>
#include <cmath>

#include "api/conform.h"
#include "api/text_rules.h"

namespace graylane::api {
namespace {

using Type = Schema::Type;
using Format = Schema::Format;

const char* wanted(Type type) {
  switch (type) {
    case Type::kAny: return "anything";
    case Type::kObject: return "an object";
    case Type::kArray: return "an array";
    case Type::kString: return "a string";
    case Type::kInteger: return "an integer";
    case Type::kNumber: return "a number";
    case Type::kBoolean: return "a boolean";
    case Type::kIntOrString: return "an integer or a string";
    case Type::kQuantity: return "a quantity, such as 100m or 2Gi,";
  }
  return "";
}

/// What is wrong with a text of that format; null when nothing is.
const char* format_problem(Format format, std::string_view text) {
  auto unless = [](bool fine, const char* problem) { return fine ? nullptr : problem; };
  switch (format) {
    case Format::kNone: return nullptr;
    case Format::kDnsLabel:
      return unless(is_dns_label(text),
                    "must be lower-case letters, digits and '-', with a letter or digit at both ends, at most 63");
    case Format::kDnsSubdomain:
      return unless(is_dns_subdomain(text),
                    "must be lower-case letters, digits, '-' and '.', with a letter or digit at both ends");
    case Format::kIpAddress: return unless(is_ip_address(text), "must be an IP address");
    case Format::kDateTime:
    case Format::kMicroTime:
      return unless(parse_time(text).has_value(), "must be a time such as 2026-01-31T12:00:00Z (RFC 3339)");
    case Format::kBase64: return unless(is_base64(text), "must be base64");
    case Format::kPortName:
      return unless(is_port_name(text),
                    "must be the name of a port: lower-case letters, digits and '-', with a letter, at most 15");
    case Format::kLabelValue:
      return unless(
          is_label_value(text),
          "must be a label's value: letters, digits, '-', '_' and '.', with a letter or digit at both ends, at most 63");
    case Format::kPercent: return unless(is_percent(text), "must be an integer or a percentage such as 25%");
  }
  return nullptr;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!word.empty()) text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

void check_enum(const std::string& text, Position at, const Schema& schema, const Path& path, Report& report) {
  if (schema.enum_values.empty() || std::ranges::find(schema.enum_values, text) != schema.enum_values.end()) return;
  Nearest nearest(text);
  for (const std::string& allowed : schema.enum_values) nearest.offer(allowed);
  std::string fix = nearest.found().empty() ? "" : "write " + std::string(nearest.found());
  report.error("invalid-value", path, at, "must be one of " + join(schema.enum_values) + ", not " + quoted(text), std::move(fix));
}

void check_text(const std::string& text, Position at, const Schema& schema, const Path& path, Report& report) {
  check_enum(text, at, schema, path, report);
  // Names and numbers that are left empty count as absent.
  if (text.empty() && schema.format != Format::kDateTime && schema.format != Format::kMicroTime) return;
  if (const char* problem = format_problem(schema.format, text))
    report.error("invalid-value", path, at, std::string(problem) + ", not " + quoted(text));
}

std::string range_of(const Schema& schema) {
  auto number = [](double n) { return std::to_string(static_cast<int64_t>(n)); };
  constexpr double kInt32Max = 2147483647.0;  // nobody chose that one
  if (!schema.maximum || (schema.minimum && *schema.maximum == kInt32Max && *schema.minimum >= 0))
    return "at least " + number(*schema.minimum);
  if (!schema.minimum) return "at most " + number(*schema.maximum);
  return "between " + number(*schema.minimum) + " and " + number(*schema.maximum);
}

void check_range(int64_t number, Position at, const Schema& schema, const Path& path, Report& report) {
  auto value = static_cast<double>(number);
  bool fine = (!schema.minimum || value >= *schema.minimum) && (!schema.maximum || value <= *schema.maximum);
  if (!fine) report.error("out-of-range", path, at, "must be " + range_of(schema) + ", not " + std::to_string(number));
}

/// 80.0 is 80 to Kubernetes.
void round_to_integer(doc::Value& value) {
  const double* number = value.as_double();
  if (number && std::trunc(*number) == *number && std::abs(*number) < 9e15)
    value = doc::Value(static_cast<int64_t>(*number), value.at());
}

bool is_quantity_value(const doc::Value& value) {
  return value.as_int() || value.as_double() || (value.as_string() && is_quantity(*value.as_string()));
}

bool has_type(const doc::Value& value, Type type) {
  switch (type) {
    case Type::kString: return value.is_string();
    case Type::kInteger: return value.as_int();
    case Type::kNumber: return value.as_int() || value.as_double();
    case Type::kBoolean: return value.as_bool();
    case Type::kIntOrString: return value.as_int() || value.is_string();
    case Type::kQuantity: return is_quantity_value(value);
    default: return true;
  }
}

}  // namespace

void report_wrong_type(const doc::Value& value, const Schema& schema, const Path& path, Report& report) {
  bool is_scalar = !value.is_null() && !value.is_array() && !value.is_object();
  bool quotable = schema.type == Type::kString && is_scalar;
  std::string message = std::string("must be ") + wanted(schema.type) + ", not " + describe(value);
  if (quotable) message += "; Kubernetes refuses the object";
  std::optional<TextEdit> edit;
  std::string fix;
  if (quotable) {
    if (report.source()) edit = report.source()->quote(value.at());
    fix = "write it in quotes";
  } else if (schema.type == Type::kInteger && value.is_string()) {
    if (report.source()) edit = report.source()->unquote(value.at());
    if (edit) fix = "write it without quotes";
  } else if (schema.type == Type::kArray && value.is_object()) {
    fix = "begin every entry with '- '";
  }
  Diagnostic* d = report.error(quotable ? "not-a-string" : "wrong-type", path, value.at(), std::move(message), std::move(fix));
  if (d && edit) d->edits.push_back(*std::move(edit));
}

void conform_scalar(doc::Value& value, const Schema& schema, const Path& path, Report& report) {
  bool wants_integer = schema.type == Type::kInteger || schema.type == Type::kIntOrString;
  if (wants_integer) round_to_integer(value);
  if (!has_type(value, schema.type)) return report_wrong_type(value, schema, path, report);
  if (const std::string* text = value.as_string()) check_text(*text, value.at(), schema, path, report);
  if (const int64_t* number = value.as_int(); number && wants_integer) check_range(*number, value.at(), schema, path, report);
}

}  // namespace graylane::api
