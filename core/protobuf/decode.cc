#include "protobuf/decode.h"

#include <algorithm>
#include <bit>
#include <map>

#include "api/crd.h"
#include "doc/key_index.h"
#include "protobuf/scalars.h"
#include "protobuf/wire.h"

namespace graylane::protobuf {
namespace {

using api::Property;
using api::Schema;
using doc::Value;
using Type = Schema::Type;

constexpr std::string_view kMagic{"k8s\0", 4};

/// A map is an array of entries on the wire.
bool is_map(const Schema& schema) { return schema.type == Type::kObject && schema.additional && schema.properties.empty(); }
/// Of any content: JSON inside of a message.
bool is_free(const Schema& schema) {
  return schema.type == Type::kAny || (schema.type == Type::kObject && schema.name.empty() && !schema.additional &&
                                       schema.properties.empty() && schema.preserve_unknown);
}
bool is_message(const Schema& schema) { return schema.type == Type::kObject && !is_map(schema) && !is_free(schema); }

WireType wire_type_of(const Schema& schema) {
  if (schema.type == Type::kInteger || schema.type == Type::kBoolean) return WireType::kVarint;
  return schema.type == Type::kNumber ? WireType::kFixed64 : WireType::kBytes;
}

class Decoder {
 public:
  explicit Decoder(const Limits& limits) : limits_(limits) {}

  Value message(std::string_view bytes, const Schema& schema) {
    Value value{doc::Object()};
    read_message(bytes, schema, *value.as_object());
    return value;
  }
  const std::string& problem() const { return problem_; }

 private:
  /// One JSON object while its message is read. Its members do not move: there is room for all properties.
  struct Scope {
    const Schema& schema;
    doc::Object& object;
    std::map<const Property*, doc::KeyIndex> maps = {};  // of the members that are maps
  };

  void read_message(std::string_view bytes, const Schema& schema, doc::Object& object);
  void read_fields(std::string_view bytes, uint32_t embedded, Scope& scope);
  void put(const Property& property, const Field& field, Scope& scope);
  void put_list_item(const Schema& list, const Field& field, doc::Array& items);
  void put_map_entry(const Property& property, std::string_view entry, doc::Object& map, Scope& scope);
  Value element(const Schema& schema, const Field& field);
  Value list_of(const Schema& list, std::string_view bytes);
  Value value_of_bytes(const Schema& schema, std::string_view bytes);
  Value take(Result<Value> value);
  void fail(std::string problem);
  bool failed() const { return !problem_.empty(); }
  bool has_type(const Field& field, WireType wanted, std::string_view name);

