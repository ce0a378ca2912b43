#include "apiserver/go_decoding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "api/quantity.h"
#include "api/text_rules.h"
#include "apiserver/status.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Property;
using api::Schema;
using doc::Value;
using Type = Schema::Type;
using Format = Schema::Format;

std::string_view go_kind(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kObject: return "object";
    case Value::Kind::kArray: return "array";
    case Value::Kind::kString: return "string";
    case Value::Kind::kBool: return "bool";
    case Value::Kind::kNull: return "null";
    default: return "number";
  }
}

namespace {

constexpr const char* kNoQuantity = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// One name beside another.
struct Pair {
  std::string_view ours;
  std::string_view theirs;
};

/// Types that Go calls otherwise.
constexpr std::array kTypes = {Pair{"NewEvent", "Event"},
                               Pair{"OldHorizontalPodAutoscaler", "HorizontalPodAutoscaler"},
                               Pair{"OldAutoscalerSpec", "HorizontalPodAutoscalerSpec"},
                               Pair{"OldObjectReference", "CrossVersionObjectReference"},
                               Pair{"SliceConditions", "EndpointConditions"},
                               Pair{"SliceEndpoint", "Endpoint"},
                               Pair{"SliceHints", "EndpointHints"},
                               Pair{"SlicePort", "EndpointPort"}};

/// Structs that are part of another, whose fields stand among the owner's in JSON: owner and name.
constexpr std::array kEmbedded = {Pair{"EnvSource", "LocalObjectReference"},
                                  Pair{"EphemeralContainer", "EphemeralContainerCommon"},
                                  Pair{"IngressRule", "IngressRuleValue"},
                                  Pair{"KeySelector", "LocalObjectReference"},
                                  Pair{"PersistentVolumeSpec", "PersistentVolumeSource"},
                                  Pair{"Probe", "ProbeHandler"},
                                  Pair{"Volume", "VolumeSource"}};

/// "v1.PodSpec" of "io.k8s.api.core.v1.PodSpec"; "PodSpec" without `version`.
std::string go_name(const Schema& schema, bool version) {
  std::string_view name = schema.name;
  const size_t dot = name.rfind('.');
  const std::string_view last = dot == name.npos ? name : name.substr(dot + 1);
  const auto other = std::ranges::find(kTypes, last, &Pair::ours);
  std::string own(other == kTypes.end() ? last : other->theirs);
  if (!version || dot == name.npos) return own;
  const std::string_view package = name.substr(0, dot);
  const size_t before = package.rfind('.');
  return std::string(before == package.npos ? package : package.substr(before + 1)) + "." + own;
}

std::string go_type(const Schema& schema) {
  switch (schema.type) {
    case Type::kString: return schema.format == Format::kBase64 ? "[]uint8" : "string";
    case Type::kInteger: return schema.maximum && *schema.maximum < 4e9 ? "int32" : "int64";
    case Type::kNumber: return "float64";
    case Type::kBoolean: return "bool";
    case Type::kArray: return "[]" + (schema.items ? go_type(*schema.items) : "interface {}");
    default: break;
  }
  if (!schema.name.empty()) return go_name(schema, true);
  if (!schema.additional) return "map[string]interface {}";
  return schema.additional->type == Type::kQuantity ? "v1.ResourceList" : "map[string]" + go_type(*schema.additional);
}

bool is_time(const Schema& schema) { return schema.format == Format::kDateTime || schema.format == Format::kMicroTime; }

/// 2.0 and 1e0 are none: where they count as whole, they have become so before (whole_numbers).
bool is_integer(const Value& value, const Schema& schema) {
  const bool is_small = schema.maximum && *schema.maximum < 4e9;
  return value.is_int() && (!is_small || std::in_range<int32_t>(*value.as_int()));
}

bool has_type(const Value& value, const Schema& schema) {
  switch (schema.type) {
    case Type::kObject: return value.is_object();
    case Type::kArray: return value.is_array();
    case Type::kString: return value.is_string();
    case Type::kInteger: return is_integer(value, schema);
    case Type::kNumber: return value.is_int() || value.is_double();
    case Type::kBoolean: return value.is_bool();
    default: return true;
  }
}

constexpr double kBeyondInt64 = 0x1p63;

/// As it was written, as far as a double tells: integers beyond 64 bits have become doubles.
std::string number_text(const Value& value) {
  std::string text = doc::to_json(value);
  const bool is_large = value.is_double() && std::abs(*value.as_double()) >= kBeyondInt64;
  if (is_large && text.ends_with(".0")) text.resize(text.size() - 2);
  std::erase(text, '+');
  return text;
}

std::string cannot(const Value& value, const Schema& schema, const std::string& where) {
  const bool wants_number = schema.type == Type::kInteger || schema.type == Type::kNumber;
  const std::string number = wants_number && (value.is_double() || value.is_int()) ? " " + number_text(value) : "";
  return "json: cannot unmarshal " + std::string(go_kind(value)) + number + " into Go " + where;
}

/// Where we are: the struct around, and the way of fields to it. List indices and keys of maps are not part of it.
struct Place {
  std::string owner;
  std::string fields;

