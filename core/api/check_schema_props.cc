#include "api/check_schema_props.h"

#include <algorithm>
#include <array>

#include "api/conform_custom.h"
#include "api/custom_text.h"
#include "api/fields.h"
#include "api/openapi_schema.h"
#include "doc/print.h"

namespace graylane::api {
namespace {

using doc::Value;

/// Where a schema stands.
enum class Level : uint8_t { kRoot, kItem, kField };

bool is_true(const Value& props, std::string_view member) {
  const Value* value = props.find(member);
  return value && value->as_bool() && *value->as_bool();
}

std::string text_of(const Value& props, std::string_view member) {
  const Value* value = props.find(member);
  return value && value->as_string() ? *value->as_string() : "";
}

bool is_set(const Value& props, std::string_view member) {
  const Value* value = props.find(member);
  if (!value || value->is_null()) return false;
  if (value->as_bool()) return *value->as_bool();
  if (value->as_string()) return !value->as_string()->empty();
  if (value->as_array()) return !value->as_array()->empty();
  return !value->as_object() || !value->as_object()->empty();
}

/// Calls visit(name, schema) for the members of an object of schemas.
template <class Visit>
void for_each_schema(const Value& props, std::string_view member, Visit visit) {
  const Value* value = props.find(member);
  if (!value || !value->is_object()) return;
  for (const doc::Member& entry : *value->as_object()) {
    if (entry.value.is_object()) visit(entry.key, entry.value);
  }
}

/// The same for an array.
template <class Visit>
void for_each_item(const Value& props, std::string_view member, Visit visit) {
  const Value* value = props.find(member);
  if (!value || !value->is_array()) return;
  for (size_t i = 0; i < value->as_array()->size(); ++i) visit(i, (*value->as_array())[i]);
}

class SchemaChecker {
 public:
  explicit SchemaChecker(Objections& findings) : findings_(findings) {}

  void structure(const Value& props, Level level, const std::string& path);

 private:
  void required(const std::string& field, std::string_view why, Position at) {
    findings_.push_back({"field-value-required", field, "Required value: " + std::string(why), at});
  }
  void forbidden(const std::string& field, std::string_view why, Position at) {
    findings_.push_back({"field-value-forbidden", field, "Forbidden: " + std::string(why), at});
  }
  void invalid(const std::string& field, const Value& value, std::string_view why) {
    findings_.push_back(
        {"field-value-invalid", field, "Invalid value: " + doc::to_json(value) + ": " + std::string(why), value.at()});
  }
  void not_supported(const std::string& field, const Value& value, std::string_view supported) {
    findings_.push_back({"field-value-not-supported", field,
                         "Unsupported value: " + doc::to_json(value) + ": supported values: " + std::string(supported),
                         value.at()});
  }

  void unsupported_keywords(const Value& props, const std::string& path);
  void type(const Value& props, Level level, const std::string& path);
  void children(const Value& props, Level level, const std::string& path);
  void metadata(const Value& props, Level level, const std::string& path);
  void lists(const Value& props, const std::string& path);
  void list_keys(const Value& props, const std::string& path);
  void values(const Value& props, const std::string& path, bool int_or_string);
  void nested(const Value& props, const std::string& path, bool int_or_string);
  void default_value(const Value& props, const std::string& path);

