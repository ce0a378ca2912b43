#include "openapi/definitions.h"

#include <algorithm>

#include "api/build.h"
#include "openapi/descriptions.h"

namespace graylane::openapi {

using api::make_object;
using api::Property;
using api::Schema;
using doc::Value;
using Type = Schema::Type;

namespace {

constexpr const char* kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr const char* kQuantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
constexpr const char* kTime = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
constexpr const char* kMicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

Value texts(const std::vector<std::string>& items) {
  doc::Array array;
  for (const std::string& item : items) array.emplace_back(item);
  return Value(std::move(array));
}

Value sorted_texts(std::vector<std::string> items) {
  std::ranges::sort(items);
  return texts(items);
}

void set(doc::Object& object, const char* key, Value value) { object.append(key, std::move(value), {}); }

void describe(std::string_view text, doc::Object& object) {
  if (!text.empty()) set(object, "description", Value(text));
}

Value one_of(const char* first, const char* second) {
  doc::Array types;
  for (const char* type : {first, second}) types.push_back(make_object({{"type", Value(type)}}));
  return Value(std::move(types));
}

Value scalar_definition(const std::string& name, Version version) {
  if (name == kTime || name == kMicroTime) return make_object({{"type", Value("string")}, {"format", Value("date-time")}});
  const bool quantity = name == kQuantity;
  if (version == Version::kV2)
    return quantity ? make_object({{"type", Value("string")}})
                    : make_object({{"type", Value("string")}, {"format", Value("int-or-string")}});
  if (quantity) return make_object({{"oneOf", one_of("string", "number")}});
  return make_object({{"format", Value("int-or-string")}, {"oneOf", one_of("integer", "string")}});
}

/// Null: it has no definition of its own.
const char* scalar_name(const Schema& schema) {
  if (schema.type == Type::kIntOrString) return kIntOrString;
  if (schema.type == Type::kQuantity) return kQuantity;
  if (schema.type != Type::kString) return nullptr;
  if (schema.format == Schema::Format::kDateTime) return kTime;
  return schema.format == Schema::Format::kMicroTime ? kMicroTime : nullptr;
}

const char* type_name(Type type) {
  switch (type) {
    case Type::kObject: return "object";
    case Type::kArray: return "array";
    case Type::kInteger: return "integer";
    case Type::kNumber: return "number";
    case Type::kBoolean: return "boolean";
    case Type::kAny: return nullptr;
    default: return "string";
  }
}

const char* format_name(const Schema& schema) {
  if (schema.type == Type::kInteger) return schema.maximum && *schema.maximum <= 2147483647.0 ? "int32" : "int64";
  if (schema.type == Type::kNumber) return "double";
  if (schema.format == Schema::Format::kBase64) return "byte";
  return schema.format == Schema::Format::kDateTime ? "date-time" : nullptr;
}

std::string patch_strategy(const Schema::Patch& patch) {
  std::string text = patch.merge ? "merge" : "";
  if (patch.retain_keys) text += text.empty() ? "retainKeys" : ",retainKeys";
  return text;
}

}  // namespace

void Definitions::for_each(const std::function<void(const std::string&, const Value&)>& visit) {
  for (const api::Kind* kind : kinds_) {
    if (done_.insert(definition_name(*kind)).second) visit(definition_name(*kind), kind_definition(*kind));
  }
  while (!waiting_.empty()) {
    const auto next = waiting_.extract(waiting_.begin());
    visit(next.key(), definition(*next.mapped()));
  }
  for (const std::string& name : scalars_) visit(name, scalar_definition(name, version_));
}

Value Definitions::kind_definition(const api::Kind& kind) {
  custom_ = kind.custom != nullptr;
  doc::Object object;
  if (!custom_) describe(description_of(kind.gvk.kind), object);
  set(object, "type", Value("object"));
  add_properties(*kind.schema, custom_ ? "Any" : kind.gvk.kind, true, object);
  if (kind.schema->preserve_unknown && custom_) set(object, "x-kubernetes-preserve-unknown-fields", Value(true));
  doc::Array kinds;
  kinds.push_back(group_version_kind(kind));
  set(object, "x-kubernetes-group-version-kind", Value(std::move(kinds)));
  custom_ = false;
  return Value(std::move(object));
}

Value Definitions::definition(const Schema& schema) {
  const std::string type = schema.name.substr(schema.name.rfind('.') + 1);
  doc::Object object;
  describe(description_of(type), object);
  set(object, "type", Value("object"));
  add_properties(schema, type, false, object);
  if (schema.map_type == Schema::MapType::kAtomic) set(object, "x-kubernetes-map-type", Value("atomic"));
  return Value(std::move(object));
}

void Definitions::add_properties(const Schema& schema, std::string_view type, bool is_kind, Members& into) {
  if (schema.properties.empty()) return;
  doc::Object properties;
  std::vector<std::string> required;
  for (const Property& property : schema.properties) {
    properties.append(property.name, property_value(property, type), {});
    // Of a kind the server fills in what is missing of these, or says so better.
    const bool told =
        is_kind && (property.name == "apiVersion" || property.name == "kind" || (property.name == "spec" && !custom_));
    if (property.required && !told) required.push_back(property.name);
  }
  if (!required.empty()) set(into, "required", texts(required));
  set(into, "properties", Value(std::move(properties)));
}

Value Definitions::property_value(const Property& property, std::string_view type) {
  Value value = value_of(*property.schema);
  doc::Object extras;
  if (!type.empty()) describe(description_of(type, property.name), extras);
  if (property.default_value) set(extras, "default", *property.default_value);
  add_extensions(*property.schema, extras);
  if (extras.empty()) return value;
  doc::Object& object = *value.as_object();
  if (version_ == Version::kV3 && object.find("$ref")) {  // there, what stands beside a reference does not count
    doc::Array all;
    all.push_back(std::move(value));
    value = make_object({{"allOf", Value(std::move(all))}});
  }
  for (doc::Member& extra : extras) value.as_object()->set(std::move(extra.key), std::move(extra.value));
  return value;
}

Value Definitions::refer_to_scalar(const char* name) {
  scalars_.insert(name);
  return reference_to(name, version_);
}

Value Definitions::refer_to(const Schema& schema) {
  if (done_.insert(schema.name).second) waiting_.emplace(schema.name, &schema);
  return reference_to(schema.name, version_);
}

Value Definitions::value_of(const Schema& schema) {
  if (schema.type == Type::kObject && !schema.name.empty()) return refer_to(schema);
  if (const char* name = scalar_name(schema); name && !custom_) return refer_to_scalar(name);
  doc::Object object;
  add_type(schema, object);
  return Value(std::move(object));
}

void Definitions::add_type(const Schema& schema, Members& into) {
  if (schema.type == Type::kIntOrString) return set(into, "x-kubernetes-int-or-string", Value(true));
  if (const char* type = type_name(schema.type)) set(into, "type", Value(type));
  if (const char* format = format_name(schema)) set(into, "format", Value(format));
  if (!schema.enum_values.empty()) set(into, "enum", sorted_texts(schema.enum_values));
  if (schema.type == Type::kArray) set(into, "items", schema.items ? value_of(*schema.items) : Value(doc::Object()));
  if (schema.additional) set(into, "additionalProperties", value_of(*schema.additional));
  add_properties(schema, {}, false, into);
  if (schema.preserve_unknown && custom_) set(into, "x-kubernetes-preserve-unknown-fields", Value(true));
}

void Definitions::add_extensions(const Schema& schema, Members& into) const {
  using ListType = Schema::ListType;
  if (schema.type == Type::kArray) {
    const char* type = schema.list_type == ListType::kMap ? "map" : schema.list_type == ListType::kSet ? "set" : "atomic";
    set(into, "x-kubernetes-list-type", Value(type));
    if (!schema.list_keys.empty()) set(into, "x-kubernetes-list-map-keys", texts(schema.list_keys));
  } else if (schema.map_type == Schema::MapType::kAtomic && schema.name.empty()) {
    set(into, "x-kubernetes-map-type", Value("atomic"));
  }
  if (const std::string strategy = patch_strategy(schema.patch); !strategy.empty() && !custom_) {
    set(into, "x-kubernetes-patch-strategy", Value(strategy));
    if (!schema.patch.merge_key.empty()) set(into, "x-kubernetes-patch-merge-key", Value(schema.patch.merge_key));
  }
}

}  // namespace graylane::openapi