  std::string text() const { return "struct field " + owner + "." + fields; }
};

/// What of a time is not as it is written with microseconds, and how that would be; null: it is.
std::pair<std::string, const char*> unlike_micros(const std::string& time) {
  constexpr size_t kSeconds = std::string_view("2006-01-02T15:04:05").size(), kFraction = std::string_view(".000000").size();
  std::string rest = time.substr(std::min(kSeconds, time.size()));
  const bool has_six = rest.size() >= kFraction && rest[0] == '.' && rest.find_first_not_of("0123456789", 1) >= kFraction;
  if (!has_six) return {std::move(rest), ".000000"};
  rest.erase(0, kFraction);
  const bool has_more = !rest.empty() && rest[0] >= '0' && rest[0] <= '9';
  return {std::move(rest), has_more ? "Z07:00" : nullptr};
}

/// Where a value with more than one form, read by code of its own, is wrong; empty: nowhere.
std::string wrong_form(const Value& value, const Schema& schema, const Place& place) {
  if (schema.type == Type::kQuantity) {
    const bool is_number = value.is_int() || value.is_double();
    const bool fits = is_number || (value.is_string() && api::is_quantity(*value.as_string()));
    return fits ? "" : kNoQuantity;
  }
  if (schema.type == Type::kIntOrString && !value.is_int() && !value.is_string()) {
    const std::string number = value.is_double() ? " " + number_text(value) : "";
    return "json: cannot unmarshal " + std::string(go_kind(value)) + number + " into Go " + place.text() + " of type int32";
  }
  if (is_time(schema)) {
    if (!value.is_string()) return cannot(value, schema, place.text() + " of type string");
    const std::string text = go_quoted(*value.as_string());
    const char* layout = schema.format == Format::kMicroTime ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
    const std::string so_far = "parsing time " + text + " as " + go_quoted(layout) + ": cannot parse ";
    if (!api::parse_time(*value.as_string())) return so_far + text + " as \"2006\"";
    if (schema.format == Format::kMicroTime) {
      const auto [rest, wanted] = unlike_micros(*value.as_string());
      if (wanted) return so_far + go_quoted(rest) + " as " + go_quoted(wanted);
    }
  }
  if (schema.format == Format::kBase64 && value.is_string() && !api::is_base64(*value.as_string())) {
    constexpr std::string_view kSymbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n";
    const std::string& text = *value.as_string();
    const size_t at = std::min(text.find_first_not_of(kSymbols), text.size() / 4 * 4);
    return "illegal base64 data at input byte " + std::to_string(at);
  }
  return {};
}

Place inside(const Place& place, const Schema& owner, const Property& property) {
  const std::string name = go_name(owner, false);
  std::string fields = place.fields.empty() ? "" : place.fields + ".";
  const auto embedded = std::ranges::find(kEmbedded, std::string_view(name), &Pair::ours);
  if (property.protobuf_embedded != 0 && embedded != kEmbedded.end()) fields += std::string(embedded->theirs) + ".";
  return {name.empty() ? place.owner : name, fields + property.name};
}

std::string wrong_type_in(const Value& value, const Schema& schema, const Place& place) {
  if (value.is_null()) return {};
  if (std::string problem = wrong_form(value, schema, place); !problem.empty()) return problem;
  if (is_time(schema)) return {};
  if (!has_type(value, schema)) return cannot(value, schema, place.text() + " of type " + go_type(schema));
  std::string found;
  if (const doc::Array* items = value.as_array(); items && schema.items) {
    for (size_t i = 0; i < items->size() && found.empty(); ++i) found = wrong_type_in((*items)[i], *schema.items, place);
  }
  if (!value.is_object()) return found;
  for (const doc::Member& member : *value.as_object()) {
    const Property* property = schema.find(member.key);
    if (property) found = wrong_type_in(member.value, *property->schema, inside(place, schema, *property));
    else if (schema.additional) found = wrong_type_in(member.value, *schema.additional, place);
    if (!found.empty()) return found;
  }
  return found;
}

}  // namespace

