#include "api/openapi_schema.h"

#include <algorithm>
#include <array>

#include "api/fields.h"
#include "api/metadata.h"
#include "doc/print.h"

namespace graylane::api {

using doc::Value;
using Type = Schema::Type;

namespace {

bool is_true(const Value& props, std::string_view member) {
  const Value* value = props.find(member);
  return value && value->as_bool() && *value->as_bool();
}

std::string text_of(const Value& props, std::string_view member) {
  const Value* value = props.find(member);
  return value && value->as_string() ? *value->as_string() : "";
}

std::optional<double> number_of(const Value& props, std::string_view member) {
  const Value* value = props.find(member);
  if (value && value->as_int()) return static_cast<double>(*value->as_int());
  if (value && value->as_double()) return *value->as_double();
  return std::nullopt;
}

int64_t count_of(const Value& props, std::string_view member, int64_t otherwise) {
  const Value* value = props.find(member);
  return value && value->as_int() ? *value->as_int() : otherwise;
}

const doc::Array& array_of(const Value& props, std::string_view member) {
  static const doc::Array kNone;
  const Value* value = props.find(member);
  return value && value->as_array() ? *value->as_array() : kNone;
}

std::vector<std::string> texts_of(const Value& props, std::string_view member) {
  std::vector<std::string> texts;
  for (const Value& item : array_of(props, member)) {
    if (item.as_string()) texts.push_back(*item.as_string());
  }
  return texts;
}

Type type_of(const Value& props) {
  if (is_true(props, "x-kubernetes-int-or-string")) return Type::kIntOrString;
  static constexpr std::array<std::pair<std::string_view, Type>, 6> kTypes = {{{"object", Type::kObject},
                                                                               {"array", Type::kArray},
                                                                               {"string", Type::kString},
                                                                               {"integer", Type::kInteger},
                                                                               {"number", Type::kNumber},
                                                                               {"boolean", Type::kBoolean}}};
  const auto found = std::ranges::find(kTypes, text_of(props, "type"), &std::pair<std::string_view, Type>::first);
  return found == kTypes.end() ? Type::kAny : found->second;
}

void make_list(const Value& props, Schema& schema) {
  const std::string type = text_of(props, "x-kubernetes-list-type");
  schema.list_keys = texts_of(props, "x-kubernetes-list-map-keys");
  if (type == "set") schema.list_type = Schema::ListType::kSet;
  else if (type == "map" && !schema.list_keys.empty()) schema.list_type = Schema::ListType::kMap;
}

/// Texts for people, and what is compiled into members of its own.
bool tells_nothing(std::string_view member) {
  static constexpr std::array<std::string_view, 13> kLeftOut = {"description",
                                                                "title",
                                                                "example",
                                                                "externalDocs",
                                                                "x-kubernetes-validations",
                                                                "properties",
                                                                "additionalProperties",
                                                                "items",
                                                                "allOf",
                                                                "anyOf",
                                                                "oneOf",
                                                                "not",
                                                                "required"};
  return std::ranges::find(kLeftOut, member) != kLeftOut.end();
}

void add_to_identity(std::string& identity, std::string_view member, const void* part) {
  identity += member;
  identity += '=';
  identity += std::to_string(reinterpret_cast<uintptr_t>(part));
  identity += ';';
}

void add_property(Schema& owner, const char* name, const Schema& schema) {
  const auto at = std::ranges::lower_bound(owner.properties, std::string_view(name), {},
                                           [](const Property& p) { return std::string_view(p.name); });
  const bool known = at != owner.properties.end() && at->name == name;
  Property& property = known ? *at : *owner.properties.insert(at, Property());
  property = Property();
  property.name = name;
  property.schema = &schema;
}

const Schema& plain_text() {
  static const Schema kText = [] {
    Schema schema;
    schema.type = Type::kString;
    return schema;
  }();
  return kText;
}

/// Of values about which nothing is said: they are kept whole.
const Schema& anything() {
  static const Schema kAnything = [] {
    Schema schema;
    schema.preserve_unknown = true;
    return schema;
  }();
  return kAnything;
}

}  // namespace

std::shared_ptr<const Pattern> OpenApiSchemas::pattern(const std::string& text) {
  auto [at, is_new] = patterns_.try_emplace(text);
  if (is_new) at->second = Pattern::compile(text).value_or(nullptr);
  return at->second;
}

const Schema* OpenApiSchemas::add_child(const Value* child, const char* member, std::string& identity) {
  if (!child || !child->is_object()) return nullptr;
  const Schema* schema = add(*child);
  add_to_identity(identity, member, schema);
  return schema;
}

std::vector<const Schema*> OpenApiSchemas::add_all(const Value& props, const char* member, std::string& identity) {
  std::vector<const Schema*> schemas;
  for (const Value& item : array_of(props, member)) {
    if (const Schema* schema = add_child(&item, member, identity)) schemas.push_back(schema);
  }
  return schemas;
}

void OpenApiSchemas::fill_properties(const Value& props, Schema& schema, std::string& identity) {
  const Value* members = props.find("properties");
  if (!members || !members->is_object()) return;
  schema.properties.reserve(members->as_object()->size());
  for (const doc::Member& member : *members->as_object()) {
    if (!member.value.is_object()) continue;
    Property property;
    property.name = member.key;
    property.schema = add_child(&member.value, member.key.c_str(), identity);
    if (const Value* value = member.value.find("default")) {
      property.default_value = *value;
      identity += "default=" + doc::to_json(*value) + ";";
    }
    schema.properties.push_back(std::move(property));
  }
  std::ranges::sort(schema.properties, {}, &Property::name);
}

Schema OpenApiSchemas::structure(const Value& props, std::string& identity) {
  Schema schema;
  schema.type = type_of(props);
  schema.preserve_unknown = is_true(props, "x-kubernetes-preserve-unknown-fields");
  schema.nullable = is_true(props, "nullable");
  schema.embedded = is_true(props, "x-kubernetes-embedded-resource");
  if (schema.type == Type::kArray) make_list(props, schema);
  if (text_of(props, "x-kubernetes-map-type") == "atomic") schema.map_type = Schema::MapType::kAtomic;
  fill_properties(props, schema, identity);
  schema.items = add_child(props.find("items"), "items", identity);
  schema.additional = add_child(props.find("additionalProperties"), "additional", identity);
  if (is_true(props, "additionalProperties")) {
    schema.additional = &anything();
    identity += "additional;";
  }
  return schema;
}

/// False when there are none.
bool OpenApiSchemas::fill_rules(const Value& props, Rules& rules, std::string& identity) {
  rules.format = text_of(props, "format");
  if (const std::string text = text_of(props, "pattern"); !text.empty()) rules.pattern = pattern(text);
  rules.enum_values = array_of(props, "enum");
  rules.required = texts_of(props, "required");
  for (const std::string& name : rules.required) identity += "required=" + name + ";";
  rules.minimum = number_of(props, "minimum");
  rules.maximum = number_of(props, "maximum");
  rules.multiple_of = number_of(props, "multipleOf");
  rules.exclusive_minimum = is_true(props, "exclusiveMinimum");
  rules.exclusive_maximum = is_true(props, "exclusiveMaximum");
  rules.unique_items = is_true(props, "uniqueItems");
  rules.min_length = count_of(props, "minLength", 0);
  rules.max_length = count_of(props, "maxLength", Rules::kUnlimited);
  rules.min_items = count_of(props, "minItems", 0);
  rules.max_items = count_of(props, "maxItems", Rules::kUnlimited);
  rules.min_properties = count_of(props, "minProperties", 0);
  rules.max_properties = count_of(props, "maxProperties", Rules::kUnlimited);
  rules.all_of = add_all(props, "allOf", identity);
  rules.any_of = add_all(props, "anyOf", identity);
  rules.one_of = add_all(props, "oneOf", identity);
  rules.none_of = add_child(props.find("not"), "not", identity);
  static constexpr std::array<std::string_view, 17> kKeywords = {
      "format",    "pattern",  "enum",     "required",      "minimum",       "maximum", "multipleOf", "uniqueItems", "minLength",
      "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "allOf",   "anyOf",      "oneOf"};
  return rules.none_of || std::ranges::any_of(kKeywords, [&](std::string_view name) { return props.find(name) != nullptr; });
}

const Schema* OpenApiSchemas::add(const Value& props) {
  std::string identity;
  for (const doc::Member& member : *props.as_object()) {
    if (!tells_nothing(member.key) && member.key != "default") identity += member.key + "=" + doc::to_json(member.value) + ";";
  }
  Schema schema = structure(props, identity);
  Rules rules;
  const bool has_rules = fill_rules(props, rules, identity);
  if (const auto found = known_.find(identity); found != known_.end()) return found->second;
  if (has_rules) schema.rules = &kept_->rules.emplace_back(std::move(rules));
  return known_.emplace(std::move(identity), &kept_->schemas.add(std::move(schema))).first->second;
}

const Schema* OpenApiSchemas::add_root(const Value& props) {
  std::string identity = "root;";
  Schema schema = structure(props, identity);
  schema.type = Type::kObject;
  for (const char* name : {"apiVersion", "kind"}) add_property(schema, name, plain_text());
  add_property(schema, "metadata", metadata_schema());
  Rules rules;
  if (fill_rules(props, rules, identity)) schema.rules = &kept_->rules.emplace_back(std::move(rules));
  return &kept_->schemas.add(std::move(schema));
}

SchemaSetPtr OpenApiSchemas::finish() {
  known_.clear();
  patterns_.clear();
  return SchemaSetPtr(kept_, &kept_->schemas);
}

}  // namespace graylane::api
