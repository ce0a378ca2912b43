#include "apiserver/rules_parts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>

#include "api/text_rules.h"
#include "apiserver/label_problems.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kLabelMax = 63, kNameMax = 253;  // characters
constexpr size_t kPortNameMax = 15;
constexpr int64_t kPortMax = 65'535;

std::string too_long(size_t most) { return "must be no more than " + std::to_string(most) + " characters"; }

/// Empty: it is none.
std::string bytes_of_address(const std::string& text) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

/// Nothing for a text with anything but digits.
std::optional<size_t> decimal(std::string_view text) {
  size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<AddressRange> parse_range(const std::string& text) {
  const size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  AddressRange range{bytes_of_address(text.substr(0, slash)), 0};
  const auto prefix = decimal(std::string_view(text).substr(slash + 1));
  if (range.bytes.empty() || !prefix || *prefix > range.bytes.size() * 8) return std::nullopt;
  range.prefix = *prefix;
  return range;
}

bool has_bits_behind(const AddressRange& range) {
  for (size_t bit = range.prefix; bit < range.bytes.size() * 8; ++bit) {
    if ((static_cast<unsigned char>(range.bytes[bit / 8]) >> (7 - bit % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

void check_label_text(const std::string& text, const std::string& field, Causes& causes) {
  if (text.size() > kLabelMax) causes.invalid(field, go_quoted(text), too_long(kLabelMax));
  else if (!api::is_dns_label(text))
    causes.invalid(field, go_quoted(text), api::is_dns_subdomain(text) ? "must not contain dots" : kLabelRule);
}

void check_subdomain_text(const std::string& text, const std::string& field, Causes& causes) {
  if (text.size() > kNameMax) causes.invalid(field, go_quoted(text), too_long(kNameMax));
  else if (!api::is_dns_subdomain(text)) causes.invalid(field, go_quoted(text), kSubdomainRule);
}

void check_qualified(const std::string& text, const std::string& field, Causes& causes) {
  std::string problems = key_problem(text);
  const size_t both = problems.find("; ");
  if (both != problems.npos) {
    causes.invalid(field, go_quoted(text), problems.substr(0, both));
    problems.erase(0, both + 2);
  }
  if (!problems.empty()) causes.invalid(field, go_quoted(text), problems);
}

void check_path_segment(const std::string& text, const std::string& field, Causes& causes) {
  if (text == "." || text == "..") return causes.invalid(field, go_quoted(text), "may not be '" + text + "'");
  for (const char* part : {"/", "%"}) {
    if (text.contains(part)) causes.invalid(field, go_quoted(text), std::string("may not contain '") + part + "'");
  }
}

void check_prefixed_path(const std::string& text, const std::string& field, Causes& causes) {
  if (text.empty()) return causes.required(field);
  const size_t slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size())
    return causes.invalid(field, go_quoted(text), "must be a domain-prefixed path (such as \"acme.io/foo\")");
  const std::string host = text.substr(0, slash), path = text.substr(slash + 1);
  if (!api::is_dns_subdomain(host)) causes.invalid(field, go_quoted(host), kSubdomainRule);
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/!$&'()*+,;=:@._~-%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!std::ranges::all_of(path, allowed))
    causes.invalid(field, go_quoted(path), "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
}

void check_address(const std::string& text, const std::string& field, Causes& causes) {
  const std::string bytes = bytes_of_address(text);
  if (bytes.empty()) causes.invalid(field, go_quoted(text), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  else if (bytes.size() == 16 && bytes.starts_with(std::string(10, '\0') + "\xff\xff"))
    causes.invalid(field, go_quoted(text), "must not be an IPv4-mapped IPv6 address");
}

void check_endpoint_address(const std::string& text, const std::string& field, Causes& causes) {
  const std::string bytes = bytes_of_address(text);
  if (bytes.empty()) return causes.invalid(field, go_quoted(text), "must be a valid IP address");
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const bool is_four = bytes.size() == 4;
  if (bytes == std::string(bytes.size(), '\0')) causes.invalid(field, go_quoted(text), "may not be unspecified (" + text + ")");
  if (is_four ? byte(0) == 127 : bytes == std::string(15, '\0') + '\1')
    causes.invalid(field, go_quoted(text), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (is_four ? byte(0) == 169 && byte(1) == 254 : byte(0) == 0xfe && (byte(1) & 0xc0) == 0x80)
    causes.invalid(field, go_quoted(text), "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (is_four ? byte(0) == 224 && byte(1) == 0 && byte(2) == 0 : byte(0) == 0xff && (byte(1) & 0x0f) == 0x02)
    causes.invalid(field, go_quoted(text), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

std::optional<AddressRange> check_range(const std::string& text, const std::string& field, Causes& causes) {
  auto range = parse_range(text);
  if (!range) causes.invalid(field, go_quoted(text), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  else if (has_bits_behind(*range)) causes.invalid(field, go_quoted(text), "must not have bits set beyond the prefix length");
  return range;
}

void check_port_number(int64_t number, const std::string& field, Causes& causes) {
  if (number < 1 || number > kPortMax) causes.invalid(field, std::to_string(number), "must be between 1 and 65535, inclusive");
}

void check_port_name(const std::string& name, const std::string& field, Causes& causes) {
  const auto tell = [&](const char* problem) { causes.invalid(field, go_quoted(name), problem); };
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.size() > kPortNameMax) tell("must be no more than 15 characters");
  if (!std::ranges::all_of(name, is_plain)) tell("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; })) tell("must contain at least one letter (a-z)");
  if (name.contains("--")) tell("must not contain consecutive hyphens");
  if (name.starts_with('-') || name.ends_with('-')) tell("must not begin or end with a hyphen");
}

void check_not_negative(const Value* number, const std::string& field, Causes& causes) {
  if (number && number->as_int() && *number->as_int() < 0) causes.invalid(field, number, "must be greater than or equal to 0");
}

void check_not_negative(const Value& owner, const std::string& field, std::initializer_list<const char*> members,
                        Causes& causes) {
  for (const char* member : members) check_not_negative(owner.find(member), field + "." + member, causes);
}

void check_count_or_percent(const Value* value, const std::string& field, Causes& causes) {
  const std::string* text = value ? value->as_string() : nullptr;
  if (!text) return check_not_negative(value, field, causes);
  if (!api::is_percent(*text))
    causes.invalid(field, go_quoted(*text),
                   "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
                   "for validation is '[0-9]+%')");
}

int64_t count_or_percent(const Value* value) {
  if (value && value->as_int()) return *value->as_int();
  const std::string* text = value ? value->as_string() : nullptr;
  if (!text || !api::is_percent(*text)) return 0;
  return static_cast<int64_t>(decimal(std::string_view(*text).substr(0, text->size() - 1)).value_or(INT32_MAX));
}

void check_at_most_whole(const Value* value, const std::string& field, Causes& causes) {
  if (value && value->as_string() && count_or_percent(value) > 100) causes.invalid(field, value, "must not be greater than 100%");
}

void check_label_map(const Value& owner, const char* path, Causes& causes, const std::string& field) {
  const Value* labels = find_path(owner, path);
  if (!labels || !labels->is_object()) return;
  const std::string at = field.empty() ? path : field;
  for (const doc::Member& member : *labels->as_object()) {
    check_qualified(member.key, at, causes);
    const std::string value = member.value.as_string() ? *member.value.as_string() : "";
    if (const std::string problem = label_value_problem(value); !problem.empty()) causes.invalid(at, go_quoted(value), problem);
  }
}

std::string map_text(const Value* map) {
  if (!map || !map->is_object()) return "null";
  doc::Object sorted = *map->as_object();
  std::ranges::sort(sorted, {}, &doc::Member::key);
  return doc::to_json(Value(std::move(sorted)));
}

namespace {

bool check_expression(const Value& expression, const std::string& field, Causes& causes) {
  const std::string op = text_at(expression, "operator"), key = text_at(expression, "key");
  const bool wants_values = op == "In" || op == "NotIn", has_values = size_at(expression, "values") > 0;
  const bool is_known = wants_values || op == "Exists" || op == "DoesNotExist";
  if (!is_known) causes.invalid(field + ".operator", go_quoted(op), "not a valid selector operator");
  else if (wants_values && !has_values)
    causes.required(field + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
  else if (!wants_values && has_values)
    causes.forbidden(field + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  check_qualified(key, field + ".key", causes);
  bool fine = is_known && wants_values == has_values && api::is_qualified_name(key);
  each_item(expression, "values", field + ".values", [&](const Value& value, const std::string& at) {
    const std::string text = value.as_string() ? *value.as_string() : "";
    const std::string problem = label_value_problem(text);
    if (!problem.empty()) causes.invalid(at, go_quoted(text), problem);
    fine = fine && problem.empty();
  });
  return fine;
}

using LabelsByKey = std::map<std::string_view, const Value*>;

LabelsByKey by_key(const Value* labels) {
  LabelsByKey all;
  if (!labels || !labels->is_object()) return all;
  for (const doc::Member& label : *labels->as_object()) all.emplace(label.key, &label.value);
  return all;
}

const Value* label_of(const LabelsByKey& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? nullptr : found->second;
}

bool selects(const Value& expression, const std::string& op, const LabelsByKey& labels) {
  const Value* label = label_of(labels, text_at(expression, "key"));
  if (op == "Exists") return label != nullptr;
  if (op == "DoesNotExist") return label == nullptr;
  const Value* values = expression.find("values");
  const bool listed =
      label && values && values->is_array() && std::ranges::find(*values->as_array(), *label) != values->as_array()->end();
  return op == "NotIn" ? !listed : listed;
}

}  // namespace

bool check_label_selector(const Value* selector, const std::string& field, Causes& causes) {
  if (!selector || !selector->is_object()) return true;
  check_label_map(*selector, "matchLabels", causes, field + ".matchLabels");
  const Value* labels = selector->find("matchLabels");
  bool fine = !labels || !labels->is_object() || std::ranges::all_of(*labels->as_object(), [](const doc::Member& label) {
    return api::is_qualified_name(label.key) && label.value.as_string() && api::is_label_value(*label.value.as_string());
  });
  each_item(*selector, "matchExpressions", field + ".matchExpressions", [&](const Value& expression, const std::string& at) {
    if (!check_expression(expression, at, causes)) fine = false;
  });
  return fine;
}

bool is_empty_selector(const Value& selector) {
  return size_at(selector, "matchLabels") == 0 && size_at(selector, "matchExpressions") == 0;
}

bool selects(const Value& selector, const Value* given) {
  const LabelsByKey labels = by_key(given);
  if (const Value* wanted = selector.find("matchLabels"); wanted && wanted->is_object()) {
    for (const doc::Member& member : *wanted->as_object()) {
      const Value* label = label_of(labels, member.key);
      if (!label || !(*label == member.value)) return false;
    }
  }
  const doc::Array& expressions = items_at(selector, "matchExpressions");
  return std::ranges::all_of(expressions, [&](const Value& e) { return selects(e, text_at(e, "operator"), labels); });
}

std::optional<api::Quantity> amount_of(const Value* value) {
  if (!value || value->is_null()) return std::nullopt;
  return api::parse_quantity(value->as_string() ? *value->as_string() : doc::to_json(*value));
}

void check_amount_not_negative(const Value* value, const std::string& field, Causes& causes) {
  const auto amount = amount_of(value);
  if (amount && amount->negative)
    causes.invalid(field, go_quoted(api::canonical_text(*amount)), "must be greater than or equal to 0");
}

namespace {

constexpr std::array<std::string_view, 20> kStandardResources = {"cpu",
                                                                 "memory",
                                                                 "ephemeral-storage",
                                                                 "requests.cpu",
                                                                 "requests.memory",
                                                                 "limits.cpu",
                                                                 "limits.memory",
                                                                 "requests.storage",
                                                                 "configmaps",
                                                                 "requests.ephemeral-storage",
                                                                 "pods",
                                                                 "resourcequotas",
                                                                 "services",
                                                                 "limits.ephemeral-storage",
                                                                 "secrets",
                                                                 "storage",
                                                                 "persistentvolumeclaims",
                                                                 "replicationcontrollers",
                                                                 "services.nodeports",
                                                                 "services.loadbalancers"};

bool is_native(const std::string& name) { return !name.contains('/') || name.contains("kubernetes.io/"); }

}  // namespace

bool is_extended_resource(const std::string& name) {
  return !is_native(name) && !name.starts_with("requests.") && api::is_qualified_name("requests." + name);
}

void check_resource_name(const std::string& name, const std::string& field, Causes& causes) {
  if (!api::is_qualified_name(name)) return check_qualified(name, field, causes);
  const bool is_standard = name.starts_with("hugepages-") || name.starts_with("requests.hugepages-") ||
                           std::ranges::find(kStandardResources, name) != kStandardResources.end();
  if (!name.contains('/') && !is_standard)
    causes.invalid(field, go_quoted(name), "must be a standard resource type or fully qualified");
}

void check_container_resource(const std::string& name, const std::string& field, Causes& causes) {
  check_resource_name(name, field, causes);
  const bool is_standard = name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
  if (!name.contains('/') && !is_standard) causes.invalid(field, go_quoted(name), "must be a standard resource for containers");
  else if (!is_native(name) && !is_extended_resource(name))
    causes.invalid(field, go_quoted(name), "doesn't follow extended resource name standard");
}

}  // namespace graylane::apiserver