std::string find_wrong_type(const Value& document, const api::Kind& kind) {
  if (!kind.custom) return wrong_type_in(document, *kind.schema, {kind.gvk.kind, ""});
  // Of the rest of a custom resource that is said with the other demands of its schema.
  const Property* metadata = kind.schema->find("metadata");
  const Value* found = document.find("metadata");
  if (!found || !metadata || found->is_null()) return {};
  if (!found->is_object()) return cannot(*found, *metadata->schema, "value of type v1.ObjectMeta");
  return wrong_type_in(*found, *metadata->schema, {"ObjectMeta", ""});
}

std::string find_wrong_type(const Value& value, const Schema& schema, const std::string& name) {
  return wrong_type_in(value, schema, {name, ""});
}

void whole_numbers(Value& value) {
  if (const double* number = value.as_double()) {
    const bool is_whole = std::trunc(*number) == *number && std::abs(*number) < kBeyondInt64;
    if (is_whole) value = Value(static_cast<int64_t>(*number), value.at());
  }
  if (doc::Array* items = value.as_array()) std::ranges::for_each(*items, whole_numbers);
  if (doc::Object* object = value.as_object()) {
    for (doc::Member& member : *object) whole_numbers(member.value);
  }
}

std::string not_a_struct(const Value& value) {
  return "json: cannot unmarshal " + std::string(go_kind(value)) +
         " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string "
         "\"json:\\\"kind,omitempty\\\"\" }";
}

namespace {

constexpr size_t kFindingsMax = 100;

/// What a backend of an Ingress had before v1, is known well, and would be missed without a word.
std::string hint(const Schema& schema, const std::string& name) {
  if (!schema.name.ends_with("networking.v1.IngressBackend")) return {};
  if (name == "serviceName") return " (of v1beta1; in v1: service.name)";
  return name == "servicePort" ? " (of v1beta1; in v1: service.port.number or service.port.name)" : "";
}

void unknown_in(const Value& value, const Schema& schema, const std::string& path, std::vector<Finding>& findings) {
  if (const doc::Array* items = value.as_array(); items && schema.items) {
    for (size_t i = 0; i < items->size(); ++i)
      unknown_in((*items)[i], *schema.items, path + "[" + std::to_string(i) + "]", findings);
  }
  if (!value.is_object() || findings.size() >= kFindingsMax || schema.preserve_unknown || schema.type != Type::kObject) return;
  for (const doc::Member& member : *value.as_object()) {
    const std::string field = path.empty() ? member.key : path + "." + member.key;
    const Property* property = schema.find(member.key);
    if (property) unknown_in(member.value, *property->schema, field, findings);
    else if (schema.additional) unknown_in(member.value, *schema.additional, field, findings);
    else findings.push_back({"unknown field " + go_quoted(field) + hint(schema, member.key), member.key_at});
  }
}

}  // namespace

std::vector<Finding> find_unknown_fields(const Value& document, const api::Kind& kind) {
  std::vector<Finding> findings;
  if (!kind.custom) unknown_in(document, *kind.schema, "", findings);
  return findings;
}

}  // namespace graylane::apiserver