  Objections& findings_;
};

void SchemaChecker::unsupported_keywords(const Value& props, const std::string& path) {
  struct Unsupported {
    const char* name;
    const char* why;
  };
  static constexpr std::array<Unsupported, 7> kUnsupported = {
      {{"id", "id is not supported"},
       {"additionalItems", "additionalItems is not supported"},
       {"patternProperties", "patternProperties is not supported"},
       {"definitions", "definitions is not supported"},
       {"dependencies", "dependencies is not supported"},
       {"$ref", "$ref is not supported"},
       {"uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"}}};
  for (const Unsupported& keyword : kUnsupported) {
    if (is_set(props, keyword.name)) forbidden(path + "." + keyword.name, keyword.why, props.at());
  }
  const Value* items = props.find("items");
  if (items && items->is_array()) forbidden(path + ".items", "items must be a schema object and not an array", items->at());
  const Value* additional = props.find("additionalProperties");
  if (!additional) return;
  if (additional->as_bool() && !*additional->as_bool())
    forbidden(path + ".additionalProperties", "additionalProperties cannot be set to false", additional->at());
  else if (is_set(props, "properties"))
    forbidden(path + ".additionalProperties", "additionalProperties and properties are mutual exclusive", additional->at());
}

void SchemaChecker::type(const Value& props, Level level, const std::string& path) {
  static constexpr std::array<std::string_view, 6> kTypes = {"array", "boolean", "integer", "number", "object", "string"};
  const std::string name = text_of(props, "type");
  const std::string field = path + ".type";
  if (!name.empty() && std::ranges::find(kTypes, name) == kTypes.end())
    return not_supported(field, *props.find("type"), R"("array", "boolean", "integer", "number", "object", "string")");
  const bool embedded = is_true(props, "x-kubernetes-embedded-resource");
  const bool open = is_true(props, "x-kubernetes-int-or-string") || is_true(props, "x-kubernetes-preserve-unknown-fields");
  const Value* preserves = props.find("x-kubernetes-preserve-unknown-fields");
  if (preserves && preserves->as_bool() && !*preserves->as_bool())
    invalid(path + ".x-kubernetes-preserve-unknown-fields", *preserves, "must be true or undefined");
  if (embedded && name == "object" && !open && !props.find("properties"))
    required(path + ".properties",
             "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
             props.at());
  if (embedded && name.empty()) required(field, "must be object if x-kubernetes-embedded-resource is true", props.at());
  else if (embedded && name != "object")
    invalid(field, *props.find("type"), "must be object if x-kubernetes-embedded-resource is true");
  else if (name.empty() && !open)
    required(field,
             level == Level::kRoot   ? "must not be empty at the root"
             : level == Level::kItem ? "must not be empty for specified array items"
                                     : "must not be empty for specified object fields",
             props.at());
  if (level == Level::kRoot && !name.empty() && name != "object")
    invalid(field, *props.find("type"), "must be object at the root");
}

void SchemaChecker::children(const Value& props, Level level, const std::string& path) {
  const Value* items = props.find("items");
  const bool is_array = text_of(props, "type") == "array";
  if (is_array && (!items || items->is_null())) required(path + ".items", "must be specified", props.at());
  if (items && items->is_object()) structure(*items, Level::kItem, path + ".items");
  for_each_schema(props, "properties", [&](const std::string& name, const Value& property) {
    const bool is_metadata = level == Level::kRoot && name == "metadata";
    if (!is_metadata) structure(property, Level::kField, path + ".properties[" + name + "]");
  });
  const Value* additional = props.find("additionalProperties");
  if (!additional || additional->is_null()) return;
  if (level == Level::kRoot) forbidden(path + ".additionalProperties", "must not be used at the root", additional->at());
  if (additional->is_object()) structure(*additional, Level::kField, path + ".additionalProperties");
}

void SchemaChecker::metadata(const Value& props, Level level, const std::string& path) {
  const Value* properties = props.find("properties");
  if (!properties || (level != Level::kRoot && !is_true(props, "x-kubernetes-embedded-resource"))) return;
  for (const auto& [name, type] : {std::pair("kind", "string"), {"apiVersion", "string"}, {"metadata", "object"}}) {
    const Value* member = properties->find(name);
    if (member && member->is_object() && text_of(*member, "type") != type)
      invalid(path + ".properties[" + name + "].type", Value(text_of(*member, "type"), member->at()),
              std::string("must be ") + type);
  }
  const Value* metadata = properties->find("metadata");
  if (level != Level::kRoot || !metadata || !metadata->is_object()) return;
  const auto allowed = [](const doc::Member& member) {
    if (member.key == "type" || member.key == "description" || member.key == "default") return true;
    if (member.key != "properties" || !member.value.is_object()) return false;
    return std::ranges::all_of(*member.value.as_object(),
                               [](const doc::Member& field) { return field.key == "name" || field.key == "generateName"; });
  };
  if (!std::ranges::all_of(*metadata->as_object(), allowed))
    forbidden(path + ".properties[metadata]",
              "must not specify anything other than name and generateName, but metadata is implicitly specified", metadata->at());
}

void SchemaChecker::list_keys(const Value& props, const std::string& path) {
  const Value* items = props.find("items");
  if (!is_set(props, "x-kubernetes-list-map-keys"))
    return required(path + ".x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map", props.at());
  if (!items || !items->is_object())
    return required(path + ".items", "must have a schema if x-kubernetes-list-type is map", props.at());
  if (text_of(*items, "type") != "object")
    invalid(path + ".items.type", Value(text_of(*items, "type"), items->at()),
            "must be object if parent array's x-kubernetes-list-type is map");
  const Value* properties = items->find("properties");
  const Value* needed = items->find("required");
  for_each_item(props, "x-kubernetes-list-map-keys", [&](size_t, const Value& key) {
    const std::string name = key.as_string() ? *key.as_string() : "";
    const Value* property = properties ? properties->find(name) : nullptr;
    if (!property)
      return invalid(path + ".x-kubernetes-list-map-keys", *props.find("x-kubernetes-list-map-keys"),
                     "entries must all be names of item properties");
    const bool is_required =
        needed && needed->as_array() && std::ranges::find(*needed->as_array(), key) != needed->as_array()->end();
    if (!is_required && !property->find("default"))
      required(path + ".items.properties[" + name + "].default",
               "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
               property->at());
  });
}

void SchemaChecker::lists(const Value& props, const std::string& path) {
  const std::string type = text_of(props, "type");
  const std::string list = text_of(props, "x-kubernetes-list-type");
  const std::string map = text_of(props, "x-kubernetes-map-type");
  const auto wants = [&](const char* wanted, const char* keyword) {
    const std::string why = std::string("must be ") + wanted + " if " + keyword + " is specified";
    if (type.empty()) required(path + ".type", why, props.at());
    else if (type != wanted) invalid(path + ".type", *props.find("type"), why);
  };
  if (!map.empty()) wants("object", "x-kubernetes-map-type");
  if (!map.empty() && map != "atomic" && map != "granular")
    not_supported(path + ".x-kubernetes-map-type", *props.find("x-kubernetes-map-type"), R"("atomic", "granular")");
  if (!list.empty()) wants("array", "x-kubernetes-list-type");
  if (!list.empty() && list != "atomic" && list != "set" && list != "map")
    not_supported(path + ".x-kubernetes-list-type", *props.find("x-kubernetes-list-type"), R"("atomic", "map", "set")");
  if (list == "map") list_keys(props, path);
  if (list == "map" || !is_set(props, "x-kubernetes-list-map-keys")) return;
  const char* why = "must be map if x-kubernetes-list-map-keys is non-empty";
  if (list.empty()) required(path + ".x-kubernetes-list-type", why, props.at());
  else invalid(path + ".x-kubernetes-list-type", *props.find("x-kubernetes-list-type"), why);
}

/// [{type: integer}, {type: string}]: allowed beside x-kubernetes-int-or-string only.
bool is_int_or_string(const Value& props) {
  const Value* any_of = props.find("anyOf");
  if (!any_of || !any_of->as_array() || any_of->as_array()->size() != 2) return false;
  const auto is_type = [](const Value& schema, const char* type) {
    return schema.is_object() && schema.as_object()->size() == 1 && text_of(schema, "type") == type;
  };
  return is_type(any_of->as_array()->front(), "integer") && is_type(any_of->as_array()->back(), "string");
}

/// Keywords that judge the value. `int_or_string`: of a value that is either.
void SchemaChecker::values(const Value& props, const std::string& path, bool int_or_string) {
  const bool skips = int_or_string && is_int_or_string(props);
  for (const char* keyword : {"anyOf", "allOf", "oneOf"}) {
    if (skips && std::string_view(keyword) == "anyOf") continue;
    for_each_item(props, keyword, [&](size_t i, const Value& schema) {
      const bool first = i == 0 && std::string_view(keyword) == "allOf";
      if (schema.is_object()) nested(schema, path + "." + keyword + "[" + std::to_string(i) + "]", int_or_string && first);
    });
  }
  if (const Value* none_of = props.find("not"); none_of && none_of->is_object()) nested(*none_of, path + ".not", false);
  const std::string pattern = text_of(props, "pattern");
  if (pattern.empty()) return;
  if (const auto compiled = Pattern::compile(pattern); !compiled)
    invalid(path + ".pattern", *props.find("pattern"), "must be a valid regular expression, but isn't: " + compiled.error().what);
}

/// A schema inside of anyOf and its like: it may judge, but neither declare nor default.
void SchemaChecker::nested(const Value& props, const std::string& path, bool int_or_string) {
  struct Forbidden {
    const char* name;
    const char* why;
  };
  static constexpr std::array<Forbidden, 12> kForbidden = {
      {{"type", "must be empty to be structural"},
       {"additionalProperties", "must be undefined to be structural"},
       {"default", "must be undefined to be structural"},
       {"title", "must be empty to be structural"},
       {"description", "must be empty to be structural"},
       {"nullable", "must be false to be structural"},
       {"x-kubernetes-preserve-unknown-fields", "must be false to be structural"},
       {"x-kubernetes-embedded-resource", "must be false to be structural"},
       {"x-kubernetes-int-or-string", "must be false to be structural"},
       {"x-kubernetes-list-map-keys", "must be empty to be structural"},
       {"x-kubernetes-list-type", "must be undefined to be structural"},
       {"x-kubernetes-map-type", "must be undefined to be structural"}}};
  for (const Forbidden& keyword : kForbidden) {
    if (is_set(props, keyword.name)) forbidden(path + "." + keyword.name, keyword.why, props.at());
  }
  values(props, path, int_or_string);
  if (const Value* items = props.find("items"); items && items->is_object()) nested(*items, path + ".items", false);
  for_each_schema(props, "properties", [&](const std::string& name, const Value& property) {
    const std::string field = path + ".properties[" + name + "]";
    if (name == "metadata") forbidden(field, "must not be specified in a nested context", property.at());
    nested(property, field, false);
  });
}

/// A default must be a value that the schema accepts.
void SchemaChecker::default_value(const Value& props, const std::string& path) {
  const Value* value = props.find("default");
  if (!value) return;
  OpenApiSchemas schemas;
  const Schema* schema = schemas.add(props);
  Objections found;
  if (!value->is_null()) check_custom(*value, *schema, Path(nullptr, "default"), found);
  for (Objection& finding : found) {
    if (finding.message.find("default in body") != std::string::npos)
      finding.message.replace(finding.message.find("default in body"), 7, "");  // the original names the whole by nothing
    if (finding.field != "<nil>") finding.field = path + "." + finding.field;
    findings_.push_back(std::move(finding));
  }
}

void SchemaChecker::structure(const Value& props, Level level, const std::string& path) {
  if (findings_.size() >= Report::kDiagnosticsMax) return;
  unsupported_keywords(props, path);
  type(props, level, path);
  children(props, level, path);
  metadata(props, level, path);
  lists(props, path);
  const bool int_or_string = is_true(props, "x-kubernetes-int-or-string");
  if (int_or_string && is_true(props, "x-kubernetes-preserve-unknown-fields"))
    invalid(path + ".x-kubernetes-preserve-unknown-fields", Value(true, props.at()),
            "must be false if x-kubernetes-int-or-string is true");
  values(props, path, int_or_string);
  default_value(props, path);
  if (level == Level::kRoot && is_true(props, "nullable"))
    forbidden(path + ".nullable", "nullable cannot be true at the root", props.at());
}

}  // namespace

void check_schema_props(const Value& props, const std::string& path, Objections& findings) {
  SchemaChecker(findings).structure(props, Level::kRoot, path);
}

}  // namespace graylane::api
