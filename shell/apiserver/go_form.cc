#include "apiserver/go_form.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "api/quantity.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Property;
using api::Schema;
using doc::Value;
using Type = Schema::Type;
using Format = Schema::Format;

namespace {

bool is_time(const Schema& schema) { return schema.format == Format::kDateTime || schema.format == Format::kMicroTime; }

bool is_struct(const Schema& schema) { return schema.type == Type::kObject && !schema.properties.empty() && !schema.additional; }

/// Part of its owner in Go, not pointed to.
bool is_struct_by_value(const Property& property) { return !property.protobuf_presence && is_struct(*property.schema); }

bool is_zero(const Value& value) {
  if (const bool* flag = value.as_bool()) return !*flag;
  if (const int64_t* number = value.as_int()) return *number == 0;
  if (const std::string* text = value.as_string()) return text->empty();
  if (const doc::Array* items = value.as_array()) return items->empty();
  const doc::Object* object = value.as_object();
  return object && object->empty();
}

/// A zero of these says nothing.
bool is_dropped_when_zero(const Property& property) {
  const Schema& schema = *property.schema;
  if (property.protobuf_presence || is_struct(schema) || is_time(schema)) return false;
  if (property.required) return schema.type == Type::kString;
  return schema.type != Type::kQuantity && schema.type != Type::kAny && !schema.preserve_unknown;
}

void take_form(Value& value, const Schema& schema);

void add_absent(doc::Object& object, const Schema& schema, Position at) {
  for (const Property& property : schema.properties) {
    const bool is_number = property.required && property.schema->type == Type::kInteger && !property.protobuf_presence;
    if ((!is_number && !is_struct_by_value(property)) || object.find(property.name)) continue;
    Value& added = object.append(property.name, is_number ? Value(int64_t{0}, at) : Value(doc::Object(), at), at);
    take_form(added, *property.schema);
  }
}

void take_struct_form(doc::Object& object, const Schema& schema, Position at) {
  if (schema.name.ends_with(".CustomResourceDefinitionStatus")) return;  // made by the server, all at once
  const auto is_nothing = [&](doc::Member& member) {
    const Property* property = schema.find(member.key);
    if (!property) return !schema.preserve_unknown;
    if (member.value.is_null()) return true;
    take_form(member.value, *property->schema);
    return is_zero(member.value) && is_dropped_when_zero(*property);
  };
  std::vector<std::string> dropped;
  for (doc::Member& member : object) {
    if (is_nothing(member)) dropped.push_back(member.key);
  }
  for (const std::string& name : dropped) object.erase(name);
  add_absent(object, schema, at);
}

/// null: an element of a list that is not there is an empty one.
void take_item_form(Value& item, const Schema& schema) {
  if (item.is_null() && is_struct(schema)) item = Value(doc::Object(), item.at());
  if (item.is_null() && schema.type == Type::kString) item = Value("", item.at());
  if (item.is_null() && schema.type == Type::kQuantity) item = Value("0", item.at());
  take_form(item, schema);
}

void take_form(Value& value, const Schema& schema) {
  if (doc::Array* items = value.as_array(); items && schema.items) {
    for (Value& item : *items) take_item_form(item, *schema.items);
  }
  doc::Object* object = value.as_object();
  if (!object) return;
  if (is_struct(schema)) return take_struct_form(*object, schema, value.at());
  if (!schema.additional || schema.additional->type == Type::kString) return;
  for (doc::Member& member : *object) take_item_form(member.value, *schema.additional);
}

/// Lists that are printed although there is none: owner and member.
struct NilList {
  std::string_view owner;
  std::string_view member;
};
constexpr std::array kNilLists = {
    NilList{"io.k8s.api.core.v1.LimitRangeSpec", "limits"},
    NilList{"io.k8s.api.rbac.v1.Role", "rules"},
    NilList{"io.k8s.api.rbac.v1.ClusterRole", "rules"},
    NilList{"io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", "currentMetrics"},
    NilList{"io.k8s.api.discovery.v1.EndpointSlice", "endpoints"},
    NilList{"io.k8s.api.discovery.v1.EndpointSlice", "ports"},
};

bool is_printed_as_null(const Schema& owner, const Property& property) {
  if (is_time(*property.schema)) return !property.protobuf_presence && !owner.name.ends_with(".ObjectMeta");
  return property.schema->type == Type::kArray && std::ranges::any_of(kNilLists, [&](const NilList& list) {
           return list.owner == owner.name && list.member == property.name;
         });
}

void print_quantity(Value& value) {
  const std::string text = value.as_string() ? *value.as_string() : doc::to_json(value);
  if (const auto quantity = api::parse_quantity(text)) value = Value(api::canonical_text(*quantity), value.at());
}

void print_value(Value& value, const Schema& schema) {
  if (schema.type == Type::kQuantity && !value.is_null()) return print_quantity(value);
  if (doc::Array* items = value.as_array(); items && schema.items) {
    for (Value& item : *items) print_value(item, *schema.items);
  }
  doc::Object* object = value.as_object();
  if (!object) return;
  for (doc::Member& member : *object) {
    const Property* property = schema.find(member.key);
    if (property) print_value(member.value, *property->schema);
    else if (schema.additional && schema.additional->type != Type::kString) print_value(member.value, *schema.additional);
  }
  for (const Property& property : schema.properties) {
    if (is_printed_as_null(schema, property) && !object->find(property.name)) object->append(property.name, Value(), {});
  }
}

}  // namespace

void take_go_form(Value& document, const api::Kind& kind) {
  if (!kind.custom) take_form(document, *kind.schema);
}

void print_as_go(Value& document, const api::Kind& kind) {
  if (!kind.custom) print_value(document, *kind.schema);
}

}  // namespace graylane::apiserver