  const Limits limits_;
  uint32_t depth_ = 0;
  size_t values_ = 0;
  std::string problem_;
};

void Decoder::fail(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

Value Decoder::take(Result<Value> value) {
  if (value) return *std::move(value);
  fail(std::move(value.error().what));
  return {};
}

const Property* find_number(const Schema& schema, uint32_t embedded, uint32_t number) {
  const auto found = std::ranges::find_if(schema.properties, [&](const Property& property) {
    return property.protobuf_number == number && property.protobuf_embedded == embedded;
  });
  return found == schema.properties.end() ? nullptr : &*found;
}

bool is_embedded(const Schema& schema, uint32_t number) {
  return std::ranges::find(schema.properties, number, &Property::protobuf_embedded) != schema.properties.end();
}

/// Takes away what Go wrote although nobody set it.
void drop_zeros(doc::Object& object, const Schema& schema) {
  doc::Object kept;
  const auto counts = [&](const doc::Member& member) {
    const Property* property = schema.find(member.key);
    if (!is_zero(member.value)) {
      const bool plain_zero = property->schema->type == Type::kQuantity && *member.value.as_string() == "0";
      return !plain_zero || property->required || property->protobuf_presence;
    }
    return (property->required || property->protobuf_presence) && !member.value.is_null();
  };
  kept.reserve(static_cast<size_t>(std::ranges::count_if(object, counts)));
  for (doc::Member& member : object) {
    if (counts(member)) kept.append(std::move(member.key), std::move(member.value), {});
  }
  object = std::move(kept);
}

void Decoder::read_message(std::string_view bytes, const Schema& schema, doc::Object& object) {
  if (++depth_ > limits_.depth_max) return fail("exceeded max depth");
  object.reserve(schema.properties.size());
  Scope scope{schema, object};
  read_fields(bytes, 0, scope);
  drop_zeros(object, schema);
  --depth_;
}

void Decoder::read_fields(std::string_view bytes, uint32_t embedded, Scope& scope) {
  Wire wire(bytes);
  for (Field field; !failed() && wire.next(field);) {
    if (const Property* property = find_number(scope.schema, embedded, field.number)) put(*property, field, scope);
    else if (embedded == 0 && field.type == WireType::kBytes && is_embedded(scope.schema, field.number))
      read_fields(field.bytes, field.number, scope);
  }
  if (!wire.problem().empty()) fail(wire.problem());
}

bool Decoder::has_type(const Field& field, WireType wanted, std::string_view name) {
  if (field.type == wanted) return true;
  fail("proto: wrong wireType = " + std::to_string(static_cast<int>(field.type)) + " for field " + std::string(name));
  return false;
}

void Decoder::put(const Property& property, const Field& field, Scope& scope) {
  const Schema& schema = *property.schema;
  Value* member = scope.object.find(property.name);
  if (!member) member = &scope.object.append(property.name, Value(), {});
  if (schema.type == Type::kArray) {
    if (!member->is_array()) *member = Value(doc::Array());
    const bool packed = field.type == WireType::kBytes && wire_type_of(*schema.items) == WireType::kVarint;
    if (packed || has_type(field, wire_type_of(*schema.items), property.name)) put_list_item(schema, field, *member->as_array());
  } else if (is_map(schema)) {
    if (!member->is_object()) *member = Value(doc::Object());
    if (has_type(field, WireType::kBytes, property.name)) put_map_entry(property, field.bytes, *member->as_object(), scope);
  } else if (has_type(field, wire_type_of(schema), property.name)) {
    // A message that comes in two pieces is one.
    if (member->is_object() && is_message(schema)) read_message(field.bytes, schema, *member->as_object());
    else *member = element(schema, field);
  }
}

void Decoder::put_list_item(const Schema& list, const Field& field, doc::Array& items) {
  if (field.type != WireType::kBytes || wire_type_of(*list.items) == WireType::kBytes) {
    items.push_back(element(*list.items, field));
    return;
  }
  Wire packed(field.bytes);
  for (Field item{field.number, WireType::kVarint, 0, {}}; !failed() && packed.next_varint(item.value);)
    items.push_back(element(*list.items, item));
  if (!packed.problem().empty()) fail(packed.problem());
}

void Decoder::put_map_entry(const Property& property, std::string_view entry, doc::Object& map, Scope& scope) {
  std::string_view key;
  const Schema& schema = *property.schema->additional;
  Field value{2, wire_type_of(schema), 0, {}};
  Wire wire(entry);
  for (Field field; wire.next(field);) {
    if (field.number == 1 && has_type(field, WireType::kBytes, property.name)) key = field.bytes;
    else if (field.number == 2 && has_type(field, value.type, property.name)) value = field;
  }
  if (!wire.problem().empty()) fail(wire.problem());
  Value name = take(read_text(key));
  if (failed()) return;
  doc::KeyIndex& index = scope.maps.try_emplace(&property, map).first->second;
  if (const auto found = index.find(key)) (map.begin() + static_cast<std::ptrdiff_t>(*found))->value = element(schema, value);
  else map.append(std::move(*name.as_string()), element(schema, value), {});
}

Value Decoder::element(const Schema& schema, const Field& field) {
  if (++values_ > limits_.values_max) fail("the object has too many values");
  if (failed()) return {};
  switch (schema.type) {
    case Type::kBoolean: return Value(field.value != 0);
    case Type::kInteger: return Value(static_cast<int64_t>(field.value));
    case Type::kNumber: return Value(std::bit_cast<double>(field.value));
    default: return value_of_bytes(schema, field.bytes);
  }
}

Value Decoder::value_of_bytes(const Schema& schema, std::string_view bytes) {
  if (schema.type == Type::kIntOrString) return take(read_int_or_string(bytes));
  if (schema.type == Type::kQuantity) return take(read_quantity(bytes));
  if (schema.type == Type::kArray) return list_of(schema, bytes);
  if (is_free(schema)) return take(read_json(bytes));
  if (schema.type == Type::kObject) return message(bytes, schema);
  if (schema.format == Schema::Format::kDateTime) return take(read_time(bytes, false));
  if (schema.format == Schema::Format::kMicroTime) return take(read_time(bytes, true));
  if (schema.format == Schema::Format::kBase64) return read_bytes(bytes);
  return take(read_text(bytes));
}

/// A list inside of a map or a list is a message {1 item}.
Value Decoder::list_of(const Schema& list, std::string_view bytes) {
  doc::Array items;
  Wire wire(bytes);
  for (Field field; !failed() && wire.next(field);) {
    if (field.number == 1 && has_type(field, wire_type_of(*list.items), "Items")) items.push_back(element(*list.items, field));
  }
  if (!wire.problem().empty()) fail(wire.problem());
  return Value(std::move(items));
}

std::string shown_bytes(std::string_view bytes) {
  std::string text = "[";
  for (const char c : bytes) text += (text.size() > 1 ? " " : "") + std::to_string(static_cast<uint8_t>(c));
  return text + "]";
}

}  // namespace

bool is_readable(const api::Kind& kind) {
  // Their rules are structs inside of structs inside of one message, for which the tables have no numbers.
  if (kind.gvk.kind.starts_with("ValidatingAdmissionPolicy")) return false;
  const Property* metadata = kind.schema ? kind.schema->find("metadata") : nullptr;
  return metadata && metadata->protobuf_number != 0 && !kind.custom && kind.gvk.group != api::kCrdGroup;
}

Result<Envelope> open_envelope(std::string_view body) {
  if (body.empty()) return fail(ErrorCode::kInvalid, "empty data");
  if (!body.starts_with(kMagic))
    return fail(ErrorCode::kInvalid,
                "provided data does not appear to be a protobuf message, expected prefix " + shown_bytes(kMagic));
  Envelope envelope;
  std::string_view type;
  Wire wire(body.substr(kMagic.size()));
  for (Field field; wire.next(field);) {
    if (field.number == 1) type = field.bytes;
    else if (field.number == 2) envelope.message = field.bytes;
  }
  Wire names(type);
  for (Field field; names.next(field);) {
    if (field.number == 1) envelope.api_version = field.bytes;
    else if (field.number == 2) envelope.kind = field.bytes;
  }
  const std::string& problem = wire.problem().empty() ? names.problem() : wire.problem();
  if (!problem.empty()) return fail(ErrorCode::kInvalid, problem);
  return envelope;
}

Result<doc::Value> decode(std::string_view message, const Schema& schema, const Limits& limits) {
  Decoder decoder(limits);
  Value value = decoder.message(message, schema);
  if (!decoder.problem().empty()) return fail(ErrorCode::kInvalid, decoder.problem());
  return value;
}

}  // namespace graylane::protobuf
