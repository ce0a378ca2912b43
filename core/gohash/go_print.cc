#include "gohash/go_print.h"

#include <algorithm>
#include <string>
#include <vector>

#include "api/quantity.h"
#include "api/text_rules.h"
#include "doc/print.h"

namespace graylane::gohash {

namespace {

using doc::Value;
using Kind = GoType::Kind;

constexpr std::string_view kNil = "<nil>";
constexpr int64_t kYear1ToUnixEpochSeconds = 62'135'596'800;

/// "" for what is no text.
std::string_view text_of(const Value* value) {
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

int64_t int_of(const Value* value) { return value && value->as_int() ? *value->as_int() : 0; }

std::string_view notation_name(api::Quantity::Notation notation) {
  switch (notation) {
    case api::Quantity::Notation::kDecimal: return "DecimalSI";
    case api::Quantity::Notation::kBinary: return "BinarySI";
    case api::Quantity::Notation::kExponent: return "DecimalExponent";
  }
  return "";
}

/// As a client decodes it: its text has been made twice, for the store and for the client. (Of "187.5Ki" the first one is
/// "192000", the second "192k".) A field that is no pointer is never absent there, but "0".
api::Quantity decoded_quantity(const Value* value) {
  std::string text(text_of(value));
  if (value && (value->is_int() || value->is_double())) text = doc::to_json(*value);
  auto quantity = api::parse_quantity(text);
  if (!quantity) return *api::parse_quantity("0");
  for (int i = 0; i < 2 && quantity->as_written.empty(); ++i) {
    quantity = api::parse_quantity(canonical_text(*quantity)).value_or(*quantity);
  }
  return *quantity;
}

class Printer {
 public:
  explicit Printer(Fnv32& hash) : hash_(hash) {}

  /// `value` may be null: the zero value.
  void add(const Value* value, const GoType& type) {
    switch (type.kind) {
      case Kind::kStruct: return add_struct(value, type);
      case Kind::kPointer: return value && !value->is_null() ? add(value, *type.element) : hash_.add(kNil);
      case Kind::kSlice: return add_slice(value, *type.element);
      case Kind::kMap: return add_map(value, *type.element);
      case Kind::kString: return hash_.add(text_of(value));
      case Kind::kBool: return hash_.add(value && value->as_bool() && *value->as_bool() ? "true" : "false");
      case Kind::kInt: return add_number(int_of(value));
      case Kind::kTime: return add_time(value);
      case Kind::kQuantity: return add_quantity(decoded_quantity(value));
      case Kind::kIntOrString: return add_int_or_string(value);
      case Kind::kRawJson: return add_raw_json(value);
    }
  }

 private:
  template <class Number>
  void add_number(Number number) {
    hash_.add(std::to_string(number));
  }

  void add_struct(const Value* value, const GoType& type) {
    std::string_view before = "{";
    for (const GoField& field : type.fields) {
      hash_.add(before);
      before = " ";
      hash_.add(field.label);
      const bool embedded = field.json.empty();
      add(embedded || !value ? value : value->find(field.json), *field.type);
    }
    hash_.add("}");
  }

  void add_slice(const Value* value, const GoType& element) {
    const doc::Array* items = value ? value->as_array() : nullptr;
    if (!items || items->empty()) return hash_.add(kNil);
    std::string_view before = "[";
    for (const Value& item : *items) {
      hash_.add(before);
      before = " ";
      add(&item, element);
    }
    hash_.add("]");
  }

  void add_map(const Value* value, const GoType& element) {
    const doc::Object* object = value ? value->as_object() : nullptr;
    if (!object || object->empty()) return hash_.add(kNil);
    std::vector<const doc::Member*> members;
    for (const doc::Member& member : *object) members.push_back(&member);
    std::ranges::sort(members, {}, &doc::Member::key);
    std::string_view before = "map[";
    for (const doc::Member* member : members) {
      hash_.add(before);
      before = " ";
      hash_.add(member->key);
      hash_.add(":");
      add(&member->value, element);
    }
    hash_.add("]");
  }

  void add_time(const Value* value) {
    const auto seconds = api::parse_time(text_of(value));
    hash_.add("{Time:(time.Time){wall:(uint64)0 ext:(int64)");
    add_number(seconds ? *seconds + kYear1ToUnixEpochSeconds : 0);
    hash_.add(" loc:(*time.Location)");
    // What "local time" is where nobody has set a time zone.
    hash_.add(seconds ? "{name:(string)UTC zone:([]time.zone)<nil> tx:([]time.zoneTrans)<nil> extend:(string) "
                        "cacheStart:(int64)0 cacheEnd:(int64)0 cacheZone:(*time.zone)<nil>}"
                      : kNil);
    hash_.add("}}");
  }

  void add_quantity(const api::Quantity& quantity) {
    const bool small = !quantity.is_wide && !quantity.magnitude.empty();
    hash_.add("{i:(resource.int64Amount){value:(int64)");
    if (small && quantity.negative) hash_.add("-");
    add_number(small ? quantity.magnitude[0] : 0);
    hash_.add(" scale:(resource.Scale)");
    add_number(small ? quantity.exponent : 0);
    hash_.add("} d:(resource.infDecAmount){Dec:(*inf.Dec)");
    if (quantity.is_wide) add_decimal(quantity);
    else hash_.add(kNil);
    hash_.add("} s:(string)");
    hash_.add(quantity.as_written);
    hash_.add(" Format:(resource.Format)");
    hash_.add(notation_name(quantity.notation));
    hash_.add("}");
  }

  void add_decimal(const api::Quantity& quantity) {
    hash_.add("{unscaled:(big.Int){neg:(bool)");
    hash_.add(quantity.negative ? "true" : "false");
    hash_.add(" abs:(big.nat)");
    std::string_view before = "[";
    for (const uint64_t word : quantity.magnitude) {
      hash_.add(before);
      before = " ";
      add_number(word);
    }
    hash_.add("]} scale:(inf.Scale)");
    add_number(-quantity.exponent);
    hash_.add("}");
  }

  void add_int_or_string(const Value* value) {
    const bool is_text = value && value->is_string();
    hash_.add(is_text ? "{Type:(intstr.Type)1 IntVal:(int32)" : "{Type:(intstr.Type)0 IntVal:(int32)");
    add_number(int_of(value));
    hash_.add(" StrVal:(string)");
    hash_.add(text_of(value));
    hash_.add("}");
  }

  void add_raw_json(const Value* value) {
    std::string_view before = "{Raw:([]uint8)[";
    for (const char c : doc::to_json(*value)) {
      hash_.add(before);
      before = " ";
      add_number(static_cast<uint8_t>(c));
    }
    hash_.add("]}");
  }

  Fnv32& hash_;
};

}  // namespace

void add_go_text(const Value& value, const GoType& type, Fnv32& hash) {
  hash.add("(");
  hash.add(type.name);
  hash.add(")");
  Printer(hash).add(&value, type);
}

}  // namespace graylane::gohash
